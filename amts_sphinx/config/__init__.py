"""The values of ``conf.py``, described once and checked once."""
