"""From a doctree to segments: what is text, and what its markup becomes."""
