"""The process that writes one edition, and what it changes in Sphinx's work."""
