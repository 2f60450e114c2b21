"""Texts of books that are no Sphinx source trees, one module a format.

Each gives the stream of containers that a Sphinx tree gives, so that two editions can
be paired whatever either is written in.
"""
