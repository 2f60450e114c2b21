"""Apertium: free rule-based translation, offline, for the pairs that are installed.

One call of the program translates a batch, in the HTML of
:mod:`amts_sphinx.engine.apertium`. A reply that lost or split a code is not
repaired: that segment is translated once more, the text between its codes piece by
piece, which cannot lose one.
"""

from __future__ import annotations

import html as entities
import os
import re
import subprocess
from dataclasses import dataclass, field
from functools import cached_property, partial
from shutil import which
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import (
    EngineReplyError,
    EngineUnavailableError,
    LanguagePairError,
)
from amts_sphinx.core.languages import closest, name_language
from amts_sphinx.core.units import LanguagePair, Translation
from amts_sphinx.engine import language_pairs
from amts_sphinx.engine.options import read_options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from amts_sphinx.core.units import Request
    from amts_sphinx.engine.protocol import Progress

#: A made-up word. It starts with a digit, so that the program neither inflects nor
#: capitalises it, and has letters, so that it is no number to agree with. The program
#: marks it with an asterisk when it marks unknown words. ``l`` and ``r`` say at which
#: side a blank is ours: glued to a word, it would make that an unknown word too.
_MASK: Final = re.compile(r"( ?)\*?7(\d+)(l?)(r?)xqz( ?)", re.IGNORECASE)
_CHUNK: Final = re.compile(r"\S+")
#: Marks around a word that are not part of it.
_AROUND: Final = ".,;:!?()[]{}\"'“”‘’«»¿¡…—–"
#: What makes a word a name, an address or an expression rather than a word.
_NO_WORD: Final = re.compile(
    r"""[\\^$@~*_\[\]{}()|`\#=+<>\x00-\x08\x0e-\x1b\x7f\ud800-\udfff]
    | ^/ | /.*/ | :/ | &\w+;
    | \d(?!(?:st|nd|rd|th)\b)[a-z] | [a-z]\d | [^\W\d]\.\w\w | \w\.[^\W\d]\w | xqz""",
    re.IGNORECASE | re.VERBOSE,
)
#: Longer than any word, in characters: the time that the program takes for one grows
#: with the square of its length.
_TOO_LONG: Final = 200
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

    def stand_in(coded: str, sides: str = "") -> str:
        words.append(coded)
        return f"7{len(words) - 1}{sides}xqz"

    parts: list[str] = []
    tokens = [*inline_codes.tokens(inline_codes.collapse(source).strip())]
    for place, token in enumerate(tokens):
        if token.type == "text":
            parts.append(_protect(inline_codes.unescape(token.coded), stand_in))
        elif token.type == "empty":
            left = place > 0 and tokens[place - 1].coded[-1:].isalnum()
            right = tokens[place + 1 : place + 2]
            glued = bool(right) and right[0].coded[:1].isalnum()
            made = stand_in(token.coded, "l" * left + "r" * glued)
            parts.append(f"{' ' * left}{made}{' ' * glued}")
        else:
            parts.append(f'<b id="{token.id}">' if token.type == "open" else "</b>")
    return Masked("".join(parts), words)


def _protect(text: str, stand_in: Callable[[str], str]) -> str:
    """Return plain *text* as HTML, what is no word replaced."""

    def replace(match: re.Match[str]) -> str:
        chunk = match[0]
        core = chunk.strip(_AROUND)
        is_word = len(core) <= _TOO_LONG and not _NO_WORD.search(core)
        if not core or is_word:
            # Alone, these signs have a meaning in the program's own format.
            signs = re.split(r"([~\\^*]+)", chunk)
            return "".join(
                stand_in(inline_codes.escape(sign))
                if place % 2
                else inline_codes.escape(sign)
                for place, sign in enumerate(signs)
            )
        before, _, after = chunk.partition(core)
        masked = stand_in(inline_codes.escape(core))
        return f"{inline_codes.escape(before)}{masked}{inline_codes.escape(after)}"

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
            text = inline_codes.escape(entities.unescape(piece))
            # The program opens a code twice where it is around two chunks.
            runs.append((text, tuple(dict.fromkeys(around))))
    target = inline_codes.collapse(_nested(runs)).strip()
    found = sorted(int(match[2]) for match in _MASK.finditer(target))
    if found != list(range(len(words))):
        return None
    target = _MASK.sub(partial(_unmask, words), target)
    body = source.strip()
    before, _, after = source.partition(body)
    return f"{before}{_match_case(body, target)}{after}"


def _unmask(words: Sequence[str], found: re.Match[str]) -> str:
    """Return what a made-up word stands for, without the blanks that are ours."""
    before, number, left, right, after = found.groups()
    word = words[int(number)]
    return f"{'' if left else before}{word}{'' if right else after}"


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
        parts.extend(inline_codes.opening(number) for number in inside[shared:])
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


_INSTALL: Final = "apt-get install apertium apertium-eng-spa transfuse"
#: A program of Transfuse. With it, Apertium moves markup along with its words; without
#: it, markup stays where it was, around whatever words come to stand there.
_TRANSFUSE: Final = "tf-extract"
#: Characters of HTML in one call of the program.
_CALL_SIZE: Final = 200_000
_REPLY: Final = re.compile(r'<p id="(\d+)">(.*?)</p>', re.DOTALL)
#: The first part of a mode's name, ISO 639-3: the BCP 47 tags it stands for.
_MODE_PARTS: Final = """
afr:af ara:ar bul:bg cat:ca cym:cy dan:da deu:de ell:el eng:en spa:es spa:es-MX fas:fa
fra:fr fra:fr-CA gle:ga hbs:bs hbs:hr hbs:sr hin:hi ind:id isl:is ita:it kaz:kk mkd:mk
mlt:mt nld:nl nob:no pol:pl por:pt por:pt-PT ron:ro rus:ru slv:sl swe:sv tur:tr ukr:uk
urd:ur uzb:uz zlm:ms
"""
_ISO_639_3: Final = {item[4:]: item[:3] for item in _MODE_PARTS.split()}
_MODE: Final = re.compile(r"([a-z]{2,3})-([a-z]{2,3})")
#: Why a text has no translation.
_DAMAGED: Final = "the program loses a word or a code of it, whole and in pieces"


@dataclass(frozen=True, slots=True)
class ApertiumOptions:
    """What ``amts_apertium`` may hold."""

    #: Name or path of the program.
    program: str = "apertium"
    #: Language pair → mode, such as ``{"es-en": "spa-eng_US"}``.
    modes: dict[str, str] = field(default_factory=dict)
    #: Whether ``*`` stands before words that the program does not know.
    mark_unknown: bool = False
    #: Seconds that one call may take.
    timeout: float = 300.0


class ApertiumEngine:
    """Translates by calling the program ``apertium``, once per batch."""

    def __init__(self, options: ApertiumOptions) -> None:
        self._options = options

    @cached_property
    def fingerprint(self) -> str:
        """The versions of the program and of the installed pairs, and the options.

        :raises EngineUnavailableError: the program is missing
        """
        version = self._run(["-V"]).split()
        modes = ",".join(f"{k}={v}" for k, v in sorted(self._options.modes.items()))
        parts = ["apertium", version[-1] if version else "?", *_data_versions()]
        if modes:
            parts.append(modes)
        if self._options.mark_unknown:
            parts.append("marked")
        return "/".join(parts)

    @cached_property
    def pairs(self) -> frozenset[LanguagePair]:
        """Those that are installed, and those of the option ``modes``.

        :raises EngineUnavailableError: the program is missing
        """
        found: set[LanguagePair] = set()
        for mode in self._installed:
            if parts := _MODE.fullmatch(mode):
                sources, targets = map(_tags, parts.groups())
                found |= {LanguagePair(s, t) for s in sources for t in targets}
        chosen = self._options.modes.items()
        there = [_pair(name) for name, mode in chosen if mode in self._installed]
        found.update(pair for pair in there if pair)
        return frozenset(found)

    @cached_property
    def _installed(self) -> list[str]:
        """The names of the program's modes."""
        return self._run(["-l"]).split()

    def translate(
        self,
        requests: Sequence[Request],
        pair: LanguagePair,
        progress: Progress,  # noqa: ARG002 - it is fast
    ) -> list[Translation]:
        """Return one translation per request, in order.

        :raises EngineUnavailableError: the program or the pair is not installed, or
            the program fails
        :raises EngineReplyError: the reply is not one paragraph per source
        """
        mode = self._mode(pair)
        sources = [request.source for request in requests]
        wanted = list(filter(inline_codes.has_words, dict.fromkeys(sources)))
        if any("<g " in source for source in wanted) and not which(_TRANSFUSE):
            raise EngineUnavailableError(
                f"apertium would put markup around other words; install: {_INSTALL}"
            )
        targets = dict(zip(wanted, self._whole(wanted, mode), strict=True))
        broken = [source for source in wanted if _is_damaged(source, targets[source])]
        targets.update(zip(broken, self._by_pieces(broken, mode), strict=True))
        maker = self.fingerprint
        # A source without words is the same in every language.
        found = [targets.get(source, source) for source in sources]
        return [
            Translation(
                target,
                maker,
                draft=target not in {None, source},
                note=_DAMAGED if target is None else "",
            )
            for source, target in zip(sources, found, strict=True)
        ]

    def _whole(self, sources: Sequence[str], mode: str) -> list[str | None]:
        """Translate *sources*; targets may have lost codes, ``None`` words."""
        masked = [mask(source) for source in sources]
        replies = self._call([item.html for item in masked], mode)
        return [
            restore(source, reply, item.words)
            for source, reply, item in zip(sources, replies, masked, strict=True)
        ]

    def _by_pieces(self, sources: Sequence[str], mode: str) -> list[str | None]:
        """Translate the texts between the codes of *sources*, codes left in place."""
        parts = [list(inline_codes.tokens(source)) for source in sources]
        texts = list(
            dict.fromkeys(
                token.coded
                for tokens in parts
                for token in tokens
                if token.type == "text" and inline_codes.has_words(token.coded)
            )
        )
        known = {
            text: said
            for text, said in zip(texts, self._whole(texts, mode), strict=True)
            if said and not _is_damaged(text, said)
        }
        return [
            "".join(known.get(token.coded, token.coded) for token in tokens)
            if any(token.coded in known for token in tokens)
            else None
            for tokens in parts
        ]

    def _mode(self, pair: LanguagePair) -> str:
        """Return the program's name of *pair*.

        :raises LanguagePairError: it is not installed
        """
        tags = [name_language(tag).tag for tag in pair]
        names = [_ISO_639_3.get(closest(tag, _ISO_639_3) or "", tag) for tag in tags]
        asked = self._options.modes
        wished = asked.get("-".join(pair)) or asked.get("-".join(tags))
        for mode in [wished] if wished else ["-".join(names), "-".join(tags)]:
            if mode in self._installed:
                return mode
        for mode in [] if wished else self._installed:
            parts = _MODE.fullmatch(mode)
            if parts and all(map(_is_part_of, tags, parts.groups())):
                return mode
        wish = wished or "-".join(names)
        raise LanguagePairError(
            f"apertium has no mode {wish!r} for {pair};"
            f" {language_pairs.listed(self.pairs, pair)}"
        )

    def _call(self, paragraphs: Sequence[str], mode: str) -> list[str]:
        """Translate HTML *paragraphs*: one reply each, in order."""
        replies: list[str] = []
        marks = [] if self._options.mark_unknown else ["-u"]
        for first, batch in _batches(paragraphs):
            request = "\n".join(
                f'<p id="{first + place}">{text}</p>'
                for place, text in enumerate(batch)
            )
            reply = self._run([*marks, "-f", "html", mode], request + "\n")
            found = _REPLY.findall(reply)
            wanted = [str(first + place) for place in range(len(batch))]
            if [number for number, _ in found] != wanted:
                raise EngineReplyError(
                    f"apertium was asked for {len(batch)} paragraphs ({mode}) and "
                    f"returned {len(found)}, or in another order"
                )
            replies.extend(text for _, text in found)
        return replies

    def _run(self, arguments: Sequence[str], text: str = "") -> str:
        """Call the program and return what it prints."""
        command = [self._options.program, *arguments]
        try:
            done = subprocess.run(
                command,
                input=text.encode(),
                capture_output=True,
                check=True,
                timeout=self._options.timeout,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
            )
        except subprocess.TimeoutExpired as exc:
            limit = self._options.timeout
            raise EngineUnavailableError(
                f"{command[0]} did not answer within {limit:g} seconds"
            ) from exc
        except subprocess.CalledProcessError as exc:
            said = exc.stderr.decode(errors="replace").strip()[-500:]
            raise EngineUnavailableError(
                f"{' '.join(command)} failed with code {exc.returncode}: {said}"
            ) from exc
        except OSError as exc:
            raise EngineUnavailableError(
                f"the program {command[0]!r} cannot be run; install it: {_INSTALL}"
            ) from exc
        return done.stdout.decode(errors="replace")


def create(options: Mapping[str, object]) -> ApertiumEngine:
    """Make the engine from the value of ``amts_apertium``."""
    return ApertiumEngine(read_options(ApertiumOptions, "amts_apertium", options))


def _tags(part: str) -> list[str]:
    """Return the BCP 47 tags that a part of a mode's name stands for."""
    named = [tag for tag, known in _ISO_639_3.items() if known == part]
    return named or [name_language(part).tag]


def _is_part_of(tag: str, part: str) -> bool:
    return tag in _tags(part)


def _pair(name: str) -> LanguagePair | None:
    """Return the language pair that a key of the option ``modes`` names, if it does."""
    parts = name.split("-")
    cuts = [
        LanguagePair("-".join(parts[:place]), "-".join(parts[place:]))
        for place in range(1, len(parts))
    ]
    known = (pair for pair in cuts if all(map(_is_tag, pair)))
    return next(known, None)


def _is_tag(tag: str) -> bool:
    return bool(name_language(tag).script)


def _is_damaged(source: str, target: str | None) -> bool:
    """Tell whether *target* cannot be published for *source*."""
    return not target or not target.strip() or bool(inline_codes.verify(source, target))


def _data_versions() -> list[str]:
    """Return ``pair=version`` of the installed pairs, where Debian can tell."""
    command = ["dpkg-query", "-W", "-f", "${Package}=${Version}\\n", "apertium-*-*"]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            check=False,
            timeout=10,
            encoding="utf-8",
            errors="replace",
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    rows = [row.removeprefix("apertium-") for row in done.stdout.split()]
    return sorted(row for row in rows if re.fullmatch(r"[a-z]{2,3}-[a-z]{2,3}=.+", row))


def _batches(paragraphs: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield *paragraphs* in batches for one call, with the number of the first."""
    batch: list[str] = []
    size = first = 0
    for paragraph in paragraphs:
        if batch and size + len(paragraph) > _CALL_SIZE:
            yield first, batch
            first += len(batch)
            batch, size = [], 0
        batch.append(paragraph)
        size += len(paragraph)
    if batch:
        yield first, batch
