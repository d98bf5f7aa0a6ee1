"""Cards and forms of interviews, and the calendar file."""
