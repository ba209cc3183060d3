"""Annotation files and folders of clips as databases distribute them, read without opening a frame."""
