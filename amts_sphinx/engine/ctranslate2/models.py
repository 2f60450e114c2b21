"""Folders of models for CTranslate2, as OPUS-MT and Argos Translate have them.

OPUS-MT, converted: ``model.bin``, ``source.spm`` and ``target.spm`` in a folder whose
name ends with the languages, ``opus-mt-en-es``. Argos Translate: ``metadata.json``,
``sentencepiece.model`` and the folder ``model``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import (
    AmtsError,
    EngineUnavailableError,
    LanguagePairError,
)
from amts_sphinx.core.languages import closest, name_language
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine import language_pairs

if TYPE_CHECKING:
    from pathlib import Path

_MODEL: Final = "model.bin"
_CONFIG: Final = "config.json"
#: Bytes that are read at a time.
_PORTION: Final = 1 << 20
_NAME: Final = re.compile(r"(?:.*[-_])?([a-z]{2,3})[-_]([a-z]{2,3})(?:-\d[\d_.]*)?")
#: Of a model with several target languages, which a text must name.
_TARGET_TOKEN: Final = re.compile(rb'">>[a-zA-Z_]+<<"')


@dataclass(frozen=True)
class ModelFolder:
    """A model from one language to another."""

    folder: Path
    pair: LanguagePair
    #: Where CTranslate2 finds its files.
    model: Path
    #: The SentencePiece models of both languages.
    source: Path
    target: Path

    @property
    def _files(self) -> list[Path]:
        inner = (path for path in self.model.iterdir() if path.is_file())
        return sorted({*inner, self.source, self.target})

    @cached_property
    def digest(self) -> str:
        """A hash of the bytes of its files.

        :raises EngineUnavailableError: one cannot be read
        """
        digest = hashlib.sha256()
        try:
            for path in self._files:
                own = hashlib.sha256()
                with path.open("rb") as file:
                    while data := file.read(_PORTION):
                        own.update(data)
                digest.update(own.digest())
        except OSError as exc:
            raise EngineUnavailableError(f"{self.folder}: {exc}") from exc
        return digest.hexdigest()[:12]

    def adds_end(self) -> bool:
        """Tell whether the library itself puts an end after a source.

        :raises EngineUnavailableError: the model does not say, or is of another kind
        """
        try:
            said = json.loads((self.model / _CONFIG).read_text("utf-8"))
            vocabularies = [*self.model.glob("*vocabulary.json")]
            many = any(_TARGET_TOKEN.search(path.read_bytes()) for path in vocabularies)
        except (OSError, ValueError) as exc:
            raise EngineUnavailableError(f"{self.folder}: {exc}") from exc
        if many:
            raise EngineUnavailableError(
                f"{self.folder}: a model with several target languages is not taken;"
                " take one of a single pair"
            )
        return bool(isinstance(said, dict) and said.get("add_source_eos"))


class Store(Collection[LanguagePair]):
    """The models in a folder, or the one model that it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def models(self) -> dict[LanguagePair, ModelFolder]:
        """The models that are complete, by language pair."""
        inner = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        found = filter(None, map(_model, [self.folder, *inner]))
        return {model.pair: model for model in found}

    def find(self, pair: LanguagePair) -> ModelFolder:
        """Return the model for *pair*; that for another region will do.

        :raises LanguagePairError: there is none
        """
        near = [
            known
            for known in self.models
            if closest(pair.source, [known.source])
            and closest(pair.target, [known.target])
        ]
        if not near or pair.source == pair.target:
            there = language_pairs.listed([*self.models], pair)
            raise LanguagePairError(f"no model for {pair} in {self.folder}; {there}")
        near.sort(key=lambda known: (known != pair, known))
        return self.models[near[0]]

    def __contains__(self, pair: object) -> bool:
        if not isinstance(pair, tuple) or len(pair) != len(LanguagePair._fields):
            return False
        try:
            self.find(LanguagePair(*pair))
        except LanguagePairError:
            return False
        return True

    def __iter__(self) -> Iterator[LanguagePair]:
        return iter(self.models)

    def __len__(self) -> int:
        return len(self.models)

    def __repr__(self) -> str:
        return f"Store({str(self.folder)!r})"


def _model(folder: Path) -> ModelFolder | None:
    """Return the model in a folder; ``None``: there is none, or not all of it."""
    one = folder / "sentencepiece.model"
    argos = (folder / "metadata.json").is_file()
    inner = folder / "model" if argos else folder
    source, target = (
        (one, one) if argos else (folder / "source.spm", folder / "target.spm")
    )
    pair = _pair_of_argos(folder) if argos else _pair_of_name(folder.name)
    whole = all(path.is_file() for path in (inner / _MODEL, source, target))
    return ModelFolder(folder, pair, inner, source, target) if pair and whole else None


def _pair_of_argos(folder: Path) -> LanguagePair | None:
    try:
        said = json.loads((folder / "metadata.json").read_text("utf-8"))
        return _pair(str(said["from_code"]), str(said["to_code"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _pair_of_name(name: str) -> LanguagePair | None:
    found = _NAME.fullmatch(name)
    return _pair(found[1], found[2]) if found else None


def _pair(source: str, target: str) -> LanguagePair | None:
    try:
        return LanguagePair(name_language(source).tag, name_language(target).tag)
    except AmtsError:
        return None
