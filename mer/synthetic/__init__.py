"""Synthetic faces that make micro-expressions: identities, action units, rendered clips."""
