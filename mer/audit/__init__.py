"""What can be recomputed from printed or written numbers, and what does not add up."""
