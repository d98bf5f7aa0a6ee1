"""The thank-you note: its letter, the 24 hours, the coach's findings."""
