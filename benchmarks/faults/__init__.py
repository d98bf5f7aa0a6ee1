"""The faults that reminders survive. Each file is one kind; the tests run it small, the command in full."""
