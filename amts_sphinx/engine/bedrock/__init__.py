"""The engine ``bedrock``: a language model of Amazon Bedrock, by its Converse API."""

from amts_sphinx.engine.bedrock.engine import create

__all__ = ["create"]
