"""What stays in the source language in every edition, and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from docutils import nodes
from sphinx import addnodes

from amts_sphinx.core.inline_codes import plain
from amts_sphinx.core.units import Location
from amts_sphinx.doctree import raw_html
from amts_sphinx.doctree.classify import (
    is_code,
    is_name,
    is_opaque,
    is_untranslated,
    language_of,
    same_language,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from amts_sphinx.core.units import Container, Segment
    from amts_sphinx.doctree.sites import Finder

#: Why a text stays, by the name of the reason, the order of a list.
REASONS: Final = {
    "figure": "figures are skipped: see amts_figure_captions",
    "names": "names in the copyright, which an engine would translate: people may",
    "theme": "words around the pages that no catalogue of Sphinx or of the theme has in"
    " the language, and that nobody has translated: people may",
    "notranslate": "the class notranslate, or translate='no'",
    "skip": "amts_skip names its node or class",
    "language": "it is marked as being in another language",
    "html": "its HTML is not well-formed",
    "raw": "raw HTML or LaTeX",
    "code": "code",
}
#: What is the same in every language, in :func:`names` alone: it is no prose.
NAMES: Final = {
    "signature": "the signature of an object, an option or a grammar",
    "name": "the name of a thing: a literal, a type, a program, a key",
    "math": "a formula",
}
_BLOCKS: Final = (nodes.literal_block, nodes.doctest_block)
_LITERALS: Final = (
    nodes.literal,
    addnodes.literal_strong,
    addnodes.literal_emphasis,
    addnodes.desc_inline,
)
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_TAG: Final = re.compile(r"<[^>]*>|\\[a-zA-Z]+")
#: So much of a text is kept, in characters.
_SHOWN: Final = 120


class Stay(NamedTuple):
    """One text that stays."""

    #: A key of :data:`REASONS`.
    reason: str
    location: Location
    #: Its beginning, as plain text.
    text: str
    words: int
    #: The name of its node, as docutils has it.
    kind: str = ""


def stays(doctree: nodes.document, docname: str, finder: Finder) -> Iterator[Stay]:
    """Yield what stays of a document, but for figures: people may translate those."""
    waiting: list[nodes.Element] = [doctree]
    while waiting:
        node = waiting.pop()
        reason = _reason(node, finder)
        if reason:
            where = Location(docname, node.line)
            text = node.astext()
            if reason == "raw":
                text = _TAG.sub(" ", raw_html.without(text))
            yield from _stay(reason, where, text, node.tagname)
        elif not isinstance(node, (nodes.figure, nodes.Invisible)):
            kids = [n for n in node.children if isinstance(n, nodes.Element)]
            waiting += reversed(kids)


def _reason(node: nodes.Element, finder: Finder) -> str:
    if is_untranslated(node, finder.rules):
        marked = language_of(node)
        if marked and not same_language(marked, finder.rules.language):
            return "language"
        is_marked = "notranslate" in node["classes"] or node.get("translate") == "no"
        return "notranslate" if is_marked else "skip"
    if isinstance(node, nodes.raw):
        return "raw"
    return "code" if isinstance(node, _BLOCKS) else ""


def names(doctree: nodes.document, docname: str, finder: Finder) -> Iterator[Stay]:
    """Yield what is the same in every language, be it in or outside of prose.

    Together with :func:`stays` and :func:`of_people` that is all that no translator
    sees.
    """
    waiting: list[nodes.Element] = [doctree]
    line: int | None = None
    while waiting:
        node = waiting.pop()
        line = node.line or line
        if _reason(node, finder) or isinstance(node, nodes.figure):
            continue
        reason = _name(node, finder)
        if reason:
            where = Location(docname, line)
            yield from _stay(reason, where, node.astext(), node.tagname)
        elif not is_code(node) and not isinstance(node, nodes.Invisible):
            kids = [n for n in node.children if isinstance(n, nodes.Element)]
            waiting += reversed(kids)


def _name(node: nodes.Element, finder: Finder) -> str:
    """Return which of :data:`NAMES` holds for *node*, if any does."""
    if isinstance(node, (nodes.math, nodes.math_block)):
        return "math"
    if isinstance(node, (addnodes.desc_signature, addnodes.productionlist)):
        return "signature"
    if isinstance(node, nodes.option_group):
        return "signature"
    if isinstance(node, _LITERALS) or (
        isinstance(node, nodes.Inline) and is_name(node)
    ):
        return "name" if is_opaque(node, finder.rules) else ""
    return ""


def of_people(
    reason: str, containers: Iterable[Container], published: Iterable[str]
) -> list[Stay]:
    """Return the texts, left to people alone, that nobody translated.

    :param reason: why no engine is asked: ``figure`` or ``names``
    :param published: the keys of those that people did translate
    """
    keys = {*published}
    return [
        stay
        for each in containers
        if each.whole.key not in keys
        for stay in _stay(
            reason, each.whole.location, plain(each.whole.source), each.whole.kind
        )
    ]


def of_value(name: str, text: str) -> list[Stay]:
    """Return a value of ``conf.py`` whose HTML is not well-formed."""
    return list(_stay("html", Location(name), text, "configuration"))


def of_segment(segment: Segment, reason: str) -> list[Stay]:
    """Return a text of the book that has no translation."""
    return list(_stay(reason, segment.location, plain(segment.source), segment.kind))


def _stay(reason: str, where: Location, text: str, kind: str) -> Iterator[Stay]:
    words = len(_WORD.findall(text))
    if words:
        yield Stay(reason, where, " ".join(text.split())[:_SHOWN], words, kind)
