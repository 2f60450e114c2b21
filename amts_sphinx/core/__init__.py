"""The nouns that every wing passes on. It imports nothing else of the package."""
