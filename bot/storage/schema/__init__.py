"""Which tables a database has, and how it is brought to the newest ones."""
