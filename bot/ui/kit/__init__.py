"""From a card, a notice or a form to what Discord takes, and the way to send it."""
