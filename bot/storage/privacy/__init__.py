"""Whose rows are whose, and how they are erased for good."""
