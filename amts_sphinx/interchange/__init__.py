"""Files that carry translation units to and from other tools, one module a format."""
