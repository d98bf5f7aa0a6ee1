"""Doubles: Discord over HTTP and a gateway, a bot in this process or in one of its own."""
