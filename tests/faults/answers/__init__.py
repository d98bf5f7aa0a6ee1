"""Discord answers with every kind of error."""
