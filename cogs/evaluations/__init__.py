"""The evaluation: its commands and handlers, and the conversation in the DM."""
