"""Read books that are not Sphinx source trees; one module for each format.

Each yields the containers that a Sphinx tree would yield, so that two editions can be
paired whatever their formats are.
"""
