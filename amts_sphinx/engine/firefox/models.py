"""Folders of Firefox's translation models: ``<folder>/<source>-<target>/<files>``.

They are read as they are; nothing here asks the network.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from amts_sphinx.core.errors import EngineUnavailableError, LanguagePairError
from amts_sphinx.core.languages import closest, name_language
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.core.user_folder import caches

#: What the files of a model are called, the first that is there.
_MODEL: Final = ("model.*.bin",)
_SOURCE: Final = ("srcvocab.*.spm", "vocab.*.spm")
_TARGET: Final = ("trgvocab.*.spm", "vocab.*.spm")
#: The names of folders, and of Mozilla's files where both languages have two letters.
_FOLDER: Final = re.compile(r"([a-z]{2,3})-([a-z]{2,3}(?:-[A-Za-z]{2,4})?)")
_FILE: Final = re.compile(r"model\.([a-z]{2})([a-z]{2})\.")
#: Where no model leads from one language to another, two may, by way of this one.
PIVOT: Final = "en"
#: Overrides the folder of the user.
VARIABLE: Final = "AMTS_MODELS"


class ModelBytes(NamedTuple):
    """The files of one model."""

    model: bytes
    source_vocabulary: bytes
    target_vocabulary: bytes


@dataclass(frozen=True)
class Leg:
    """A model from one language to another, in its folder."""

    folder: Path
    #: As the models are named, which need not be the book's tags.
    pair: LanguagePair
    files: tuple[Path, Path, Path]

    def read(self) -> ModelBytes:
        """Return the bytes of its files.

        :raises EngineUnavailableError: one cannot be read
        """
        try:
            return ModelBytes(*(path.read_bytes() for path in self.files))
        except OSError as exc:
            raise EngineUnavailableError(f"{self.folder}: {exc}") from exc

    @cached_property
    def digest(self) -> str:
        """A hash of the bytes of its files."""
        digest = hashlib.sha256()
        for data in self.read():
            digest.update(hashlib.sha256(data).digest())
        return digest.hexdigest()[:12]

    @property
    def size(self) -> int:
        """Bytes of its files together."""
        return sum(path.stat().st_size for path in set(self.files))


class Store(Collection[LanguagePair]):
    """The models in a folder, and the language pairs that they make possible."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def legs(self) -> dict[LanguagePair, Leg]:
        """The models that are complete, by language pair."""
        found: dict[LanguagePair, Leg] = {}
        for folder, pair, files in self._folders:
            if None not in files:
                model, source, target = (path for path in files if path)
                found[pair] = Leg(folder, pair, (model, source, target))
        return found

    @cached_property
    def incomplete(self) -> dict[LanguagePair, str]:
        """The models that are not complete, with what they lack, for people."""
        found = {}
        for folder, pair, files in self._folders:
            kinds = zip((_MODEL, _SOURCE, _TARGET), files, strict=True)
            lacking = {names[-1] for names, path in kinds if path is None}
            if lacking and pair not in self.legs:
                found[pair] = f"{folder} has no {' and no '.join(sorted(lacking))}"
        return found

    @cached_property
    def _folders(self) -> list[tuple[Path, LanguagePair, list[Path | None]]]:
        """The folders that are named as a model's, with the files that are there."""
        folders = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        return [
            (folder, pair, [_first(folder, n) for n in (_MODEL, _SOURCE, _TARGET)])
            for folder in folders
            if folder.is_dir() and (pair := _pair(folder))
        ]

    def route(self, pair: LanguagePair) -> tuple[Leg, ...]:
        """Return the model for *pair*, or the two by way of English.

        A model for the same language in another region will do.

        :raises LanguagePairError: there is neither
        """
        leg = self._leg(*pair)
        if leg:
            return (leg,)
        first, last = self._leg(pair.source, PIVOT), self._leg(PIVOT, pair.target)
        if first and last and pair.source != pair.target:
            return first, last
        raise LanguagePairError(
            f"there is no Firefox model for {pair} in {self.folder}:"
            f" {self.advice(pair)}"
        )

    def advice(self, pair: LanguagePair) -> str:
        """Return what *pair* lacks, and the command that gets it."""
        legs = (pair, (pair.source, PIVOT), (PIVOT, pair.target))
        halves = [self.incomplete[leg] for leg in legs if leg in self.incomplete]
        return "; ".join([*halves, self.command(pair)])

    def command(self, pair: LanguagePair) -> str:
        """Return the command that gets the models for *pair* into this folder."""
        own = self.folder == user_folder()
        folder = "" if own else f" --folder {shlex.quote(str(self.folder))}"
        return f"amts models get {pair.source} {pair.target}{folder}"

    def _leg(self, source: str, target: str) -> Leg | None:
        near = [
            pair
            for pair in self.legs
            if closest(source, [pair.source]) and closest(target, [pair.target])
        ]
        if not near:
            return None
        # An exact tag comes before that of another region.
        near.sort(key=lambda pair: (pair.target != target, pair.source != source, pair))
        return self.legs[near[0]]

    def __contains__(self, pair: object) -> bool:
        if not isinstance(pair, tuple) or len(pair) != len(LanguagePair._fields):
            return False
        try:
            self.route(LanguagePair(*pair))
        except LanguagePairError:
            return False
        return bool(pair[0] != pair[1])

    def __iter__(self) -> Iterator[LanguagePair]:
        yield from self.legs
        for first in self.legs:
            for last in self.legs:
                through = LanguagePair(first.source, last.target)
                pivots = first.target == PIVOT == last.source
                if pivots and through not in self.legs and len(set(through)) > 1:
                    yield through

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"Store({str(self.folder)!r})"


def user_folder() -> Path:
    """Return where models are kept for all books of a user.

    ``$AMTS_MODELS``, or a folder where the system keeps data that can be had again.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    return caches() / "models"


def _pair(folder: Path) -> LanguagePair | None:
    """Return the language pair that a folder's name, or its model's, says."""
    named = _FOLDER.fullmatch(folder.name.replace("_", "-"))
    model = _first(folder, _MODEL) if folder.is_dir() else None
    if not named and model:
        named = _FILE.match(model.name)
    if not named:
        return None
    source, target = named.groups()
    return LanguagePair(name_language(source).tag, name_language(target).tag)


def _first(folder: Path, patterns: tuple[str, ...]) -> Path | None:
    """Return the first file that one of *patterns* fits."""
    for pattern in patterns:
        found = sorted(path for path in folder.glob(pattern) if path.stat().st_size)
        if found:
            return found[0]
    return None
