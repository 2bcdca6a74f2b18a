"""A configured platform: opening it and checking it."""
