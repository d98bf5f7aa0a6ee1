"""Cards and forms of the evaluation."""
