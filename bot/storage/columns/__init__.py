"""Column types: moments, encrypted texts, and what each column is kept for."""
