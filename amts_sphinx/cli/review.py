"""``amts review``: the files that translators work in, out of the book and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.cli import book
from amts_sphinx.cli.console import echo
from amts_sphinx.cli.memory import tell_of
from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.units import Severity
from amts_sphinx.memory import importing
from amts_sphinx.memory.delivery import deliver
from amts_sphinx.memory.importing import LANGUAGE
from amts_sphinx.memory.memory import Memory
from amts_sphinx.report.model import CONFLICTS, Stage

if TYPE_CHECKING:
    import argparse

    from amts_sphinx.review.desk import EditionAtHand

_CHECK: Final = """\
Check the home files and the files of amts_memory_files, as for a pull request: codes,
states, languages, and conflicts between people. The book is not read. Errors make the
exit status 1.
"""
_SERVE: Final = """\
Serve a page to review one edition in, to this machine alone, until Ctrl+C. Open the
address that is printed. Every save is a line of the home file at once.
"""
#: The keys of :data:`amts_sphinx.review.ci_output.FORMS`, which is slow to load.
FORMS: Final = ("text", "github", "sarif", "junit")
_STATES: Final = (*(stage.value for stage in Stage), CONFLICTS)
_EXPORT: Final = """\
Write a file with exactly the work: what is new or has changed, what machines made, what
needs review, and where people differ. Each unit comes with its place, its neighbours,
the former source and target, near matches, terms and findings.
"""
_IMPORT: Final = """\
Merge what translators hand back into the home files, unit by unit. A unit with damaged
codes is refused with its place, and the others are taken. What somebody else wrote
since the export is kept beside it, and shown as a conflict.
"""


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser(
        "review",
        help="export the work to translators' tools, take it back, check it",
        description="The work of translators and reviewers on a book.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_export(
        commands.add_parser("export", help="write a work file", description=_EXPORT)
    )
    taken = commands.add_parser(
        "import", help="take work files back", description=_IMPORT
    )
    taken.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="files to take in"
    )
    book.add_argument(taken)
    taken.add_argument(
        "--by",
        default="",
        metavar="NAME",
        help="who did the work; without it nobody is named",
    )
    taken.set_defaults(run=_import)
    _add_check(
        commands.add_parser("check", help="check people's files", description=_CHECK)
    )
    _add_serve(
        commands.add_parser(
            "serve", help="open a page in the browser", description=_SERVE
        )
    )


def _add_serve(parser: argparse.ArgumentParser) -> None:
    book.add_argument(parser)
    parser.add_argument(
        "--language", default="", metavar="TAG", help="of the edition to review"
    )
    parser.add_argument(
        "--port", type=int, default=0, help="of 127.0.0.1 (default: any that is free)"
    )
    parser.add_argument(
        "--by",
        default="",
        metavar="NAME",
        help="who reviews; without it nobody is named",
    )
    parser.add_argument(
        "--edition",
        type=Path,
        metavar="DIR",
        help="the folder of the built edition, which the page shows, and builds into"
        " (default: .amts/review/TAG in the book)",
    )
    parser.add_argument(
        "--unit",
        default="",
        metavar="ID",
        help="begin with this text, by the id that the report gives it",
    )
    parser.set_defaults(run=_serve)


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="tell of these files only (default: all home files and amts_memory_files)",
    )
    book.add_argument(parser)
    parser.add_argument(
        "--format",
        choices=FORMS,
        default="text",
        help="how to tell: as lines, GitHub annotations, SARIF or JUnit XML",
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write there, not to the terminal"
    )
    parser.add_argument(
        "-W",
        dest="strict",
        action="store_true",
        help="warnings, such as conflicts, make the exit status 1 too",
    )
    parser.set_defaults(run=_check)


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help="ends in .xlf, .xliff or .po; holds {language} where there are several"
        " editions",
    )
    book.add_argument(parser)
    book.add_languages(parser)
    for name, about, allowed in (
        ("--document", "only of documents whose name matches this", None),
        ("--state", "only this, in place of all that is to do", _STATES),
        ("--finding", "only what this check found", None),
    ):
        parser.add_argument(
            name,
            action="append",
            default=[],
            choices=allowed,
            metavar=None if allowed else "GLOB" if name == "--document" else "CHECK",
            help=f"{about}; may be repeated",
        )
    parser.add_argument(
        "--shown",
        action="store_true",
        help="only texts of which readers see a translation now",
    )
    parser.add_argument(
        "--order",
        choices=("book", "risk", "places"),
        default="book",
        help="as in the book; the most urgent first, by the report's risk; or what"
        " stands at the most places first",
    )
    parser.add_argument(
        "--words", type=int, default=0, metavar="N", help="at most so many words"
    )
    parser.add_argument(
        "--xliff", choices=("1.2", "2.1"), default="1.2", help="(default: 1.2)"
    )
    parser.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> None:
    from amts_sphinx.review import desk, work, work_files

    if options.words < 0:
        raise ConfigError(f"--words must be 0 or more, not {options.words}")
    here = book.required(options.book)
    book.tell_of_others(here.config, options.languages)
    tags = options.languages or [each.tag for each in here.config.editions()]
    if len(tags) != 1 and LANGUAGE not in options.file:
        raise ConfigError(
            f"{options.file}: there are {len(tags)} editions; put {LANGUAGE} into the"
            " name, or choose one with --languages"
        )
    choice = work.Choice(
        options.document,
        options.state or work.Choice().states,
        options.finding,
        options.shown,
        options.order,
        options.words,
    )

    def use(at_hand: EditionAtHand) -> None:
        at_hand.check_documents(options.document)
        pair = at_hand.edition.pair
        path = Path(options.file.replace(LANGUAGE, pair.target))
        units = work.choose(at_hand, choice)
        work_files.write(path, units, pair, options.xliff)
        words = sum(unit.row.words for unit in units)
        echo(f"{path}: {len(units)} units, {words:,} words, each text once")

    desk.look(here.folder, options.languages, use, _warn)


def _warn(text: str) -> None:
    echo(text, error=True)


def _import(options: argparse.Namespace) -> int:
    from amts_sphinx.review import work_files

    here = book.required(options.book)
    files = here.config.files
    if not files.home:
        raise ConfigError("amts_home_file is empty: there is no file to import into")
    refused = 0
    with Memory(here.config.memory) as memory:
        importing.learn_book(memory, files, echo, _warn)
        for path in options.files:
            done = deliver(
                memory,
                files,
                path,
                author=options.by,
                informed=work_files.is_work(path),
                tell=_warn,
            )
            refused += done.refused
            tell_of(done)
    return int(refused > 0)


def _check(options: argparse.Namespace) -> int:
    from amts_sphinx.review import check, ci_output

    files = book.required(options.book).config.files
    only = [check.checked(path) for path in options.files]
    problems = check.check(files, only)
    told = ci_output.FORMS[options.format](problems)
    if options.output:
        with replacing(options.output) as stream:
            stream.write(told.encode())
    elif told:
        echo(told.rstrip("\n"))
    errors = sum(each.severity is Severity.ERROR for each in problems)
    counts = f"{errors} errors, {len(problems) - errors} warnings"
    echo(f"amts review check: {counts}", error=True)
    return int(bool(problems if options.strict else errors))


def _serve(options: argparse.Namespace) -> None:
    try:
        from amts_sphinx.review import serving
    except ImportError as exc:
        raise ConfigError(
            f"the page needs a package that is missing: {exc};"
            " pip install './amts_sphinx[review]'"
        ) from exc
    from amts_sphinx.review.saving import Saver

    here = book.required(options.book)
    languages = here.config.editions(options.language)
    book.tell_of_others(here.config, [options.language] if options.language else [])
    if len(languages) != 1:
        tags = ", ".join(each.tag for each in languages)
        raise ConfigError(f"choose an edition with --language; there are {tags}")
    (language,) = languages
    files = here.config.files
    home = files.home_of(language.tag)
    if home is None:
        raise ConfigError("amts_home_file is empty: there is no file to write to")
    source, lock = here.config.source_language.tag, files.lock_of(language.tag)
    serving.serve(
        serving.Wishes(
            here.folder,
            here.config,
            language.tag,
            options.port,
            options.edition,
            options.unit,
        ),
        Saver(home, source, options.by, lock),
        echo,
        _warn,
    )
