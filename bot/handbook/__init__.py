"""The coaching text as data."""
