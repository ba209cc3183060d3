"""What the papers print, with its sources; read-only."""
