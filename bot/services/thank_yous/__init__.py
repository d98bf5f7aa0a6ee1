"""Use cases of the thank-you note."""
