"""The map of headings that QuantEcon keeps in the front matter of a translated page.

``translation:`` holds the title of the page, and each heading of the source with its
translation. The key of a heading names those above it: ``Model::Solution``.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from amts_sphinx.readers.pages import Page

_HEAD: Final = re.compile(
    r"\A(\ufeff?---[ \t]*\r?\n)(.*?\n)(---[ \t]*(?:\r?\n|\Z))", re.DOTALL
)
#: The former map, with all that is indented under it.
_FORMER: Final = re.compile(
    r"^translation:.*\n(?:[ \t]+.*\n|[ \t]*\r?\n(?=[ \t]))*", re.MULTILINE
)
#: Texts that YAML reads as they stand.
_PLAIN: Final = re.compile(r"[^\W\d_](?:[^:#\"'\\\n]|:(?=\S))*(?<![\s:])")
#: Words that YAML takes for something else.
_VALUES: Final = frozenset(
    {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
)


def with_map(source: Page, written: Page) -> str:
    """Return the text of *written* with the map of its headings.

    A page without front matter, and one with other headings than its source, is
    returned as it is.

    :param written: the page in the other language
    """
    head = _HEAD.match(written.text)
    ours, theirs = list(_headings(source)), list(_headings(written))
    if not head or [each[0] for each in ours] != [each[0] for each in theirs]:
        return written.text
    end = "\r\n" if head[1].endswith("\r\n") else "\n"
    lines = list(_lines([text for _, text in theirs], ours))
    if not lines:
        return written.text
    kept = _FORMER.sub("", head[2])
    made = "".join(line + end for line in lines)
    return f"{head[1]}{kept}{made}{head[3]}{written.text[head.end() :]}"


def _headings(page: Page) -> Iterator[tuple[int, str]]:
    """Yield the level of each heading, from 1, and its text as it is written."""
    for container, spans in zip(page.containers, page.spans, strict=True):
        if container.whole.kind == "title" and spans is not None and not spans.in_cell:
            text = page.text[slice(*spans.span)]
            before = page.text[: spans.span[0]].rpartition("\n")[2]
            if set(before.strip()) == {"#"}:
                yield len(before.strip()), " ".join(text.split())


def _lines(translated: list[str], ours: list[tuple[int, str]]) -> Iterator[str]:
    """Yield the lines of the map."""
    if not ours:
        return
    yield "translation:"
    rest = list(zip(ours, translated, strict=True))
    if rest[0][0][0] == 1:
        yield f"  title: {_quoted(rest.pop(0)[1])}"
    above: list[tuple[int, str]] = []
    if rest:
        yield "  headings:"
    for (level, text), other in rest:
        above = [each for each in above if each[0] < level]
        above.append((level, text))
        key = "::".join(each[1] for each in above)
        yield f"    {_quoted(key)}: {_quoted(other)}"


def _quoted(text: str) -> str:
    """Return a text as YAML, in quotes where it needs them."""
    if _PLAIN.fullmatch(text) and text.lower() not in _VALUES:
        return text
    return json.dumps(text, ensure_ascii=False)
