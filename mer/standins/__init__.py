"""Synthetic stand-ins of databases that cannot be shared: real layouts, names, annotations and counts."""
