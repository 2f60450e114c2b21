"""Make parallel data from two editions of a book."""
