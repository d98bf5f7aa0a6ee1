"""The interview: its moments and reminders, and how it is prepared."""
