"""From a press or a message to its handler, and back with an answer in any state."""
