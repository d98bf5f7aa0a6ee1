"""The bot is away for an hour, a day, a month."""
