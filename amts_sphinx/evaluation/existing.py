"""Translations that exist and their references, one for one, from files and folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from amts_sphinx import formats
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import InterchangeError, ScoreError
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.parallel import references
from amts_sphinx.readers import editions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


class Comparable(NamedTuple):
    """Texts that can be scored: each hypothesis has its reference."""

    #: Of each system, in the order asked for.
    systems: tuple[list[str], ...]
    references: list[str]
    #: What is not compared, for people to read.
    remarks: list[str]


def read(
    systems: Sequence[Path],
    reference: Path,
    pair: LanguagePair,
    tell: Callable[[str], None],
) -> Comparable:
    """Read translations, and what people wrote in their place.

    All are text files with a segment a line, or files of units, which are paired by
    their sources, or folders with editions, whose documents are paired by their names
    and then aligned.

    :param systems: the translations; one alone if it is an edition
    :param tell: takes a line on each text of a file that is left out
    :raises ScoreError: they are not of one kind, or not one for one
    :raises AmtsError: one cannot be read
    """
    kinds = {_kind(path) for path in (*systems, reference)}
    if len(kinds) > 1:
        raise ScoreError(
            f"{', '.join(map(str, systems))} and {reference} are not of one kind: text"
            " files, files of units, or folders"
        )
    if kinds == {"text"}:
        return Comparable(tuple(map(_lines, systems)), _lines(reference), [])
    if kinds == {"units"}:
        return _units([_targets(p, pair, tell) for p in (*systems, reference)])
    if len(systems) > 1:
        raise ScoreError(
            "editions have no segments in common; a baseline must be a file"
        )
    return _editions(systems[0], reference, pair.target)


def _kind(path: Path) -> str:
    if path.is_dir():
        return "edition"
    # Any other file is text, one segment a line.
    return "units" if formats.is_known(path) else "text"


def _lines(path: Path) -> list[str]:
    """Return the lines, as ``sacrebleu`` takes them."""
    try:
        with path.open(encoding="utf-8", newline="\n") as stream:
            return [line.rstrip() for line in stream]
    except (OSError, UnicodeDecodeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8"
        raise InterchangeError(f"{path} cannot be read: {why}") from exc


def _targets(
    path: Path, pair: LanguagePair, tell: Callable[[str], None]
) -> dict[str, str]:
    """Return the words of each translation, by normalised source."""
    return {
        unit.key: " ".join(inline_codes.plain(unit.target).split())
        for unit in formats.read(path, pair, on_skip=tell)
        if unit.pair == pair
    }


def _units(files: Sequence[Mapping[str, str]]) -> Comparable:
    *systems, reference = files
    keys = [key for key in reference if all(key in each for each in systems)]
    remarks = []
    if lost := len(reference) - len(keys):
        remarks.append(f"{lost} references have no hypothesis, and are not scored")
    if lost := max(len(each.keys() - reference.keys()) for each in systems):
        remarks.append(f"{lost} hypotheses have no reference")
    texts = tuple([each[key] for key in keys] for each in systems)
    return Comparable(texts, [reference[key] for key in keys], remarks)


def _editions(edition: Path, reference: Path, language: str) -> Comparable:
    """Align two editions in one language."""
    both = editions.read_editions(edition, reference, (language, language))
    ours, theirs = (each.texts for each in both)
    names = [name for name in ours if name in theirs]
    alone = [len(side) - len(names) for side in (ours, theirs)]
    remarks = [line for each in both for line in each.warnings.splitlines()]
    if any(alone):
        remarks.append(
            f"{alone[0]} documents only the edition has, {alone[1]} only the reference"
        )
    pair = LanguagePair(language, language)
    found = references.references(
        references.Books(ours, theirs, pair), names
    ).paragraphs
    said = references.sources(found, pair)
    return Comparable((said,), references.written(found, pair), remarks)
