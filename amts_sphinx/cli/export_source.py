"""``amts export-source``: write an edition as the book's own files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.cli import book
from amts_sphinx.cli.console import counted, echo
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.languages import find_language

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from amts_sphinx.build.source_edition import Exported, SourceEdition
    from amts_sphinx.config.settings import AmtsConfig

_DESCRIPTION: Final = """\
Write an edition as the book's own files: Markdown, and notebooks. Only prose changes;
code, formulas, labels and markup stay as they are, byte by byte. A page that is there
already is updated: only what changed in the source since its record is carried over.
"""
#: Texts and pages that are told one by one.
_SHOWN: Final = 10


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    from amts_sphinx.build.source_trees import LAYOUTS

    parser = parent.add_parser(
        "export-source",
        help="write an edition as Markdown and notebooks, or update it",
        description=_DESCRIPTION,
    )
    parser.add_argument("source", type=Path, metavar="BOOK", help="its folder")
    parser.add_argument(
        "--language", required=True, metavar="TAG", help="that of the edition"
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="TREE", help="its folder"
    )
    parser.add_argument(
        "--layout",
        choices=LAYOUTS,
        help="d2lbook: page_origin.md beside page.md; parallel: a tree like the book's;"
        " quantecon: the same, with a map of headings in each page (default: d2lbook"
        " where the book has a config.ini, else parallel)",
    )
    book.add_argument(parser)
    _add_choices(parser)
    parser.set_defaults(run=_run)


def _add_choices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--units",
        nargs="+",
        default=[],
        metavar="FILE",
        help="files with people's translations, beside amts_memory_files",
    )
    parser.add_argument(
        "--base",
        default="",
        metavar="WHERE",
        help="the source that pages without a record translate: a folder, or a revision"
        " of the book's git repository",
    )
    parser.add_argument(
        "--document",
        nargs="+",
        default=[],
        metavar="GLOB",
        help="names or globs of the pages to write (default: all)",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="write pages anew that are there without a record; what people wrote in"
        " them is lost",
    )
    parser.add_argument(
        "--fill",
        action="store_true",
        help="translate blocks, too, that a page still has in the source language",
    )
    parser.add_argument(
        "--no-pandoc",
        dest="pandoc",
        action="store_false",
        help="do not prove pages of d2lbook with pandoc",
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="show which pages and how many blocks would be touched; write nothing",
    )
    parser.add_argument(
        "--estimate", action="store_true", help="show what it would cost; write nothing"
    )
    parser.add_argument(
        "--engine", metavar="NAME", help="an engine in place of amts_engine"
    )
    parser.add_argument(
        "--cost-limit", metavar="LIMIT", help="in place of amts_cost_limit"
    )
    parser.add_argument(
        "--complete",
        action="store_true",
        help="the exit status is 1 where a text has no translation, too",
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="show every text that stays"
    )


def _run(options: argparse.Namespace) -> int:
    edition = _edition(options)
    if options.estimate:
        from amts_sphinx.cli.estimate import table

        for line in table([edition.estimate()]):
            echo(line)
        return 0
    done = edition.plan() if options.dry_run else edition.write()
    _report(done, verbose=options.verbose, dry=options.dry_run)
    failed = done.refused or done.unproven or (options.complete and done.left)
    return 1 if failed else 0


def _edition(options: argparse.Namespace) -> SourceEdition:
    from amts_sphinx.build.source_edition import ExportRules, SourceEdition
    from amts_sphinx.build.source_trees import SourceTree, layout_of

    source, output = options.source, options.output
    if not source.is_dir():
        raise ConfigError(f"{source} is not a folder")
    if output.resolve() == source.resolve():
        raise ConfigError(f"{output} is the book itself: name another folder with -o")
    tag = find_language(options.language).tag
    config = _config(options)
    if tag == config.source_language.tag:
        raise ConfigError(
            f"the book is written in {tag}: it cannot be translated into it"
        )
    layout = options.layout or layout_of(source)
    tree = SourceTree(output, layout, source, options.base)
    rules = ExportRules(
        tag, tuple(options.document), options.force, options.fill, options.pandoc
    )
    return SourceEdition(tree, config, rules, echo)


def _config(options: argparse.Namespace) -> AmtsConfig:
    """Return what ``conf.py`` says, the book's or d2lbook's, and the command line."""
    from amts_sphinx.config import values
    from amts_sphinx.config.settings import AmtsConfig

    found = book.find(options.book) if options.book else book.within(options.source)
    config = found.config if found else AmtsConfig.without_book(options.source)
    if options.engine:
        config = replace(config, engine=values.engine_name("--engine", options.engine))
    if options.cost_limit:
        limit = values.cost_limit("--cost-limit", options.cost_limit)
        config = replace(config, cost_limit=limit)
    files = [str(Path(each).resolve()) for each in options.units]
    return replace(config, memory_files=(*config.memory_files, *files))


def _report(done: Exported, *, verbose: bool, dry: bool) -> None:
    from amts_sphinx.build.source_edition import NEW, SAME, UPDATED

    for path in done.pages.get(UPDATED, ()):
        echo(f"{path.as_posix()}: {counted(done.blocks[path], 'block')}")
    would = "would be " if dry else ""
    counts = {what: len(done.pages.get(what, ())) for what in (NEW, UPDATED, SAME)}
    blocks = sum(done.blocks.values())
    echo(
        f"{counted(counts[NEW], 'page')} {would}written, {counts[UPDATED]}"
        f" {would}updated ({counted(blocks, 'block')}), {counts[SAME]} unchanged"
    )
    if not dry:
        echo(
            f"{counted(done.by_people, 'text')} by people, {done.by_machines} by the"
            f" engine, {done.partly} of them partly in the source language"
        )
    _list(
        done.lacking,
        "page lacks entries of the table of contents in its source",
        "pages lack entries of the tables of contents in their sources",
        verbose=verbose,
    )
    _list(done.refused, "page not touched", "pages not touched", verbose=verbose)
    for reason, count in done.reasons().items():
        echo(f"{counted(count, 'text stays', 'texts stay')}: {reason}")
    _list(done.left, verbose=verbose)
    _list(
        done.to_review,
        "translation by people to review",
        "translations by people to review",
        verbose=verbose,
    )


def _list(
    found: Sequence[tuple[str, str]], one: str = "", more: str = "", *, verbose: bool
) -> None:
    """Print what stays, with its place.

    :param one: what one of these is called, and *more* of them
    """
    if one and found:
        echo(counted(len(found), one, more))
    shown = found if verbose else found[:_SHOWN]
    for place, reason in shown:
        echo(f"  {place}: {reason}")
    if len(found) > len(shown):
        echo(f"  … and {len(found) - len(shown)} more; --verbose shows all")
