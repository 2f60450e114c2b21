"""The quality report of an edition."""
