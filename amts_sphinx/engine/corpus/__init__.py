"""The engine that learns from the book: phrase-based translation by counting."""

from amts_sphinx.engine.corpus.engine import create

__all__ = ["create"]
