"""Reads moments as people type them."""
