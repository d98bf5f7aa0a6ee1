"""Strangers, forged presses, hostile text, limits, logs and encryption."""
