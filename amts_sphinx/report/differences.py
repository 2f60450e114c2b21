"""What differs between two texts, word by word, for people to see at a glance."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Final

#: Letters of scripts without blanks stand by themselves, others as words.
_TOKEN: Final = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|\s+|\w+|[^\w\s]"
)


def marked(old: str, new: str) -> list[tuple[str, str]]:
    """Return the parts of both texts in order, each with what became of it.

    :returns: (``=``, text of both), (``-``, text of *old*) or (``+``, text of *new*)
    """
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    found: list[tuple[str, str]] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind == "equal":
            found.append(("=", "".join(before[first:last])))
            continue
        if last > first:
            found.append(("-", "".join(before[first:last])))
        if end > start:
            found.append(("+", "".join(after[start:end])))
    return found
