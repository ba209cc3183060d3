"""Scores from predictions: arrays in, numbers out."""
