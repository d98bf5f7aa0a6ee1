"""The request to a contact: its status, its letter, the coach's findings, the nudge."""
