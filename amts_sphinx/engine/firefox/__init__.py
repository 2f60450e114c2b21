"""Firefox's translation models: neural, offline, about fifty languages."""

from amts_sphinx.engine.firefox.engine import create

__all__ = ["create"]
