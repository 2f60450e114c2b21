"""Two editions of one book to parallel data."""
