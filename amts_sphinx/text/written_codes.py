"""Find codes that a translator wrote, and that the markup's syntax did not read.

reStructuredText takes its marks for markup only where a blank or punctuation stands on
either side. In scripts without blanks these are easily forgotten: of ``用``x``来`` the
marks stay among the words, and up to the next mark that has its blank everything is
taken for code. The source tells which codes are missing, and so which marks are meant.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.core.units import Code, Segment

_MARKS: Final = {"strong": "**", "emphasis": "*"}
_QUOTED: Final = "title_reference"
#: A mark of which the syntax did not find the other one.
_PROBLEM: Final = "problematic"
_MAIL: Final = "mailto:"
#: How reStructuredText and MyST write codes, in coded text.
_FORMS: Final = re.compile(
    r"""
    ``(?P<literal>[^`](?:.*?[^`])??)``
    | (?::(?P<role>[\w:+.-]+):|\{(?P<myst_role>[\w:+.-]+)\})`(?P<named>[^`]+)`
    | `(?P<link>[^`]+?)\s*&lt;(?P<uri>[^`]+)&gt;`__?
    | \*\*(?P<strong>[^*]+)\*\*
    | \*(?P<emphasis>[^*]+)\*
    """,
    re.VERBOSE,
)
_TITLED: Final = re.compile(r"(?P<words>.*\S)\s*&lt;(?P<target>.+)&gt;")


def read_written(source: Segment, target: Segment) -> Segment:
    """Return a known translation with the codes that stand in its words as marks.

    Only codes that the source has, and that are missing in the translation, are found.
    A mark that only says "title" goes, if the source has none there.

    :returns: *target* itself where there are none
    """
    return _Reader(source, target).read()


def stray_signs(source: Segment, target: Segment) -> list[str]:
    """Return the marks of a translation that are no markup, and stand for no code.

    Readers would see them, and nobody knows where what they begin was meant to end.
    """
    problems = [
        code.equiv
        for code in _beyond(target.codes, Counter(map(_content, source.codes)))
        if code.kind == _PROBLEM
    ]
    if not problems:
        return []
    ours, theirs = (
        inline_codes.plain(each.source)
        for each in (source, read_written(source, target))
    )
    return [sign for sign in problems if theirs.count(sign) > ours.count(sign)]


class _Reader:
    def __init__(self, source: Segment, target: Segment) -> None:
        self._target = target
        theirs = Counter(map(_content, target.codes))
        ours = Counter(map(_content, source.codes))
        #: The codes that are still to be found, in the source's order.
        self._lost = _beyond(source.codes, theirs)
        self._new = {code.id: code for code in _beyond(target.codes, ours)}
        self._found: list[Code] = []
        #: Whether code of the translation is written out to be read again.
        self._is_unfolded = False
        self._next = max((code.id for code in target.codes), default=0) + 1

    def read(self) -> Segment:
        text = "".join(
            self._coded(piece.coded) if piece.type == "text" else piece.coded
            for piece in inline_codes.tokens(self._as_written())
        )
        if text == self._target.source:
            return self._target
        left = set(inline_codes.ids(text))
        kept = tuple(code for code in self._target.codes if code.id in left)
        return replace(self._target, source=text, codes=(*kept, *self._found))

    def _as_written(self) -> str:
        """Return the translation with the codes that were misread as their marks."""
        parts, ends = [], []
        for piece in inline_codes.tokens(self._target.source):
            code = self._new.get(piece.id)
            if piece.type == "open":
                ends.append(self._mark(code) if code else None)
                parts.append(piece.coded if ends[-1] is None else ends[-1])
            elif piece.type == "close":
                end = ends.pop()
                parts.append(piece.coded if end is None else end)
            elif code and _is_misread(code):
                parts.append(inline_codes.escape(_shown(code)))
                self._is_unfolded |= code.kind == "literal"
            else:
                parts.append(piece.coded)
        return "".join(parts)

    def _mark(self, code: Code) -> str | None:
        """Return what stands at both ends of a misread code; ``None``: it is right."""
        _, _, after = self._target.source.partition(inline_codes.opening(code.id))
        words = after.partition("</g>")[0]
        if code.kind in _MARKS and "*" in words:
            return _MARKS[code.kind]
        if code.kind == _QUOTED:
            # A single mark is easily taken for code. Otherwise it says nothing.
            is_code = any(words == each.equiv for each in self._lost)
            return "``" if is_code else ""
        return None

    def _coded(self, text: str) -> str:
        """Return a piece of words with the codes that are written in it."""
        parts, end = [], 0
        for match in _FORMS.finditer(text):
            if coded := self._code_of(match):
                parts += [self._addresses(text[end : match.start()]), coded]
                end = match.end()
        return "".join((*parts, self._addresses(text[end:])))

    def _code_of(self, match: re.Match[str]) -> str:
        """Return what stands for written marks; empty: they stay as they are."""
        if (literal := match["literal"]) is not None:
            equiv = " ".join(inline_codes.unescape(literal).split())
            # What was taken for code becomes words, if it is none in the source.
            words = literal if self._is_unfolded else ""
            return self._take("literal", equiv) or words
        if match["named"] is not None:
            return self._role(match["role"] or match["myst_role"], match["named"])
        if match["link"] is not None:
            address = inline_codes.unescape(match["uri"]).strip()
            return self._take("reference", address, match["link"].strip())
        kind = "strong" if match["strong"] is not None else "emphasis"
        return self._take(kind, "", match[kind])

    def _role(self, role: str, content: str) -> str:
        titled = _TITLED.fullmatch(content)
        words = titled["words"] if titled else ""
        name = inline_codes.unescape(titled["target"] if titled else content)
        name = name.strip().lstrip("~!")
        for code in self._lost:
            is_alike = code.kind.rpartition(":")[2] == role.rpartition(":")[2]
            if is_alike and code.equiv == name:
                return self._take(code.kind, name, words)
        return ""

    def _addresses(self, text: str) -> str:
        """Return words in which the addresses that are missing are codes."""
        for code in [c for c in self._lost if c.kind == "reference" and not c.paired]:
            address = inline_codes.escape(_shown(code))
            if address and address in text:
                text = text.replace(address, self._take(code.kind, code.equiv), 1)
        return text

    def _take(self, kind: str, equiv: str, words: str = "") -> str:
        """Return a code of the source that is missing; empty where there is none."""
        for place, code in enumerate(self._lost):
            if (code.kind, code.equiv, code.paired) == (kind, equiv, bool(words)):
                del self._lost[place]
                number, self._next = self._next, self._next + 1
                self._found.append(code.numbered(number))
                if words:
                    return f"{inline_codes.opening(number)}{words}</g>"
                return inline_codes.empty(number)
        return ""


def _is_misread(code: Code) -> bool:
    """Tell whether a code without words may end elsewhere than it was meant to."""
    if code.kind == "literal":
        return "``" in code.equiv
    # Before a bracket of another script an address loses its last part.
    return code.kind in {"reference", _PROBLEM}


def _content(code: Code) -> tuple[str, bool, str]:
    return code.kind, code.paired, code.equiv


def _beyond(codes: Sequence[Code], known: Counter[tuple[str, bool, str]]) -> list[Code]:
    """Return the codes that are more than *known* has of their content."""
    left, more = known.copy(), []
    for code in codes:
        if left[_content(code)] > 0:
            left[_content(code)] -= 1
        else:
            more.append(code)
    return more


def _shown(code: Code) -> str:
    """Return how a code without words stands in a text."""
    if code.kind == "literal":
        return f"``{code.equiv}``"
    return code.equiv.removeprefix(_MAIL)
