"""Long work on a whole database, by the command line."""
