"""One click to the right place."""
