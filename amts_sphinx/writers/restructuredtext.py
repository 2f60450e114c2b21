"""Coded text → reStructuredText, with the markup that its source has.

Each code takes the very piece of markup that stands for it in the message. What cannot
be written safely is refused. Whoever calls reads the result again, and compares: see
"Inline markup recognition rules" in the specification of reStructuredText.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from docutils.utils import punctuation_chars

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import MarkupError
from amts_sphinx.writers.names import NOQA, SOURCE, TRANSLATED

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from amts_sphinx.core.inline_codes import CodedPiece
    from amts_sphinx.doctree.messages import Span, Written

#: One piece of inline markup, as it stands in a message.
_INLINE: Final = re.compile(
    r"""
    (?<!\\) (?:
        ``.+?``(?!`)                                        # literal
      | (?: :[\w:+.-]+: )? `[^`]+?(?<!\\)` (?: :[\w:+.-]+: | _{0,2} )  # role, reference
      | \*\* (?=\S) .+? (?<!\s) \*\*
      | \*   (?=\S) [^*]+? (?<!\s) \*
      | \|   (?=\S) [^|]+? (?<!\s) \| _{0,2}
      | \[ [^\]\s]+ \]_
      | (?<![\w`]) \w [\w.+-]* (?<!_) __? (?!\w)            # a reference of one word
      | (?:https?|ftp|mailto):[^\s<>]+
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_ROLE: Final = re.compile(
    r"(:[\w:+.-]+:)?`(.*?)(\s*(?<!\\)<[^<>]*>)?`(:[\w:+.-]+:)?(_{0,2})", re.DOTALL
)
#: Roles of Sphinx that link to a numbered text, and take words of their own.
_NUMBERED: Final = frozenset({"cve", "cwe", "pep", "rfc"})
_WORD_REFERENCE: Final = re.compile(r"([^`]+?)(__?)", re.DOTALL)
_EXPLAINED: Final = re.compile(r"\s*\([^()]*\)$", re.DOTALL)
#: Roles whose words have a sign for an underlined letter, and what Sphinx shows for
#: the arrow in them.
_MENU: Final = re.compile(r":(?:menuselection|guilabel):")
_ARROW: Final = "\N{TRIANGULAR BULLET}"
_HOLE: Final = re.compile(r"%s|\{\w+\}")
#: Characters that inline markup may follow, and that may follow it.
_BEFORE: Final = re.compile(
    rf"[\s{punctuation_chars.openers}{punctuation_chars.delimiters}]"
)
_AFTER: Final = re.compile(
    rf"[\s\\{punctuation_chars.closing_delimiters}{punctuation_chars.delimiters}"
    rf"{punctuation_chars.closers}]"
)
#: What docutils would take for markup in plain words.
_SPECIAL: Final = re.compile(
    r"""
    [\\`*|] | (?<=[\w\]]) _ (?!\w) | (?<!\w) _ (?=`)
  | (?<!\w) (?= (?:https?|ftp|file)://\S | mailto:\S ) | \b (?= [\w.+-]+@\w )
    """,
    re.VERBOSE,
)
_SPECIAL_IN_ROLE: Final = re.compile(r"[\\`]|<(?=[^<>]*$)")
#: What begins a list, a title, a directive or a field where a message begins.
_BLOCK: Final = re.compile(
    r"[-+•‣⁃>#=~^] | \*\s | \|\s | :\w[^:]*:\s | :: | \.\.\s | __\s | >>>"
    r" | \(?(?:\d+|\w|[ivxlcdmIVXLCDM]+|\#)[.)]\s",
    re.VERBOSE,
)
#: What stands between two characters so that markup is seen, and shows nothing.
_SEPARATOR: Final = "\\ "


#: Stands for any words.
_ANY: Final = "\0"


class _Markup(NamedTuple):
    """How a code is written."""

    before: str
    after: str
    #: As it stands in the message, and the words that it shows there.
    raw: str
    words: str
    #: Whether it cannot have other words.
    is_fixed: bool = False


class _Part(NamedTuple):
    text: str
    is_markup: bool


def render(
    coded: str,
    message: str,
    written: Written,
    references: str = TRANSLATED,
    extlinks: Container[str] = (),
) -> str:
    """Return *coded* as the translation of *message*.

    :param written: how the source of the coded text is written in the message
    :param references: what becomes of the words of references to a name in the
        document, of which Sphinx 9.0 warns: one of :data:`.names.REFERENCES`
    :param extlinks: the roles of ``sphinx.ext.extlinks``: they take words of their own,
        which a role that a project has written itself may not
    :raises MarkupError: it cannot be written in reStructuredText
    """
    raws = _located(message, written.spans)
    known = {
        number: _markup(span, raws[number], extlinks)
        for number, span in enumerate(written.spans, 1)
        if number in raws
    }
    if references == SOURCE:
        known = {number: _with_words_kept(each) for number, each in known.items()}
    parts = [*_parts(coded, known)]
    for around in _around(message, written):
        if len(parts) != 1 or parts[0].is_markup:
            raise MarkupError("there is markup within markup")
        text = around.before + parts[0].text + around.after
        parts = [_Part(text, is_markup=True)]
    text = _joined(parts)
    if references == NOQA and any(
        _is_named(each.raw) and each.raw not in text.replace(f"<{each.raw}>", "")
        for each in known.values()
    ):
        text += " # noqa"
    return text


def _located(message: str, spans: Sequence[Span]) -> dict[int, str]:
    """Return how each code is written in the message, by its number.

    It is what docutils kept of it, if that stands there in order; or else the markup
    that stands between those of its neighbours.
    """
    places: dict[int, tuple[int, int]] = {}
    cursor = 0
    for number, span in enumerate(spans, 1):
        raw = " ".join(span.raw.split("\n"))
        if span.is_hole or not _INLINE.fullmatch(raw):
            continue
        start = message.find(raw, cursor)
        if start >= 0:
            cursor = start + len(raw)
            places[number] = start, cursor
    for run in _runs(spans, places):
        first = max((end for n, (_, end) in places.items() if n < run[0]), default=0)
        last = min(
            (start for n, (start, _) in places.items() if n > run[-1]),
            default=len(message),
        )
        here = [match.span() for match in _INLINE.finditer(message, first, last)]
        if len(here) == len(run):
            places |= zip(run, here, strict=True)
    found = {number: message[slice(*place)] for number, place in places.items()}
    holes = {n: span.raw for n, span in enumerate(spans, 1) if span.is_hole}
    return found | holes


def _runs(spans: Sequence[Span], places: Iterable[int]) -> Iterator[list[int]]:
    """Yield the neighbours among the codes that have no place yet."""
    known, run = set(places), list[int]()
    for number, span in enumerate(spans, 1):
        if span.is_hole:
            continue
        if number not in known:
            run.append(number)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _markup(span: Span, raw: str, extlinks: Container[str]) -> _Markup:
    """Return what stands around the words of a code.

    :raises MarkupError: no words can be put there
    """
    if not span.paired:
        return _Markup(raw, "", raw, span.words)
    before, after = _sides(span.kind, raw)
    return _Markup(before, after, raw, span.words, _is_fixed(span, raw, extlinks))


def _is_fixed(span: Span, raw: str, extlinks: Container[str]) -> bool:
    """Tell whether a link is by a role of which nobody knows that it takes words."""
    match = _ROLE.fullmatch(raw)
    if match is None or match[3] or match[5] or span.kind != "reference":
        return False
    role = (match[1] or match[4] or "").strip(":")
    return bool(role) and role not in extlinks and role not in _NUMBERED


def _sides(kind: str, raw: str) -> tuple[str, str]:
    """Return what stands before and after the words of a markup."""
    for sign in ("``", "**", "*", "|"):
        if len(raw) > 2 * len(sign) and raw.startswith(sign) and raw.endswith(sign):
            return sign, sign
    if match := _WORD_REFERENCE.fullmatch(raw):
        return "`", "`__" if match[2] == "__" else f" <{match[1]}_>`_"
    match = _ROLE.fullmatch(raw)
    if match is None:
        raise MarkupError("there is no piece of markup for a code")
    role, text, target, late, link = match.groups(default="")
    if "abbr" in role + late:
        explained = _EXPLAINED.search(text)
        return f"{role}`", f"{explained[0] if explained else ''}`{late}"
    if link == "_" and not target:
        return "`", f" <{text}_>`_"
    points = kind == "pending_xref" or (kind == "reference" and role)
    if not link and not target and points:
        # Without a text of its own, the words are the target.
        target = f" <{text}>"
    return f"{role}`", f"{target}`{late}{link}"


def _is_named(raw: str) -> bool:
    """Tell whether a reference points at a name in the document, not at an address."""
    match = _ROLE.fullmatch(raw)
    target = (match[3] or "_>") if match else ""
    by_words = bool(match and match[5] == "_" and target.endswith("_>"))
    return by_words or bool(_WORD_REFERENCE.fullmatch(raw) and not raw.endswith("__"))


def _with_words_kept(markup: _Markup) -> _Markup:
    """Return a reference so that it is written as in the source, whatever it shows."""
    if not _is_named(markup.raw):
        return markup
    return markup._replace(words=_ANY)


def _around(message: str, written: Written) -> Iterator[_Markup]:
    """Yield what is around the whole text, the inner first."""
    last = ""
    for kind, raw in reversed(written.around):
        whole = raw or (message if _INLINE.fullmatch(message) else "")
        # The inner node of a reference repeats the source of the outer one.
        if whole != last:
            yield _Markup(*_sides(kind, whole), whole, "")
            last = whole


def _parts(coded: str, known: dict[int, _Markup]) -> Iterator[_Part]:
    """Yield the plain texts and the pieces of markup of a text.

    :raises MarkupError: they nest, or one is not known
    """
    markup: _Markup | None = None
    inside = shown = ""
    for piece in inline_codes.tokens(coded):
        if piece.id and piece.id not in known:
            raise MarkupError("there is no piece of markup for a code")
        if piece.type == "close":
            if markup is not None:
                yield _finished(markup, inside, shown)
            markup = None
        elif markup is not None:
            more, words = _more(piece, known, markup)
            inside, shown = inside + more, shown + words
        elif piece.type == "text":
            text = inline_codes.unescape(piece.coded)
            yield _Part(_SPECIAL.sub(r"\\\g<0>", text), is_markup=False)
        elif piece.type == "open":
            markup, inside, shown = known[piece.id], "", ""
        else:
            yield _Part(known[piece.id].raw, is_markup=True)


def _finished(markup: _Markup, inside: str, shown: str) -> _Part:
    """Return a piece of markup; with the same words it stays as it is."""
    same = markup.words == _ANY or _bare(markup.words) == _bare(shown)
    if markup.is_fixed and not same:
        raise MarkupError("its role may not take words of its own")
    text = markup.raw if same else markup.before + inside + markup.after
    return _Part(text, is_markup=True)


def _bare(words: str) -> str:
    """Return words so that the same ones are seen, whatever quotes they have."""
    return inline_codes.normalise(inline_codes.escape(words))


def _more(
    piece: CodedPiece, known: Mapping[int, _Markup], markup: _Markup
) -> tuple[str, str]:
    """Return what stands within a piece of markup, as it is written and shown."""
    if piece.type == "text":
        text = inline_codes.unescape(piece.coded)
        return _within(text, markup), text
    raw = known[piece.id].raw
    if piece.type == "open" or not _HOLE.fullmatch(raw):
        raise MarkupError("there is markup within markup")
    return raw, raw


def _within(text: str, markup: _Markup) -> str:
    """Return words as they are written between the signs of a markup."""
    if markup.before == "``":
        return text
    if _MENU.search(markup.before + markup.after):
        text = text.replace("&", "&&").replace(_ARROW, "-->")
    return _SPECIAL_IN_ROLE.sub(r"\\\g<0>", text)


def _joined(parts: Iterable[_Part]) -> str:
    """Return *parts* as one text, with separators where docutils needs them."""
    out, after_markup = "", False
    for text, is_markup in parts:
        if not text:
            continue
        if out and (
            (is_markup and (after_markup or not _BEFORE.match(out[-1])))
            or (after_markup and not is_markup and not _AFTER.match(text[0]))
        ):
            out += _SEPARATOR
        out += text
        after_markup = is_markup
    return f"\\{out}" if _BLOCK.match(out) else out
