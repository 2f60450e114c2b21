"""Turn a block's inline markup into a container, in the same way for every format.

The rules are those of Sphinx's doctrees (:mod:`amts_sphinx.doctree.coder`), so that a
sentence has the same key in the memory in every format: words become text, markup
around words becomes ``<g>``, and markup that is the same in all editions ``<x/>``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, cast

from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import Code, Container, Location, Segment
from amts_sphinx.readers.spans import MarkSpans, SourceText, TextSpans, Words
from amts_sphinx.text.segmentation import container

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from amts_sphinx.readers.spans import Span

_LETTER: Final = re.compile(r"[^\W\d_]")
_CJK: Final = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
#: A line break between two characters of a script that has no blanks between words.
_SEAM: Final = re.compile(rf"(?<={_CJK})\s*\n\s*|\s*\n\s*(?={_CJK})")
#: The kinds of marks whose :attr:`Mark.equiv` is the text that readers see.
_SHOWN: Final = frozenset({"literal", "math"})


class Mark(NamedTuple):
    """A piece of inline markup."""

    #: The kind of the code, as :attr:`amts_sphinx.core.units.Code.kind`.
    kind: str
    #: Its text or its target, the same in every edition of the book.
    equiv: str = ""
    #: The markup and words inside; ``None`` where nothing is to be translated.
    children: tuple[Piece, ...] | None = None
    #: Where it stands in its file, and the words in it; ``None``: not known.
    spans: MarkSpans | None = None


#: A part of a text: words as the reader sees them, or markup. Words whose places are
#: known are :class:`.Words`.
Piece: TypeAlias = str | Mark


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """Which text is taken from a document, and how it is split."""

    #: BCP 47.
    language: str
    #: Whether segments are sentences, not paragraphs.
    by_sentence: bool = True
    #: Whether the texts of figures are taken.
    figure_captions: bool = False
    #: Takes a warning, with document and line, about a probable mistake in the source.
    on_fault: Callable[[str], None] | None = None


@dataclass
class Stream:
    """Takes the blocks of one document in order, and keeps those that have words."""

    docname: str
    rules: ReadingRules
    #: Whether line numbers are those of a file that people edit.
    has_lines: bool = True
    #: Whether the places of all texts in the file are wanted: :attr:`spans`.
    has_spans: bool = False
    containers: list[Container] = field(default_factory=list)
    #: Where the text of each container stands, in the same order; ``None``: not known.
    spans: list[TextSpans | None] = field(default_factory=list)
    #: Each part of the document, with what was left out of it.
    parts: list[SourceText] = field(default_factory=list)

    def add(
        self,
        pieces: Iterable[Piece],
        kind: str,
        level: int,
        line: int | None,
        *,
        others: Sequence[Span] = (),
        in_cell: bool = False,
        part: int = 0,
    ) -> None:
        """Add the text of one block, if it has words.

        :param level: how deep the block is nested in the document
        :param line: from 1
        :param others: what of the block belongs to no text
        :param in_cell: whether it is the cell of a table
        :param part: the number of the part of the document, from 0
        """
        spaced = name_language(self.rules.language).spaced
        kids = _unwrapped(pieces)
        coder = _Coder(spaced)
        coded = coder.code(kids).strip()
        if inline_codes.has_words(coded):
            names = tuple(coder.names)
            whole = Segment(coded, kind, self.place(line), names)
            if self.has_spans:
                found = coder.spans(kids, others)
                found = found and replace(found, in_cell=in_cell, part=part)
                self.spans.append(found)
            self.containers.append(
                container(
                    whole,
                    level,
                    self.rules.language,
                    by_sentence=self.rules.by_sentence,
                )
            )

    def place(self, line: int | None) -> Location:
        """Return the location of *line* in the book."""
        return Location(self.docname, line if self.has_lines else None)

    def fault(self, line: int | None, why: str) -> None:
        """Warn about a probable mistake in the source."""
        if self.rules.on_fault is not None:
            self.rules.on_fault(f"{self.place(line)}: {why}")


def code(pieces: Iterable[Piece], *, spaced: bool) -> tuple[str, tuple[Code, ...]]:
    """Return inline markup as coded text, and its codes.

    :param spaced: whether the language has blanks between its words
    """
    coder = _Coder(spaced)
    return coder.code(_unwrapped(pieces)).strip(), tuple(coder.names)


def _unwrapped(pieces: Iterable[Piece]) -> list[Piece]:
    """Return the pieces of a text without blanks and markup around all of it."""
    kids = _trim(tidy(pieces))
    while len(kids) == 1 and isinstance(kids[0], Mark) and not _is_opaque(kids[0]):
        # The whole text is inside one link or emphasis: take its content.
        kids = _trim(tidy(kids[0].children or ()))
    return kids


class _Coder:
    def __init__(self, spaced: bool) -> None:  # noqa: FBT001 - private
        self._spaced = spaced
        self.names: list[Code] = []
        #: Where the pieces stand, by the numbers of codes, and the letters of words.
        self._marks: dict[int, MarkSpans | None] = {}
        self._letters: list[int] = []
        self._all_known = True

    def spans(self, kids: Sequence[Piece], others: Sequence[Span]) -> TextSpans | None:
        """Return where all of the text stands; ``None``: it is not known of a part."""
        marks = {number: spans for number, spans in self._marks.items() if spans}
        edges = _edge(kids[0], 0), _edge(kids[-1], -1)
        if not self._all_known or len(marks) < len(self._marks):
            return None
        if edges[0] is None or edges[1] is None:
            return None
        span = edges[0][0], edges[1][1]
        inside = [each for each in others if span[0] <= each[0] and each[1] <= span[1]]
        return TextSpans(span, marks, tuple(self._letters), tuple(inside))

    def code(self, pieces: Iterable[Piece]) -> str:
        return "".join(map(self._piece, pieces))

    def _piece(self, piece: Piece) -> str:
        if isinstance(piece, str):
            self._note(piece)
            text = str(piece) if self._spaced else _SEAM.sub("", piece)
            return inline_codes.escape(inline_codes.collapse(text))
        paired = not _is_opaque(piece)
        number = len(self.names) + 1
        self.names.append(Code(number, paired, piece.kind, piece.equiv))
        self._marks[number] = piece.spans
        if not paired:
            return inline_codes.empty(number)
        kids = tidy(piece.children or ())
        while len(kids) == 1 and isinstance(kids[0], Mark) and not _is_opaque(kids[0]):
            # A link around emphasis: one code is enough.
            self._marks[number] = _around(piece.spans, kids[0].spans)
            kids = tidy(kids[0].children or ())
        return f"{inline_codes.opening(number)}{self.code(kids)}</g>"

    def _note(self, words: str) -> None:
        """Note where the letters of some words stand."""
        if isinstance(words, Words):
            places = zip(words, words.starts, strict=True)
            self._letters += [place for char, place in places if not char.isspace()]
        elif words.strip():
            self._all_known = False


def _around(outer: MarkSpans | None, inner: MarkSpans | None) -> MarkSpans | None:
    """Return the spans of two pieces of markup, one in the other, as of one."""
    return MarkSpans(outer.outer, inner.inner) if outer and inner else None


def _edge(piece: Piece, end: int) -> Span | None:
    """Return where the first or the last that is seen of a piece stands.

    :param end: 0 or -1
    """
    if isinstance(piece, Mark):
        return piece.spans.outer if piece.spans else None
    seen = [n for n, char in enumerate(piece) if not char.isspace()]
    if not isinstance(piece, Words) or not seen:
        return None
    return piece.starts[seen[end]], piece.ends[seen[end]]


def tidy(pieces: Iterable[Piece]) -> list[Piece]:
    """Join neighbouring words and drop empty ones."""
    kids: list[Piece] = []
    for is_mark, group in groupby(pieces, lambda piece: isinstance(piece, Mark)):
        found = [piece for piece in group if piece]
        if is_mark or len(found) < 2:  # noqa: PLR2004 - nothing to join
            kids += found
        elif all(isinstance(piece, Words) for piece in found):
            kids.append(Words.joined(cast("list[Words]", found)))
        else:
            kids.append("".join(cast("list[str]", found)))
    return kids


def _trim(kids: list[Piece]) -> list[Piece]:
    """Drop blank words at either end."""
    start, end = 0, len(kids)
    while start < end and _is_blank(kids[start]):
        start += 1
    while end > start and _is_blank(kids[end - 1]):
        end -= 1
    return kids[start:end]


def _is_blank(piece: Piece) -> bool:
    return isinstance(piece, str) and not piece.strip()


def _is_opaque(mark: Mark) -> bool:
    """Tell whether markup holds nothing to translate."""
    if mark.children is None:
        return True
    text = shown(mark.children)
    if not _LETTER.search(text):
        return True
    if mark.kind == "reference" and _is_address(text, mark.equiv):
        return True
    kids = tidy(mark.children)
    return all(isinstance(kid, Mark) and _is_opaque(kid) for kid in kids)


def _is_address(text: str, uri: str) -> bool:
    """Tell whether the text of a link is only its address."""
    bare = uri.partition("://")[2] or uri.removeprefix("mailto:")
    return text.rstrip("/") in {uri.rstrip("/"), bare.rstrip("/")}


def shown(pieces: Sequence[Piece]) -> str:
    """Return *pieces* as readers see them, with formulas and code as written."""
    found = []
    for piece in pieces:
        if isinstance(piece, str):
            found.append(piece)
        elif piece.children is not None:
            found.append(shown(piece.children))
        elif piece.kind in _SHOWN:
            found.append(piece.equiv)
    return "".join(found)


def collapse(text: str) -> str:
    """Return *text* on one line, with single blanks."""
    return " ".join(text.split())
