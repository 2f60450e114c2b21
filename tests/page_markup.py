"""What of an HTML page is the same in every edition: all but its words."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from lxml import html

if TYPE_CHECKING:
    from pathlib import Path

_NUMBER: Final = re.compile(r"\d+(?:\.\d+)*")
#: Kind → XPath of what has it, within a section.
_TEXTS: Final = {
    "code": "//div[contains(@class, 'highlight')]/pre",
    "output": "//div[contains(concat(' ', @class, ' '), ' output ')]//pre",
    "formulas": "//*[contains(concat(' ', @class, ' '), ' math ')]",
    "inline code": "//code[not(contains(@class, 'xref'))]",
}
_VALUES: Final = {
    "labels": "//@id",
    "links": "//a[contains(@class, 'reference')]/@href",
    "images": "//img/@src",
    "classes": "//*[contains(@class, 'docutils')]/@class",
}


def parse(path: Path) -> html.HtmlElement:
    return html.parse(str(path), html.HTMLParser(encoding="utf-8")).getroot()


def markup(root: html.HtmlElement) -> dict[str, Counter[str]]:
    """Return what a page has of each kind; a translation may change the order."""
    found: dict[str, Counter[str]] = {}
    sections = root.xpath("//section[not(ancestor::section)]")
    for kind, path in _TEXTS.items():
        found[kind] = Counter(
            str(each.text_content())
            for part in sections
            for each in part.xpath(f".{path}")
        )
    for kind, path in _VALUES.items():
        found[kind] = Counter(
            str(each) for part in sections for each in part.xpath(f".{path}")
        )
    # The word before a number is translated: "Fig. 1.2.1".
    found["numbers"] = Counter(
        number
        for part in sections
        for each in part.xpath(
            ".//*[contains(@class, 'caption-number') or contains(@class, 'std-numref')]"
        )
        for number in _NUMBER.findall(str(each.text_content()))
    )
    return found


def lost(source: Path, edition: Path) -> dict[str, Counter[str]]:
    """Return what a page of an edition lacks of its source's page, by kind."""
    ours, theirs = markup(parse(source)), markup(parse(edition))
    return {
        kind: missing
        for kind, things in ours.items()
        if (missing := things - theirs[kind])
    }
