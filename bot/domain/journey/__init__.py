"""How far it has come with each contact, and what to do next."""
