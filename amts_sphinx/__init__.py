"""Translate a Sphinx book: parse once, remember everything, write every edition."""
