"""The bot is stopped at every boundary of its work, one by one."""
