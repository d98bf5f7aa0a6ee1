"""The way to Discord: logging in, being refused, and what time it is there."""
