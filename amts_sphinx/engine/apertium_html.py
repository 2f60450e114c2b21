"""Coded text ↔ the HTML that Apertium keeps whole.

``<g>`` becomes ``<b>``, which the program moves along with its words. ``<x/>`` and
words that it would damage become made-up words. What does not come back exactly once is
reported, not repaired.
"""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx import codes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: A made-up word. It starts with a digit, so that the program neither inflects nor
#: capitalises it, and has letters, so that it is no number to agree with. The program
#: marks it with an asterisk when it marks unknown words.
_MASK: Final = re.compile(r"\*?7(\d+)xqz", re.IGNORECASE)
_CHUNK: Final = re.compile(r"\S+")
#: Marks around a word that are not part of it.
_AROUND: Final = ".,;:!?()[]{}\"'“”‘’«»¿¡…—–"
#: What makes a word a name, an address or an expression rather than a word.
_NO_WORD: Final = re.compile(
    r"""[\\^$@~*_\[\]{}()|`\#=+<>\x00-\x08\x0e-\x1b\x7f] | ^/ | /.*/ | :/ | &\w+;
    | \d(?!(?:st|nd|rd|th)\b)[a-z] | [a-z]\d | [^\W\d]\.\w\w | \w\.[^\W\d]\w | xqz""",
    re.IGNORECASE | re.VERBOSE,
)
_TAG: Final = re.compile(r'(<b id="\d+">|</b>)')
_FIRST_LETTERS: Final = re.compile(r"((?:<g[^>]*>|[^\w<&])*)([^\W\d_])(\w?)")


class Masked(NamedTuple):
    """A source as the program sees it."""

    html: str
    #: What each made-up word stands for, in coded text.
    words: list[str]


def mask(source: str) -> Masked:
    """Write *source* as HTML in which what must not change is a made-up word."""
    words: list[str] = []

    def stand_in(coded: str) -> str:
        words.append(coded)
        return f"7{len(words) - 1}xqz"

    parts: list[str] = []
    for token in codes.tokens(" ".join(source.split())):
        if token.type == "text":
            parts.append(_protect(codes.unescape(token.coded), stand_in))
        elif token.type == "empty":
            parts.append(stand_in(token.coded))
        else:
            parts.append(f'<b id="{token.id}">' if token.type == "open" else "</b>")
    return Masked("".join(parts), words)


def _protect(text: str, stand_in: Callable[[str], str]) -> str:
    """Return plain *text* as HTML, what is no word replaced."""

    def replace(match: re.Match[str]) -> str:
        chunk = match[0]
        core = chunk.strip(_AROUND)
        if not core or not _NO_WORD.search(core):
            # Alone, these signs have a meaning in the program's own format.
            signs = re.split(r"([~\\^*]+)", chunk)
            return "".join(
                stand_in(codes.escape(sign)) if place % 2 else codes.escape(sign)
                for place, sign in enumerate(signs)
            )
        before, _, after = chunk.partition(core)
        masked = stand_in(codes.escape(core))
        return f"{codes.escape(before)}{masked}{codes.escape(after)}"

    return _CHUNK.sub(replace, text)


def restore(source: str, reply: str, words: Sequence[str]) -> str | None:
    """Turn the *reply* for *source* into coded text, its codes as they came back.

    :param words: what the made-up words stood for
    :returns: ``None`` if one of them is not there exactly once
    """
    runs: list[tuple[str, tuple[int, ...]]] = []
    around: list[int] = []
    for piece in _TAG.split(reply):
        if piece == "</b>":
            del around[-1:]
        elif piece.startswith("<b id="):
            around.append(int(piece[7:-2]))
        elif piece:
            text = codes.escape(entities.unescape(piece))
            # The program opens a code twice where it is around two chunks.
            runs.append((text, tuple(dict.fromkeys(around))))
    target = " ".join(_nested(runs).split())
    found = sorted(int(number) for number in _MASK.findall(target))
    if found != list(range(len(words))):
        return None
    target = _MASK.sub(lambda match: words[int(match[1])], target)
    body = source.strip()
    before, _, after = source.partition(body)
    return f"{before}{_match_case(body, target)}{after}"


def _nested(runs: Sequence[tuple[str, tuple[int, ...]]]) -> str:
    """Write *runs* of text, each with the codes around it, from the outermost."""
    parts: list[str] = []
    around: tuple[int, ...] = ()
    for place, (text, path) in enumerate(runs):
        following = runs[place + 1][1] if place + 1 < len(runs) else ()
        # A blank between two chunks of one code is inside of it.
        inside = _common(around, following) if text.isspace() else path
        shared = len(_common(around, inside))
        parts.extend("</g>" for _ in around[shared:])
        parts.extend(codes.opening(number) for number in inside[shared:])
        parts.append(text)
        around = inside
    parts.extend("</g>" for _ in around)
    return "".join(parts)


def _common(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    """Return the codes that both begin with."""
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    return one[:length]


def _match_case(source: str, target: str) -> str:
    """Begin *target* with a capital if *source* does, and only then."""
    theirs, ours = _FIRST_LETTERS.match(source), _FIRST_LETTERS.match(target)
    if not theirs or not ours or ours[3].isupper():
        return target
    letter = ours[2].lower() if theirs[2].islower() else ours[2].upper()
    return ours[1] + letter + target[ours.end(2) :]
