"""Faults survived, in small: the same trials that `python -m tests.faults` runs at full size."""
