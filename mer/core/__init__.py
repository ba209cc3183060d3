"""What crosses the borders between the other packages; imports nothing of theirs."""
