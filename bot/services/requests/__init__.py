"""Use cases of the request."""
