"""Pure functions from a view model to a card."""
