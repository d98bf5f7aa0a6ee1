"""Use cases of the evaluation."""
