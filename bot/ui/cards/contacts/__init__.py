"""Cards and forms of contacts."""
