"""Measurements of speed; each writes its figures into docs/measurements.md."""
