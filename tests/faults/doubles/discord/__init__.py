"""Discord's stand-in: its HTTP API and its gateway on loopback, so that a bot in another process can be killed."""
