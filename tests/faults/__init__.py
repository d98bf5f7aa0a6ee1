"""Faults survived, in small: the same trials that `python -m benchmarks.faults` runs at full size."""
