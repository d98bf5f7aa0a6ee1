"""Reminders as messages, and what they become when pressed."""
