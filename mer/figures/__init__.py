"""Figures: a table of numbers in, a picture out, the same every time."""
