"""Names of what may be chosen, without what is slow to load."""

from __future__ import annotations

from typing import Final

#: What becomes of the words of references to a name in the document: they are
#: translated; those of the source stay; Sphinx is told not to warn.
TRANSLATED: Final = "translated"
SOURCE: Final = "source"
NOQA: Final = "noqa"
REFERENCES: Final = (TRANSLATED, SOURCE, NOQA)
