"""What only a SQLite file needs."""
