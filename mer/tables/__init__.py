"""Scores to tables, beside the published numbers."""
