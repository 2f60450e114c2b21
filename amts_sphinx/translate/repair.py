"""What may be done when an engine damaged codes: documented rules, then a simpler form.

The rules of :func:`mend` only undo what engines are known to do to the *spelling* of a
code; they never add, drop or move one. A target that they do not heal is asked for
again in the simpler form of :func:`runs`: the words between codes, each by itself.

Rules, in this order:

1. A code written as text (``&lt;x id="1"/&gt;``), escaped once or more often, becomes a
   code again.
2. Full-width brackets, quotes, slashes, digits and equals signs within a code become
   plain: ``＜x id＝“1”／＞``.
3. Blanks within a code, and capitals, are dropped: ``< X id = "1" / >``, ``</ g >``.
4. ``<x id="1"></x>`` becomes ``<x id="1"/>``.
5. A bare ``&`` in the text becomes ``&amp;``.

Two more faults leave the codes intact, and are mended wherever a machine's target is
published, whoever asked for it and when: entities that are escaped twice
(:mod:`amts_sphinx.text.entities`), and blanks at the borders of codes
(:mod:`amts_sphinx.text.code_borders`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from collections.abc import Mapping

_LT, _GT = "(?:<|＜|〈|&(?:amp;)*lt;)", "(?:>|＞|〉|&(?:amp;)*gt;)"
_QUOTE: Final = "(?:[\"'“”„«»＂″]|&(?:amp;)*(?:quot|#34|#39|apos);)"
_DIGITS: Final = str.maketrans("０１２３４５６７８９", "0123456789")
_OPENING: Final = re.compile(
    rf"{_LT}\s*([gxＧＸｇｘ])\s*(?:id|ｉｄ)\s*[=＝]\s*{_QUOTE}\s*(\d+)\s*{_QUOTE}"
    rf"\s*([/／]?)\s*{_GT}",
    re.IGNORECASE,
)
_CLOSING: Final = re.compile(rf"{_LT}\s*[/／]\s*([gxＧＸｇｘ])\s*{_GT}", re.IGNORECASE)
_SPLIT_EMPTY: Final = re.compile(r'<x id="(\d+)"></x>')
_BARE_AMPERSAND: Final = re.compile(r"&(?!amp;|lt;|gt;)")
_LETTERS: Final = str.maketrans("ＧＸｇｘGX", "gxgxgx")


def mend(target: str) -> str:
    """Return *target* with the spelling of its codes put right."""
    target = _OPENING.sub(_spelled, target)
    target = _CLOSING.sub(lambda m: f"</{m[1].translate(_LETTERS)}>", target)
    target = _SPLIT_EMPTY.sub(r'<x id="\1"/>', target)
    return _BARE_AMPERSAND.sub("&amp;", target)


def _spelled(match: re.Match[str]) -> str:
    letter = match[1].translate(_LETTERS)
    return f'<{letter} id="{match[2].translate(_DIGITS)}"{"/" if match[3] else ""}>'


def runs(source: str) -> list[str]:
    """Return the texts between the codes of *source* that hold words, blanks off."""
    return [
        piece.coded.strip()
        for piece in inline_codes.tokens(source)
        if piece.type == "text" and inline_codes.has_words(piece.coded)
    ]


def refill(source: str, targets: Mapping[str, str]) -> str:
    """Return *source* with each of its :func:`runs` replaced by its target.

    :raises KeyError: a run has no target
    """
    done = []
    for piece in inline_codes.tokens(source):
        run = piece.coded.strip()
        if piece.type == "text" and inline_codes.has_words(run):
            before, after = piece.coded.split(run, 1)
            done.append(f"{before}{targets[run]}{after}")
        else:
            done.append(piece.coded)
    return "".join(done)
