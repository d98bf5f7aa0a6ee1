"""Sends reminders, and heeds Discord's limits."""
