"""Clips to clips: temporal interpolation, motion magnification, and where the apex lies."""
