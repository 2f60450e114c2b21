"""Translated words → coded text: blanks, capitals, and the codes around words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.engine.corpus.casing import capital

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from amts_sphinx.engine.corpus.spacing import Spacing
    from amts_sphinx.engine.corpus.tokens import Token, Zone


class OutputWord(NamedTuple):
    """One word of a translation."""

    surface: str
    #: Whether it is a code: coded text already.
    coded: bool
    #: The source word it stands for unchanged, or -1.
    copied: int
    #: A source word of the phrase that it belongs to.
    source: int
    #: Whether its phrase begins with a term, which is written as it is in any place.
    decided: bool = False


def render(
    words: Iterable[OutputWord],
    tokens: Sequence[Token],
    zones: Sequence[Zone],
    spacing: Spacing,
) -> str:
    """Return the coded text of *words*.

    :param tokens: the source's
    :param zones: its paired codes, outer ones first
    """
    around = [
        [zone for zone in zones if zone.start <= n < zone.end]
        for n in range(len(tokens))
    ]
    parts: list[str] = []
    inside: list[Zone] = []
    last: OutputWord | None = None
    quote = False
    for word in words:
        wanted = around[word.source]
        same = 0
        while same < min(len(inside), len(wanted)) and inside[same] == wanted[same]:
            same += 1
        parts.append("</g>" * (len(inside) - same))
        if last is not None and not _glued(last, word, tokens, spacing, quote=quote):
            parts.append(" ")
        parts.extend(inline_codes.opening(zone.id) for zone in wanted[same:])
        parts.append(word.surface if word.coded else inline_codes.escape(word.surface))
        quote ^= word.surface == '"'
        inside, last = wanted, word
    parts.append("</g>" * len(inside))
    return "".join(parts)


def _glued(
    before: OutputWord,
    after: OutputWord,
    tokens: Sequence[Token],
    spacing: Spacing,
    *,
    quote: bool,
) -> bool:
    """Tell whether no blank stands between two words."""
    if before.copied >= 0 and after.copied == before.copied + 1:
        kept = tokens[after.copied].glued
        if kept or spacing.spaced:
            return kept
    return spacing.is_glued(before.surface, after.surface, quote=quote)


def capitalise(
    words: list[OutputWord], tokens: Sequence[Token], language: str
) -> list[OutputWord]:
    """Begin *words* with a capital, unless the source begins with a small letter.

    :param language: of *words*, BCP 47
    """
    if not words or tokens[0].surface[:1].islower():
        return words
    first = words[0]
    if first.coded or first.decided or first.copied >= 0:
        return words
    return [first._replace(surface=capital(first.surface, language)), *words[1:]]
