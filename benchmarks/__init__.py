"""What Rapport costs, and what it survives: measured and tried on the machine at hand, in one go."""
