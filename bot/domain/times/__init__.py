"""Wall clocks and time zones."""
