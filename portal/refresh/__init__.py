"""Background: from a platform to the store."""
