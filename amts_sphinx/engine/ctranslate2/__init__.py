"""The engine ``ctranslate2``: models of OPUS-MT and Argos Translate, in folders."""

from amts_sphinx.engine.ctranslate2.engine import create

__all__ = ["create"]
