"""What to propose, in which order, and why. Pure functions."""
