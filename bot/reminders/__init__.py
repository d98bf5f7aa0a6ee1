"""The reminder engine: claim, send, mark. The only room that knows APScheduler."""
