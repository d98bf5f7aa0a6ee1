"""Work over many rows in slices, so that nobody else waits for all of it."""
