"""``amts estimate``: what the editions would cost, before anything is sent."""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from amts_sphinx.cli.console import echo
from amts_sphinx.cli.editions import setting
from amts_sphinx.core.errors import AmtsError, ConfigError
from amts_sphinx.translate.cost_limit import shown, totals

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from amts_sphinx.build.commission import Estimate


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser(
        "estimate",
        help="show what the editions of a book would cost",
        description="Show what the engine would translate for each edition of a book,"
        " and what that would cost. Nothing is sent.",
    )
    parser.add_argument("book", type=Path, help="folder with the book's conf.py")
    parser.add_argument(
        "--languages",
        nargs="+",
        metavar="TAG",
        help="languages of the editions (default: amts_target_languages)",
    )
    parser.add_argument(
        "-D",
        dest="settings",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a value in place of the one in conf.py; may be repeated",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    overrides = dict(setting("-D", each) for each in options.settings)
    if options.languages:
        overrides["amts_target_languages"] = ",".join(options.languages)
    for line in table(_estimates(options.book, overrides)):
        echo(line)


def _estimates(book: Path, overrides: dict[str, str]) -> list[Estimate]:
    """Read the book as a build does, and return what its editions would cost."""
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace

    from amts_sphinx.build.builders import AmtsBuilder, OrderingBuilder

    if not (book / "conf.py").exists():
        raise ConfigError(f"{book} is not a Sphinx project: it has no conf.py")
    found: list[Estimate] = []
    with _sphinx_errors(), tempfile.TemporaryDirectory() as out, docutils_namespace():
        app = Sphinx(
            str(book),
            str(book),
            out,
            str(Path(out, "doctrees")),
            AmtsBuilder.name,
            confoverrides=overrides,
            status=None,
            warning=sys.stderr,
        )
        if not isinstance(app.builder, OrderingBuilder):
            raise ConfigError(
                f"{book}: conf.py does not list the extension amts_sphinx"
            )
        app.builder.estimates = found
        app.build(force_all=True)
    return found


@contextmanager
def _sphinx_errors() -> Iterator[None]:
    """Raise Sphinx's errors as ours, which are shown without a traceback."""
    from sphinx.errors import SphinxError

    try:
        yield
    except AmtsError:
        raise
    except SphinxError as exc:
        raise AmtsError(str(exc)) from exc


def table(estimates: Sequence[Estimate]) -> list[str]:
    """Return the lines to show."""
    lines = []
    for language, segments, wanted, bill in estimates:
        known = segments - wanted
        line = f"{language.tag:<6} {segments:>7,} segments, {known:>7,} known,"
        if bill is None:
            lines.append(f"{line} {wanted:>7,} for an engine that costs nothing")
            continue
        lines.append(
            f"{line} {wanted:>7,} to translate: {bill.amount:>10,} {bill.unit},"
            f" ${bill.dollars:,.2f} ({bill.tariff})"
        )
    bills = [bill for *_, bill in estimates if bill and bill.amount]
    if bills:
        dollars = sum(bill.dollars for bill in bills)
        lines.append(f"in all {shown(totals(bills))}, ${dollars:,.2f}")
        lines.append(
            "The service counts by itself; taxes, storage and retries are extra."
        )
    return lines
