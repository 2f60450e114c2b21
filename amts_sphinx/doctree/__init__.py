"""From a doctree to segments: find the text, and turn its markup into codes."""
