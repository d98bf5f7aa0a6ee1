"""Cards and forms of the request."""
