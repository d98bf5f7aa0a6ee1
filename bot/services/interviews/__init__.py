"""Use cases of interviews."""
