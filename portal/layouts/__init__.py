"""Which sections a page has, in which order."""
