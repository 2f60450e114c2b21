"""Split the coded text of a paragraph into sentences, without splitting a code.

The ``sentencex`` library proposes the boundaries, on a text in which codes are masked;
this module then moves or drops those that it knows to be wrong. It changes no
character: the sentences joined together are the paragraph.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final, NamedTuple

from sentencex import segment

from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import name_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: A word that replaces ``<x/>`` in the masked text: with a capital, in no language, and
#: too long for an initial.
_WORD: Final = "Xqzjx"
_TERMINATOR: Final = re.compile(r"[.!?。！？…．؟۔।॥։።။។‼⁇⁈⁉｡\u037e]")
#: In Greek a semicolon is a question mark.
_GREEK_TERMINATOR: Final = re.compile(r"[.!?…;\u037e]")
_ENTITY: Final = re.compile(r"&(?:amp|lt|gt);")
_CLOSERS: Final = "”’」』）)]】》〉»›*_\"'"
_CLOSING: Final = re.compile(rf"[{re.escape(_CLOSERS)}]+\s*|[。！？…]+\s*")
_AFTER_CLOSER: Final = re.compile(
    rf"(?<=[.!?…])[{re.escape(_CLOSERS)}]+\s+(?=[^\W\d_]|[¿¡«“„(])"
)
#: Marks that end sentences and nothing else, with closing marks after them, and blanks.
_STOP_END: Final = re.compile(rf"[\u037e۔।॥։።။។]+[{re.escape(_CLOSERS)}]*\s+")
#: German nouns have capitals; of English the splitter knows it.
_NOUNS_OR_KNOWN: Final = frozenset({"de", "en"})
_GREEK_END: Final = re.compile(rf"[;\u037e][{re.escape(_CLOSERS)}]*\s+")
#: What a list ends with that goes on: a sentence may end there, if a capital follows.
_AND_SO_ON: Final = re.compile(
    r"(?<![\w.])(?:etc|ecc|enz|usf|itd|itp|atd|stb|osv|т\.\s?[дп]|и\s?др|κτλ|κ\.?λπ)\."
    r"\s+(?=[^\W\d_])"
)
#: A full stop of the CJK languages with the closing marks after it.
_CJK_END: Final = re.compile(r"(?:[。！？｡]+|…{2,})[”’」』）】》〉]*\s*")
#: Words and marks that continue a sentence after a quotation that ends in a full stop.
_CJK_GOES_ON: Final = re.compile(
    r"[，、；：的地得是等和与及或而这那还」』）]|[他她它我你您們们]{1,2}[说說问問答]"
    r"|[说說问問道]|[とはがをにのでもへや]"
)
_BRACKETS: Final = {"）": "（(", ")": "（(", "】": "【[", "]": "【["}
_OPENING: Final = re.compile(r"[（(【\[]")
_CLOSED: Final = re.compile(r"[）)】\]]")
_SUBSTANCE: Final = re.compile(r"\w")
_ENUMERATOR: Final = re.compile(r"\s*[(\[]?(?:\d{1,3}|\w)[.)\]]+\s*")
_TAIL: Final = 24  # characters; longer than any abbreviation
_CJK: Final = frozenset({"zh", "ja"})
#: Languages that end a sentence with a blank: the full stop belongs to abbreviations.
_NO_STOP: Final = frozenset({"km", "lo", "my", "th"})
#: Marks that a title, a label or a quotation ends with, and then the sentence goes on.
_ASKING: Final = frozenset("?!？！؟\u037e;‼⁇⁈⁉")
_STOPS: Final = frozenset(".。．｡।॥។၊။…")
#: What may stand between a full stop and the first letter of the next sentence.
_BEFORE_LETTER: Final = "([{“‘\"'«„¿¡*_ "
#: What closes a quotation → what opened it.
_QUOTE_OPENS: Final = {'"': '"', "'": "'", "”": "“", "’": "‘", "»": "«"}
#: Particles after a quotation.
_KOREAN_GOES_ON: Final = re.compile("이?라[고는며]|하[고는며]")
#: A name that begins with a small letter, and a sentence with it: iOS, eBay.
_MIXED: Final = re.compile(r"[^\W\d_]+")
#: A reference after an abbreviation, "Eq. [4]", or around one: "(Ms.)".
_REFERENCE: Final = re.compile(r"(?<=\.)\s*[\[(][^\s\])]{1,8}[\])]$")
_ALONE: Final = re.compile(r"[\[(](\S{1,8}\.)[\])]$")
#: A sentence does not begin with one of them.
_NO_BEGINNING: Final = frozenset(",;:)]}，；：、）】")

#: Abbreviations that a sentence never ends with, without their last full stop.
_NEVER_LAST: Final = {
    "ar": "د أ م ص ج ت هـ",
    "el": r"""π\.\s?χ δηλ [Ββ]λ πρβλ σελ [Εε]ικ [Κκ]εφ [Κκ]κ? κα [Δδ]ρ [Ππ]αρ [Ππ]ίν
        αρ αριθ τηλ καθ""",
    "hi": "डॉ डा पृ प्रो श्री क्र उदा मि कृ",
    "en": r"""Eqn?s? eqn?s? Sec Secs sec Figs? figs? Tabs? Chap Alg Thm Lem Vol
        vol pp? vs cf acc [Aa]pprox Appx viz e\.?g i\.?e w\.r\.t Dr Mrs? Ms Prof St""",
    "de": r"""z\.\s?B d\.\s?h u\.\s?a o\.\s?ä i\.\s?d\.\s?R s\.\s?o s\.\s?u bzw vgl
        Vgl Abb Nr S Kap Abschn Gl ca evtl ggf Tab Dr Prof Hr Fr inkl sog Bd""",
    "es": r"""Sr Sra Srta Dra? [Ff]igs? [Ee]c [Ss]ec p\.\s?ej págs? [Cc]ap [Nn]úm
        [Aa]rt Uds? [Aa]prox [Vv]ols? [Tt]ab [Aa]p Prof Profa Ing Lic Avda""",
    "fr": r"""MM? p\.\s?ex [Cc]f [Ff]igs? [éÉ]q [Cc]hap [Vv]ol pp? [Aa]rt éd env Dr Pr n
        Mmes? Mlles? [Ss]ect [Tt]abl""",
    "it": r"""p\.\s?es [Ff]igg? [Ee]q pagg? cap Sig Dott cfr vol art""",
    "pt": r"""p\.\s?ex [Ff]igs? [Ee]q págs? cap Sra? Dra? vol art aprox""",
    "ru": r"""т\.\s?е т\.\s?к т\.\s?н [Рр]ис [Тт]абл [Гг]л [Сс]м [Сс]р стр с им напр
        [Уу]р [Рр]азд проф акад п""",
    "tr": r"""[Bb]kz [Öö]rn Şek Dr Prof Doç sf? Böl Denk yy""",
}
#: Abbreviations that a sentence may end with: kept when no capital follows.
_SELDOM_LAST: Final = {
    "ar": "إلخ الخ",
    "el": "κ\\.?λπ κ\\.?ά κτλ",
    "en": "[Nn]os? App Ch Cor Def Prop [Rr]efs? etc al a\\.?m p\\.?m resp U\\.S incl"
    " est eds? [Vv]er max min avg Inc Ltd Co Corp Jr Sr lib ibid",
    "de": "usw u\\.\\s?s\\.\\s?w etc max min Mio Mrd Hrsg Aufl",
    "es": "etc EE\\.\\s?UU S\\.A",
    "fr": "etc",
    "it": "ecc",
    "pt": "etc",
    "ru": "т\\.\\s?д т\\.\\s?п и\\s?др др гг?",
    "tr": "No vb vs",
}


_LAST_WORD: Final = re.compile(r"(?<![\w.])([\w.]+)\.$")
#: Letters that a word has; of letters with marks nobody knows here.
_VOWEL: Final = re.compile(r"[aeiouyäöüаеёиоуыэюяαεηιουω]|[^\x00-\x7f]", re.IGNORECASE)
_ITEM: Final = re.compile(r"[,:;]\s*\d{1,2}\.$")
_SHORT: Final = 4  # letters of an abbreviation
#: "App. A", "Ch. B": what is called by a letter.
_APPENDIX: Final = re.compile(r"(?<![\w.])(?:App|Ch|Cor|Def|Prop|Refs?|Ver)\.$")
_LETTER_ALONE: Final = re.compile(r"[A-Z](?![\w'’])")


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])(?:{'|'.join(words.split())})\.$")


_NEVER: Final = {name: _pattern(words) for name, words in _NEVER_LAST.items()}
_SELDOM: Final = {name: _pattern(words) for name, words in _SELDOM_LAST.items()}
_LATIN: Final = frozenset({"de", "en", "es", "fr", "it", "pt", "tr"})
#: German ordinals, as in "am 3. Mai", "im 19. Jahrhundert".
_ORDINAL: Final = re.compile(r"(?<!\S)\d{1,2}\.$")
_COUNTED: Final = re.compile(
    r"[a-zäöüß]|Jan|Feb|März|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Jahrhundert|Kapitel"
    r"|Auflage|Mal|Schritt|Stufe|Zeile|Spalte|Teil|Version"
)
#: The first letter of abbreviations such as "z. B.", if the splitter stops after it.
_FIRST_LETTER: Final = re.compile(r"(?<![\w.])(?:\w|EE)\.$")
_LETTER_STOP: Final = re.compile(r"(?:[^\W\d_]|UU)\.")
#: What a full stop stands between, that ends no sentence; the first one in German.
_GERMAN: Final = (_ORDINAL, _COUNTED)
_GOES_WITH: Final = ((_FIRST_LETTER, _LETTER_STOP), (_APPENDIX, _LETTER_ALONE))


def split(coded: str, language: str) -> list[str]:
    """Split the *coded* text of one paragraph into its sentences, in order.

    ``"".join(split(coded, language)) == coded``: white space stays with the sentence
    before it. Each sentence is balanced coded text: a ``<g>`` that crosses a boundary
    joins its sentences.

    :param language: BCP 47 tag of the paragraph's language
    """
    primary = language.replace("_", "-").partition("-")[0].lower()
    terminator = _GREEK_TERMINATOR if primary == "el" else _TERMINATOR
    stop = terminator.search(coded)
    if not stop or not _SUBSTANCE.search(coded, stop.end()):
        return [coded] if coded else []
    primary = name_language(language).cjk or primary
    masked = _mask(coded)
    ends = _boundaries(masked, primary)
    cuts = [cut for end in ends if (cut := _cut(masked, end)) is not None]
    return _pieces(coded, cuts)


class _Masked(NamedTuple):
    """The masked text of a paragraph, and where its parts are in the original."""

    text: str
    #: The start of each run of characters in the masked text, in order.
    starts: list[int]
    #: The start of the same run in the coded text.
    origins: list[int]
    #: Position in the coded text → nesting depth of ``<g>`` from there on.
    depths: dict[int, int]
    #: Where a ``<g>`` ends in the masked text → where it begins there.
    closed: dict[int, int]
    coded: str


def _mask(coded: str) -> _Masked:
    """Replace each ``<x/>`` by a word and entities by characters; remove ``<g>``."""
    parts: list[str] = []
    masked = _Masked("", [], [], {}, {}, coded)
    opened: list[int] = []
    place = length = 0

    def add(shown: str, origin: int) -> None:
        nonlocal length
        masked.starts.append(length)
        masked.origins.append(origin)
        parts.append(shown)
        length += len(shown)

    for piece in inline_codes.tokens(coded):
        end = place + len(piece.coded)
        if piece.type == "text":
            for shown, origin in _runs(piece.coded, place):
                add(shown, origin)
        elif piece.type == "empty":
            before = parts[-1][-1:] if parts else ""
            if not _is_note(before, coded[end : end + 1]):
                add(_WORD, place)
        else:
            if piece.type == "open":
                opened.append(length)
            elif opened:
                masked.closed[length] = opened.pop()
            masked.depths[end] = len(opened)
        place = end
    # White space of any kind is a blank: a line break does not end a sentence.
    return masked._replace(text=re.sub(r"\s", " ", "".join(parts)))


def _is_note(before: str, after: str) -> bool:
    """Tell whether a code between these characters is the mark of a footnote."""
    return before in {".", "!", "?", "…"} and (not after or after.isspace())


def _runs(text: str, place: int) -> Iterator[tuple[str, int]]:
    """Yield *text* as runs that have the same length masked and coded.

    :param place: the position of *text* in the coded text
    :returns: pairs of a run and its position in the coded text
    """
    start = 0
    for entity in _ENTITY.finditer(text):
        if entity.start() > start:
            yield text[start : entity.start()], place + start
        yield inline_codes.unescape(entity[0]), place + entity.start()
        start = entity.end()
    if start < len(text):
        yield text[start:], place + start


def _boundaries(masked: _Masked, language: str) -> list[int]:
    """Return the positions where sentences of the masked text end, but the last."""
    text = masked.text
    ends: set[int] = set()
    place = 0
    for sentence in segment(language, text):
        place += len(sentence)
        ends.add(place)
    if language in _CJK:
        ends |= {match.end() for match in _CJK_END.finditer(text)}
    else:
        ends |= {match.end() for match in _AFTER_CLOSER.finditer(text)}
        stops = _GREEK_END if language == "el" else _STOP_END
        ends |= {match.end() for match in stops.finditer(text)}
        if language not in _NOUNS_OR_KNOWN:
            ends |= {match.end() for match in _AND_SO_ON.finditer(text)}
    kept: list[int] = []
    for end in sorted({_after_closing(text, end, language) for end in ends}):
        start = kept[-1] if kept else 0
        if (
            start < end < len(text)
            and _is_boundary(text, start, end, language)
            and not _in_title(masked, start, end, language)
        ):
            kept.append(end)
    return kept


def _after_closing(text: str, end: int, language: str) -> int:
    """Return *end*, moved behind what the splitter put after it: closing marks."""
    while end < len(text) and text[end].isspace():
        end += 1
    closing = _CLOSING.match(text, end)
    if not closing:
        return end
    mark = text[end]
    tight = not text[end - 1].isspace()
    if mark in "\"'*_":
        # These marks can open or close; before a blank they close.
        apart = closing.end() == len(text) or text[closing.end() - 1].isspace()
        return closing.end() if tight and (apart or language in _CJK) else end
    return closing.end()


def _is_boundary(text: str, start: int, end: int, language: str) -> bool:
    """Tell whether a sentence that starts at *start* may end at *end*."""
    if text[end - 1] in ".!?" and _touches(text[end], language):
        return False  # a name with a dot, or an address
    sentence = text[start:end].rstrip()
    if not sentence:
        return False  # blanks alone are no sentence
    left = _REFERENCE.sub("", sentence[-_TAIL:])
    if alone := _ALONE.search(left):
        left = alone[1]
    abbreviated = left[-1] == "." and _is_abbreviation(left, text, end, language)
    if language in _CJK:
        return not (abbreviated or _goes_on(sentence, text, end))
    if text[end] in _NO_BEGINNING:
        return False
    if left[-1] in _CLOSERS or left[-1] in _ASKING or left.endswith("..."):
        return not (abbreviated or _begins_small(text, end))
    return not (abbreviated or _may_be_abbreviated(left, text, end, language))


def _touches(following: str, language: str) -> bool:
    """Tell whether a mark belongs to the word that *following*, beside it, begins."""
    if language in _CJK:
        return following.isascii() and following.isalnum()
    return following.isalnum() or following == "-"


def _begins_small(text: str, end: int) -> bool:
    """Tell whether what follows *end* begins with a small letter, but is no name."""
    while end < len(text) and text[end] in _BEFORE_LETTER:
        end += 1
    word = _MIXED.match(text, end)
    if word is None or text.startswith(")", word.end()):
        return False  # "b)" is the number of an item
    return word[0][0].islower() and word[0] == word[0].lower()


def _in_title(masked: _Masked, start: int, end: int, language: str) -> bool:
    """Tell whether the mark before *end* is that of a title, a label or a quotation.

    A code closes on it, as in "Read <g>What is rain?</g> first", and what stands around
    the code, or how it goes on, shows that the sentence does not end with it.
    """
    text = masked.text
    close = len(text[:end].rstrip())
    following = text[end]
    has_case = following.islower() or following.isupper() or not following.isalpha()
    begin = masked.closed.get(close)
    if begin is None:
        return not (has_case or language in _CJK) and _in_question(
            text, start, end, language
        )
    asks = text[close - 1] in _ASKING
    if not asks and text[close - 1] not in _STOPS:
        return False
    amid = bool(text[start:begin].strip(_BEFORE_LETTER))
    if language in _CJK:
        return (asks and amid) or bool(_CJK_GOES_ON.match(text, end))
    if not has_case:
        # In a script without capitals, what is not the whole sentence is a title.
        return asks and (amid or close == end)
    if _begins_small(text, end):
        return True
    first = text[begin:close].lstrip(_BEFORE_LETTER)[:1]
    return asks and amid and not first.islower()


def _in_question(text: str, start: int, end: int, language: str) -> bool:
    """Tell whether a quotation before *end* closes on a question, and the rest goes on.

    For scripts without capitals, in which the next letter does not tell.
    """
    sentence = text[start:end].rstrip()
    mark = sentence[-1:]
    if mark not in _QUOTE_OPENS or sentence[-2:-1] not in _ASKING:
        return False
    opened = sentence[:-1].rfind(_QUOTE_OPENS[mark])
    if opened < 0:
        return False
    if language == "ko" and _KOREAN_GOES_ON.match(text, end):
        return True
    return bool(sentence[:opened].strip(_BEFORE_LETTER)) or not text[end - 1].isspace()


def _is_abbreviation(left: str, text: str, end: int, language: str) -> bool:
    """Tell whether the full stop at the end of *left* belongs to an abbreviation."""
    if language in _NO_STOP and left[-2:-1].isalpha() and not left[-2:-1].isascii():
        return True
    if any(
        before.search(left) and after.match(text, end)
        for before, after in (_GERMAN, *_GOES_WITH)[language != "de" :]
    ):
        return True
    # In other scripts Latin abbreviations are mostly the English ones.
    lists = (language,) if language in _LATIN else (language, "en")
    if any(_NEVER[name].search(left) for name in lists if name in _NEVER):
        return True
    if not any(_SELDOM[name].search(left) for name in lists if name in _SELDOM):
        return False
    # After "et al." a code is a citation, not the next sentence.
    return not text[end].isupper() or text.startswith(_WORD, end)


def _may_be_abbreviated(left: str, text: str, end: int, language: str) -> bool:
    """Tell whether a full stop that no list knows is none: by what goes on after it.

    A sentence may begin with a small letter, as that of a program's name. So the word
    before it has to look like an abbreviation, too.
    """
    word = _LAST_WORD.search(left)
    if word is None:
        return False
    unlisted = language not in _NEVER and len(word[1]) <= _SHORT
    if text[end].isdigit():
        return unlisted and word[1].islower()
    if not _begins_small(text, end):
        return False
    if word[1].isdigit():
        # An ordinal number; English has numbers of items only.
        return language != "en" or bool(_ITEM.search(left))
    cut = len(word[1]) == 1 or "." in word[1] or not _VOWEL.search(word[1])
    return cut or unlisted


def _goes_on(sentence: str, text: str, end: int) -> bool:
    """Tell whether a Chinese or Japanese *sentence* goes on after *end*."""
    if len(_OPENING.findall(sentence)) > len(_CLOSED.findall(sentence)):
        # A sentence inside brackets ends, but not the one around them. A bracket that
        # is never closed does not count.
        return bool(_CLOSED.search(text, end))
    last = sentence[-1:]
    if last in _BRACKETS:
        return sentence[0] not in _BRACKETS[last]
    if sentence.endswith("…") and sentence.count("“") > sentence.count("”"):
        return True
    if last in {"》", "〉"}:
        return True  # the title of a work
    quoted = last in {"”", "’", "」", "』", "…", '"', "'"}
    return quoted and bool(_CJK_GOES_ON.match(text, end))


def _cut(masked: _Masked, end: int) -> int | None:
    """Return the position in the coded text of *end*; ``None`` inside a ``<g>``."""
    run = bisect_right(masked.starts, end - 1) - 1
    shown = end - masked.starts[run]
    place = masked.origins[run] + shown
    following = run + 1
    ends_run = following < len(masked.starts) and masked.starts[following] == end
    if ends_run:
        # There are codes between the two characters: closing ones and footnote marks
        # belong to the left, opening ones to the right.
        place = _between(masked.coded, masked.origins[run], masked.origins[following])
    depth = 0
    for position, level in masked.depths.items():
        if position > place:
            break
        depth = level
    return None if depth else place


def _between(coded: str, origin: int, limit: int) -> int:
    """Return the position to cut at, between *origin* and *limit*."""
    place = origin
    cut = origin
    for piece in inline_codes.tokens(coded[origin:limit]):
        if piece.type == "open":
            if place > origin:
                break
        else:
            cut = place + len(piece.coded)
        place += len(piece.coded)
    return cut


def _pieces(coded: str, cuts: Iterable[int]) -> list[str]:
    """Cut *coded*; a piece without words or codes is added to the one before it."""
    pieces: list[str] = []
    start = 0
    for cut in (*cuts, len(coded)):
        piece = coded[start:cut]
        start = cut
        if not piece:
            continue
        if pieces and (not _has_substance(piece) or not _has_substance(pieces[0])):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _has_substance(piece: str) -> bool:
    """Tell whether *piece* holds a code or a word that is not the number of an item."""
    if "<x" in piece:
        return True
    words = inline_codes.plain(piece)
    return bool(_SUBSTANCE.search(words)) and not _ENUMERATOR.fullmatch(words)
