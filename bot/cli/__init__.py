"""What `python -m bot` does for whoever runs it: check, the database, one student's data."""
