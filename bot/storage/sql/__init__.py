"""Statements that SQLAlchemy does not have by itself, one way for both databases."""
