"""The database file is full, locked, garbled, cut or replaced."""
