"""Language models, given the book's own translations as examples.

That is the idea of Active Custom Translation with an engine that anyone can choose.
"""

from amts_sphinx.engine.llm.engine import create

__all__ = ["create"]
