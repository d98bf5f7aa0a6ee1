"""Reminders: planned, put off, claimed, recorded, and those of an absence."""
