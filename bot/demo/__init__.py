"""Rapport in a browser, without Discord."""
