"""``amts parallel``: make parallel data from two editions of a book."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx import formats
from amts_sphinx.build.source_trees import digest, is_machines, machine_texts
from amts_sphinx.cli import editions
from amts_sphinx.cli.console import counted, echo, progress
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import LanguagePair, Location, State
from amts_sphinx.formats import csv, tmx
from amts_sphinx.memory.importing import LeftOut
from amts_sphinx.memory.memory import Memory
from amts_sphinx.parallel import base as base_of
from amts_sphinx.parallel import extract, review_page
from amts_sphinx.parallel.extract import Left, PairingRules, Parallel

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from amts_sphinx.align.workers import Carrier
    from amts_sphinx.core.units import Book, TranslationUnit
    from amts_sphinx.readers.editions import EditionRead

_FORMATS: Final = ("csv", "tsv", "tmx")
_DESCRIPTION: Final = """\
Pair two editions of a book and keep what people translated. An edition is a Sphinx
source tree, or a folder of Markdown, notebooks or HTML. A single folder is read as a
d2lbook tree with page_origin.md beside page.md; a single TMX, XLIFF, PO, CSV or TSV
file is taken as it is. With --base, or if page_origin.md stands beside the pages of
the edition, the edition is paired with the version of the book that was translated:
what changed in the book since then is kept as the translation of its former text. With
--gettext, people's texts in the catalogues of the book's
locale_dirs are taken, with their markup.
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "parallel",
        help="make parallel data from two editions of a book",
        description=_DESCRIPTION,
    )
    editions.add_arguments(parser)
    editions.add_base(parser)
    parser.add_argument(
        "--gettext",
        metavar="LANGUAGE",
        help="take what people translated in the gettext catalogues of the book",
    )
    parser.add_argument(
        "--granularity",
        choices=("sentence", "paragraph"),
        default="sentence",
        help="what is paired (default: sentence)",
    )
    parser.add_argument(
        "--hold-out",
        nargs="+",
        default=[],
        metavar="GLOB",
        help="documents to leave out, so that translations of them can be scored",
    )
    parser.add_argument(
        "--add",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="files with more pairs: TMX, XLIFF, PO, CSV or TSV",
    )
    _add_outputs(parser)
    parser.set_defaults(run=_run)


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="file to write the pairs to"
    )
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        help="format of the output: TMX keeps inline codes, CSV and TSV are plain text"
        " as Amazon Translate takes it (default: by the file's suffix)",
    )
    parser.add_argument(
        "--learn", type=Path, metavar="MEMORY", help="memory that learns the units"
    )
    parser.add_argument(
        "--review",
        type=Path,
        metavar="HTML",
        help="page to write, with the pairs side by side, the least sure first",
    )
    editions.add_jobs(parser)
    editions.add_cluster(parser)
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="show every text that is left out"
    )


def _run(options: argparse.Namespace) -> None:
    if not (options.output or options.learn or options.review):
        raise ConfigError(
            "name a file with -o, a memory with --learn, or a page with --review"
        )
    is_file = options.target is None and options.source.is_file()
    if options.cluster and (options.gettext or is_file):
        raise ConfigError(
            "--cluster aligns two editions; it does not go with --gettext, or with a"
            " file of pairs"
        )
    form = _format(options) if options.output else ""
    if options.gettext:
        found, pair = _of_catalogues(options)
    elif is_file:
        found, pair = _given(options)
    else:
        with editions.workers(options.jobs, options.cluster) as workers:
            found, pair = _paired(options, workers)
    added = list(_others(options.add, pair))
    _report(found, pair, len(added), verbose=options.verbose)
    if form == "tmx":
        units, _ = extract.settled([*found.units, *added])
        tmx.write(options.output, units, source_language=pair.source)
        echo(f"wrote {len(units)} units to {options.output}")
    elif form:
        texts = extract.texts(found.kept, pair) if found.pairs else found.units
        _write_table(options.output, form, [*texts, *added], pair)
    if options.review:
        review_page.write(options.review, found, pair)
        echo(f"wrote {options.review}")
    if options.learn:
        with Memory(options.learn) as memory:
            learnt = memory.learn([*added, *found.units])
        echo(f"learnt {learnt} units into {options.learn}")


def _of_catalogues(options: argparse.Namespace) -> tuple[Parallel, LanguagePair]:
    """Return what people translated in the book's own catalogues.

    :raises ConfigError: another option asks for something else
    """
    for name, given in (
        ("a second edition", options.target),
        ("--from", options.form),
        ("--base", options.base),
        ("--hold-out", options.hold_out),
        ("--review", options.review),
    ):
        if given:
            raise ConfigError(f"--gettext and {name} do not go together")
    from amts_sphinx.doctree import gettext

    settings = {}
    if options.granularity == "paragraph":
        settings["amts_segmentation"] = "paragraph"
    said = gettext.read_catalogues(options.source, options.gettext, _warn, settings)
    found = said.found
    units = [
        u
        for u in found.units
        if u.by_human and u.state is State.REVIEWED and u.place is None
    ]
    left = [
        Left(Location(each.path, each.line or None), each.reason) for each in found.left
    ]
    if options.verbose:
        for each in found.left:
            echo(str(each))
    made = Parallel(
        (),
        tuple(units),
        tuple(left),
        found.by_sentence,
        found.whole,
        found.conflicts,
    )
    return made, said.languages


def _format(options: argparse.Namespace) -> str:
    """Return the format of the output."""
    suffix = options.output.suffix.lower().removeprefix(".")
    form = options.format or suffix
    if form not in _FORMATS:
        raise ConfigError(
            f"{options.output}: name its --format, one of {', '.join(_FORMATS)}"
        )
    return str(form)


def _paired(
    options: argparse.Namespace, workers: Carrier | None
) -> tuple[Parallel, LanguagePair]:
    """Pair the two editions that the options name.

    Where the edition has a base of its own, it is paired with that.
    """
    now: EditionRead | None = None
    if options.target is not None:
        source, target, base, pair = editions.read_with_base(options)
        if base is not None:
            now, source = source, base
    elif options.base is not None:
        raise ConfigError("--base needs the folder of the edition too")
    else:
        source, target, pair = editions.read(options)
    ours, theirs = _less(source.texts, options.hold_out), target.texts
    theirs = {
        name: theirs[name]
        for name in theirs
        if name in ours or name not in source.texts
    }
    rules = PairingRules(by_sentence=options.granularity == "sentence")
    with progress("aligning", lines=bool(options.cluster)) as advance:
        found = extract.pair_books(
            ours, theirs, pair, rules, executor=workers, progress=advance
        )
    for location, reason, _ in found.left:
        if reason.startswith(extract.FAILED):
            _warn(f"{location}: {reason}")
    found = _less_machines(found, options.target)
    if now is not None:
        divided = base_of.divide(found.units, source.texts, now.texts, pair.source)
        echo(
            f"{len(divided.current)} units are of today's source,"
            f" {len(divided.former)} of former texts that have changed or gone"
        )
        for name in sorted(theirs.keys() & now.texts.keys() - source.texts.keys()):
            echo(f"{name}: nothing says what this page was translated from")
        found = replace(found, units=(*divided.current, *divided.former))
    return found, pair


def _less_machines(found: Parallel, tree: Path | None) -> Parallel:
    """Return what people wrote: export-source records what a machine wrote."""
    made = machine_texts(tree) if tree is not None else frozenset()
    if not made:
        return found
    pairs = found.pairs
    made |= {digest(p.target.source) for p in pairs if is_machines(p, made)}
    units = tuple(u for u in found.units if digest(u.target) not in made)
    if count := len(found.units) - len(units):
        echo(
            f"{counted(count, 'unit')} left out: a machine wrote the text, and nobody"
            " has changed it"
        )
    kept = tuple(p for p in pairs if digest(p.target.source) not in made)
    return replace(found, units=units, pairs=kept)


def _less(texts: Book, globs: Sequence[str]) -> Book:
    """Return *texts* without the documents that *globs* match."""
    for glob in globs:
        if not any(fnmatchcase(name, glob) for name in texts):
            first = min(texts, default="")
            raise ConfigError(
                f"--hold-out {glob}: no such document; for example, there is {first!r}"
            )
    return {
        name: containers
        for name, containers in texts.items()
        if not any(fnmatchcase(name, glob) for glob in globs)
    }


def _given(options: argparse.Namespace) -> tuple[Parallel, LanguagePair]:
    """Return the units of a file that holds pairs."""
    pair = LanguagePair(*(find_language(tag).tag for tag in _named(options)))
    units = list(_others([options.source], pair))
    found = Parallel((), extract.settled(units)[0], (), 0, 0, 0)
    return found, pair


def _named(options: argparse.Namespace) -> tuple[str, str]:
    if not all(options.languages):
        raise ConfigError(
            f"{options.source}: name its languages with --languages SOURCE TARGET"
        )
    return tuple(options.languages)


def _others(files: Iterable[Path], pair: LanguagePair) -> Iterator[TranslationUnit]:
    """Yield the units of files that are in the languages of *pair*."""
    for path in files:
        counts: Counter[str] = Counter()
        left_out = LeftOut(_warn)
        for unit in formats.read(path, pair=pair, on_skip=left_out):
            if unit.pair != pair:
                counts["in other languages"] += 1
            elif not unit.by_human:
                counts["by machines"] += 1
            elif unit.place:
                counts["that hold at one place only"] += 1
            else:
                counts[""] += 1
                yield unit
        left_out.end(path)
        echo(f"{path}: {counts.pop('', 0)} units")
        for reason, count in counts.items():
            echo(f"{path}: {count} units {reason} were left out")


def _warn(text: str) -> None:
    echo(text, error=True)


def _write_table(
    path: Path, form: str, units: Sequence[TranslationUnit], pair: LanguagePair
) -> None:
    written = csv.write(path, units, pair, tabs=form == "tsv")
    echo(f"wrote {written.pairs} pairs to {path}")
    for reason, count in written.left_out().items():
        echo(f"{count} left out: {reason.replace('_', ' ')}")


def _report(found: Parallel, pair: LanguagePair, added: int, *, verbose: bool) -> None:
    """Print what was paired, and what was not paired and why."""
    for each in found.renamed:
        source, target = (" and ".join(names) for names in each)
        echo(f"{source} is paired with {target}, by content")
    for docname, reasons in extract.by_document(found.left):
        for reason, count in reasons.items():
            echo(f"{docname}: {count} left out: {reason}")
    if verbose and found.pairs:
        for location, reason, _ in found.left:
            echo(f"{location}: {reason}")
    for reason, count in found.dropped().most_common():
        echo(f"{count} pairs dropped: {reason}")
    echo(
        f"{pair}: {len(found.kept)} pairs, {len(found.units)} units;"
        f" {found.by_sentence} texts learnt sentence by sentence, {found.whole} as a"
        f" whole, {sum(left.texts for left in found.left)} left out,"
        f" {found.conflicts} sources with several translations, {added} units added"
    )
