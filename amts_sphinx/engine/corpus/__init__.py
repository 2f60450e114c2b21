"""The engine that learns from the book: phrase-based translation by counting."""
