"""Engines for tests: one that notes what it is asked, one that damages markup.

A build finds them through the entry points beside this file, once the folder is on its
path. Both translate as ``pseudo`` does, so a test can tell what an edition must say.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import EngineUnavailableError
from amts_sphinx.core.units import Translation
from amts_sphinx.engine.options import read_options
from amts_sphinx.engine.pseudo import PseudoEngine, PseudoOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from amts_sphinx.core.units import LanguagePair, Request
    from amts_sphinx.engine.protocol import Progress

_CODE: Final = re.compile(r'<g id="\d+">|</g>|<x id="\d+"/>')
_EMPTY: Final = re.compile(r'<x id="(\d+)"/>')
_PAIR: Final = re.compile(r'<g id="(\d+)">')


def _pseudo(
    requests: Sequence[Request], pair: LanguagePair, progress: Progress
) -> list[Translation]:
    return PseudoEngine(PseudoOptions()).translate(requests, pair, progress)


@dataclass(frozen=True, slots=True)
class RecordingOptions:
    """What ``amts_recording`` may hold."""

    #: The file that takes each request as a line of JSON.
    file: str = ""
    #: Part of the fingerprint: another version is another engine.
    version: str = "1"
    #: A language tag: every request for it is refused.
    fails_for: str = ""
    #: A language tag: a request for it meets a fault of the engine's own.
    crashes_for: str = ""
    #: A segment with this in it has no translation.
    silent_on: str = ""
    #: Whether it says that its translations are drafts.
    makes_drafts: bool = False
    #: A segment with this in it comes back with its codes lost.
    loses_codes_of: str = ""


@dataclass(frozen=True, slots=True)
class RecordingEngine:
    """Translates as ``pseudo`` does, and writes down each request."""

    options: RecordingOptions

    @property
    def fingerprint(self) -> str:
        """The name and the version."""
        return f"recording/{self.options.version}"

    @property
    def pairs(self) -> None:
        """Any."""
        return

    def translate(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> list[Translation]:
        """Return a pseudo-translation of each request."""
        use = self.options
        sources = [request.source for request in requests]
        if use.fails_for == pair.target:
            raise EngineUnavailableError(f"no line to the service for {pair.target}")
        if use.crashes_for == pair.target:
            raise KeyError(pair.target)
        if use.file:
            line = json.dumps({"target": pair.target, "sources": sources})
            with Path(use.file).open("a", encoding="utf-8") as log:
                log.write(f"{line}\n")
        return [
            Translation(
                self._target(source, made.target),
                self.fingerprint,
                draft=use.makes_drafts,
            )
            for source, made in zip(
                sources, _pseudo(requests, pair, progress), strict=True
            )
        ]

    def _target(self, source: str, target: str | None) -> str | None:
        """Return what becomes of the pseudo-translation of *source*."""
        use = self.options
        if use.silent_on and use.silent_on in source:
            return None
        if use.loses_codes_of and use.loses_codes_of in source and target:
            return _CODE.sub("", target)
        return target


def create_recording(options: Mapping[str, object]) -> RecordingEngine:
    """Make the engine from the value of ``amts_recording``."""
    return RecordingEngine(read_options(RecordingOptions, "amts_recording", options))


#: What the damaging engine does. The first four are what the rules of
#: ``amts_sphinx.translate.repair`` undo; against the others only a refusal helps.
DAMAGES: Final[dict[str, Callable[[str], str]]] = {
    "blanks in codes": lambda t: re.sub(r'<([gx]) id="(\d+)"', r'< \1 id = "\2" ', t),
    "full-width brackets": lambda t: _EMPTY.sub(r"＜x id＝“\1”／＞", t),
    "codes as text": lambda t: _EMPTY.sub(r'&lt;x id="\1"/&gt;', t),
    "empty pairs": lambda t: _EMPTY.sub(r'<x id="\1"></x>', t),
    "lost": lambda t: _CODE.sub("", t, count=1),
    "all lost": lambda t: _CODE.sub("", t),
    "repeated": lambda t: _EMPTY.sub(r'<x id="\1"/><x id="\1"/>', t, count=1),
    "foreign": lambda t: f'{t}<x id="97"/>',
    "renumbered": lambda t: re.sub(r'id="\d+"', 'id="1"', t),
    "unbalanced": lambda t: t.replace("</g>", "", 1),
    "closed twice": lambda t: f"{t}</g>",
    "crossed": lambda t: re.sub(r'(<g id="\d+">)(.*?)(<x id="\d+"/>)', r"\3\1\2", t),
    "words for numbers": lambda t: re.sub(r'id="1"', 'id="one"', t),
    "translated names": lambda t: _PAIR.sub(r'<组 编号="\1">', t),
    "foreign markup": lambda t: f"<b>{t}</b>",
    "stray bracket": lambda t: f"{t} <",
    "bare ampersand": lambda t: f"{t} & more",
    "moved in": lambda t: re.sub(r'(<x id="\d+"/>)(.*?)(<g id="\d+">)', r"\2\3\1", t),
    "empty": lambda _: "",
    "blank": lambda _: "  ",
}


@dataclass(frozen=True, slots=True)
class DamagingEngine:
    """Damages the markup of each segment in a way that depends on its words alone."""

    @property
    def fingerprint(self) -> str:
        """The name: it has no settings."""
        return "damaging"

    @property
    def pairs(self) -> None:
        """Any."""
        return

    def translate(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> list[Translation]:
        """Return a damaged pseudo-translation of each request."""
        ways = list(DAMAGES.values())
        return [
            Translation(
                ways[zlib.crc32(source.encode()) % len(ways)](made.target or ""),
                self.fingerprint,
            )
            for (source, *_), made in zip(
                requests, _pseudo(requests, pair, progress), strict=True
            )
        ]


def create_damaging(options: Mapping[str, object]) -> DamagingEngine:
    """Make the engine; it has no options."""
    return read_options(DamagingEngine, "amts_damaging", options)
