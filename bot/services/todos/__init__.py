"""Use cases of to-dos."""
