"""``amts estimate``: what the editions would cost, before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from amts_sphinx.cli import book
from amts_sphinx.cli.console import echo, echo_json
from amts_sphinx.cli.editions import setting
from amts_sphinx.translate.cost_limit import shown, totals

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

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
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    overrides = dict(setting("-D", each) for each in options.settings)
    if options.languages:
        overrides["amts_target_languages"] = ",".join(options.languages)
        book.tell_of_others(book.required(options.book).config, options.languages)
    found = _estimates(options.book, overrides)
    if options.json:
        echo_json([_data(each) for each in found])
        return
    for line in table(found):
        echo(line)


def _data(estimate: Estimate) -> dict[str, Any]:
    language, segments, wanted, bill = estimate
    return {
        "language": language.tag,
        "segments": segments,
        "to_translate": wanted,
        "amount": bill.amount if bill else 0,
        "unit": bill.unit if bill else None,
        "dollars": bill.dollars if bill else 0,
        "tariff": bill.tariff if bill else None,
    }


def _estimates(folder: Path, overrides: dict[str, str]) -> list[Estimate]:
    """Read the book as a build does, and return what its editions would cost."""
    # Loading Sphinx takes longer than most commands: not before there is a book.
    from amts_sphinx.build import production
    from amts_sphinx.build.read_book import read_book

    found: list[Estimate] = []

    def use(*book_read: Any) -> None:
        found.extend(production.estimates(*book_read))

    read_book(folder, use, overrides)
    return found


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
