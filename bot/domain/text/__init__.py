"""Rules about typed text: what is taken, how it is compared and woven, what asks for work."""
