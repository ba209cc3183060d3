"""Frames from image files and videos, with errors that name the file."""
