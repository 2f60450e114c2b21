"""Read translations and their references, one for one, from files or folders."""

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
    """Texts that can be scored: each hypothesis has a reference."""

    #: The hypotheses of each system.
    systems: tuple[list[str], ...]
    references: list[str]
    #: Messages about texts that are not compared.
    remarks: list[str]


def read(
    systems: Sequence[Path],
    reference: Path,
    pair: LanguagePair,
    on_skip: Callable[[str], None],
) -> Comparable:
    """Read translations, and what people wrote in their place.

    All are text files with a segment a line; or files of units, which are paired by
    their sources; or folders with editions, whose documents are paired by their names
    and then aligned.

    :param systems: the translations; only one, if they are editions
    :param on_skip: takes a message about each text of a file that is left out
    :raises ScoreError: they are not all of the same kind, or do not match
    :raises AmtsError: one cannot be read
    """
    kinds = {_kind(path) for path in (*systems, reference)}
    if len(kinds) > 1:
        raise ScoreError(
            f"{', '.join(map(str, systems))} and {reference} are not of one kind: all"
            " text files, all files of units, or all folders"
        )
    if kinds == {"text"}:
        return Comparable(tuple(map(_lines, systems)), _lines(reference), [])
    if kinds == {"units"}:
        return _units([_targets(p, pair, on_skip) for p in (*systems, reference)])
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
    """Return the lines of a text file, split as ``sacrebleu`` does.

    The mark that some editors write at the beginning of a file is no text.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as stream:
            return [line.rstrip() for line in stream]
    except (OSError, UnicodeDecodeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8"
        raise InterchangeError(f"{path} cannot be read: {why}") from exc


def _targets(
    path: Path, pair: LanguagePair, on_skip: Callable[[str], None]
) -> dict[str, str]:
    """Return the words of each translation, by the key of its source."""
    return {
        unit.key: " ".join(inline_codes.plain(unit.target).split())
        for unit in formats.read(path, pair, on_skip=on_skip)
        if unit.pair == pair and unit.place is None
    }


def _units(files: Sequence[Mapping[str, str]]) -> Comparable:
    *systems, reference = files
    keys = [key for key in reference if all(key in each for each in systems)]
    remarks = []
    if lost := len(reference) - len(keys):
        remarks.append(f"{lost} references have no hypothesis and are not scored")
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
            f"{alone[0]} documents are only in the edition, {alone[1]} only in the"
            " reference"
        )
    pair = LanguagePair(language, language)
    passages = references.references(
        references.Books(ours, theirs, pair), names
    ).paragraphs
    hypotheses = references.sources(passages, pair)
    return Comparable((hypotheses,), references.written(passages, pair), remarks)
