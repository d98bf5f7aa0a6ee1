"""The commands, one module per step of the journey."""
