"""The map of headings that QuantEcon keeps in the front matter of a translated page.

``translation:`` holds the title of the page, and each heading of the source with its
translation. The key of a heading names those above it: ``Model::Solution``. The map is
made of the page, so an update of the page takes it out, and puts it back with what has
changed.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from amts_sphinx.readers.pages import Page

_HEAD: Final = re.compile(
    r"\A(\ufeff?---[ \t]*\r?\n)((?:.*\n)*?)(---[ \t]*(?:\r?\n|\Z))"
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
#: A line of a map: how far it is indented, and its key.
_ENTRY: Final = re.compile(
    r"([ \t]*)(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^\s\"'#].*?):(?=\s|\Z)"
)
#: The keys of what a map holds, and that of the title among the headings.
_TITLE_KEY: Final = "title"
_HEADINGS_KEY: Final = "headings"
_TITLE: Final = ""


class FormerMap(NamedTuple):
    """A map of headings that was taken out of a page."""

    #: All its lines, with the end of the last.
    text: str
    #: Where it stood.
    place: int


class Sides(NamedTuple):
    """A page, and what it is a translation of."""

    source: Page
    written: Page


def with_map(source: Page, written: Page) -> str:
    """Return the text of *written* with the map of its headings.

    A page without front matter, and one with other headings than its source, is
    returned as it is.

    :param written: the page in the other language
    """
    head = _HEAD.match(written.text)
    entries = _entries(Sides(source, written))
    if not head or not entries:
        return written.text
    kept = _FORMER.sub("", head[2])
    made = _map(entries, _Lines(), _end_of(head[1]))
    return f"{head[1]}{kept}{made}{head[3]}{written.text[head.end() :]}"


def taken_out(text: str) -> tuple[str, FormerMap | None]:
    """Return the text of a page without its map, and the map, if it has one."""
    head = _HEAD.match(text)
    found = _FORMER.search(head[2]) if head else None
    if head is None or found is None:
        return text, None
    start, end = (head.start(2) + place for place in found.span())
    return text[:start] + text[end:], FormerMap(text[start:end], start)


def put_back(former: FormerMap, then: Sides, now: Sides) -> str:
    """Return the text of a page with its map, which has what the page has now.

    Lines of headings that did not change stay as they were written.

    :param then: the page without its map, before the update
    :param now: the same after it
    """
    text, place = now.written.text, former.place
    if text[:place] != then.written.text[:place]:
        head = _HEAD.match(text)
        if head is None:
            return text  # the source has no front matter any more
        place = head.start(3)
    return text[:place] + _refreshed(former.text, then, now) + text[place:]


def _refreshed(former: str, then: Sides, now: Sides) -> str:
    before, today = _entries(then), _entries(now)
    if today is None or today == before:
        return former
    lines = _lines_of(former)
    kept = {
        key: line
        for key, line in lines.entries.items()
        if key in today and (before or {}).get(key) == today[key]
    }
    return _map(today, lines._replace(entries=kept), _end_of(former))


def _end_of(text: str) -> str:
    return "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"


def _headings(page: Page) -> Iterator[tuple[int, str]]:
    """Yield the level of each heading, from 1, and its text as it is written."""
    for container, spans in zip(page.containers, page.spans, strict=True):
        if container.whole.kind == "title" and spans is not None and not spans.in_cell:
            text = page.text[slice(*spans.span)]
            before = page.text[: spans.span[0]].rpartition("\n")[2]
            if set(before.strip()) == {"#"}:
                yield len(before.strip()), " ".join(text.split())


def _entries(sides: Sides) -> dict[str, str] | None:
    """Return the headings of a page by their keys; ``None``: they do not go together.

    The title is under an empty key.
    """
    ours, theirs = (list(_headings(page)) for page in sides)
    if [each[0] for each in ours] != [each[0] for each in theirs]:
        return None
    found: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for number, ((level, text), (_, other)) in enumerate(
        zip(ours, theirs, strict=True)
    ):
        if number == 0 and level == 1:
            found[_TITLE] = other
            continue
        above = [each for each in above if each[0] < level]
        above.append((level, text))
        # Of headings that have the same name, a map can have one.
        found.setdefault("::".join(each[1] for each in above), other)
    return found


class _Lines(NamedTuple):
    """The lines of a map."""

    #: Those of headings, by their keys; a text of several lines has all of them.
    entries: Mapping[str, str] = {}
    #: Those under ``translation:`` that are none of headings.
    others: str = ""
    #: What its keys are indented by, and those of headings.
    outer: str = "  "
    inner: str = "    "


def _map(entries: Mapping[str, str], kept: _Lines, end: str) -> str:
    """Return a map as it is written.

    :param kept: lines that stay
    :param end: of a line
    """
    lines = [f"translation:{end}"]
    if _TITLE in entries:
        made = f"{kept.outer}{_TITLE_KEY}: {_quoted(entries[_TITLE])}{end}"
        lines.append(kept.entries.get(_TITLE, made))
    headings = {key: text for key, text in entries.items() if key != _TITLE}
    if headings:
        lines.append(f"{kept.outer}{_HEADINGS_KEY}:{end}")
    for key, text in headings.items():
        made = f"{kept.inner}{_quoted(key)}: {_quoted(text)}{end}"
        lines.append(kept.entries.get(key, made))
    return "".join(lines) + kept.others


def _lines_of(former: str) -> _Lines:
    """Return the lines of a map."""
    found: dict[str, str] = {}
    others = ""
    outer = inner = ""
    within = key = None
    for line in former.splitlines(keepends=True)[1:]:
        entry = _ENTRY.match(line)
        depth = entry[1] if entry else ""
        outer = outer or depth
        if entry and depth == outer:
            within = _unquoted(entry[2])
            key = _TITLE if within == _TITLE_KEY else None
        elif entry and within == _HEADINGS_KEY and inner in {"", depth}:
            inner, key = depth, _unquoted(entry[2])
        if key is not None:
            found[key] = found.get(key, "") + line
        elif within != _HEADINGS_KEY:
            others += line
    return _Lines(found, others, outer or "  ", inner or 2 * (outer or "  "))


def _unquoted(text: str) -> str:
    """Return what YAML reads in a key."""
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except ValueError:
            return text  # an escape that JSON does not have
    return text


def _quoted(text: str) -> str:
    """Return a text as YAML, in quotes where it needs them."""
    if _PLAIN.fullmatch(text) and text.lower() not in _VALUES:
        return text
    return json.dumps(text, ensure_ascii=False)
