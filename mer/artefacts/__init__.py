"""The kinds of file the workflow writes: columns, writing, reading, checking."""
