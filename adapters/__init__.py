"""The vendor side: turns what a learning platform answers into Homeroom's records. Knows nothing of the portal."""
