"""``amts diff``: what a change of the source will cost, before it is merged."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.cli import book
from amts_sphinx.cli.console import echo, echo_json
from amts_sphinx.core.errors import AmtsError

if TYPE_CHECKING:
    import argparse

    from amts_sphinx.review.changes import Amount, Change, Consequence

_DESCRIPTION: Final = """\
Compare two versions of the book's source: which texts stay, which changed, which are
new; and what that asks of each edition's people and of its engine, by the present
memory. Nothing is sent, and nothing is changed.
"""


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser(
        "diff",
        help="show what a change of the source will cost",
        description=_DESCRIPTION,
    )
    what = "a git revision, or a folder with a conf.py"
    parser.add_argument("old", metavar="OLD", help=f"the version before: {what}")
    parser.add_argument(
        "new", metavar="NEW", nargs="?", help=f"{what} (default: the book as it is)"
    )
    book.add_argument(parser)
    book.add_languages(parser)
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from amts_sphinx.build import production
    from amts_sphinx.review import changes
    from amts_sphinx.review.trees import tree

    here = book.required(options.book)
    config = here.config
    book.tell_of_others(config, options.languages)
    languages = [
        language
        for tag in options.languages or [""]
        for language in config.editions(tag)
    ]
    with ExitStack() as stack:
        old, new = (
            stack.enter_context(tree(name, here.folder))
            for name in (options.old, options.new or str(here.folder))
        )
        settings = {"amts_target_languages": ",".join(each.tag for each in languages)}
        change = changes.between(old, new, settings)
    found: list[Consequence] = []
    with production.memory_of_files(config) as memory:
        for language in languages:
            try:
                found.append(changes.consequence(change, memory, config, language))
            except AmtsError as exc:
                echo(f"{language.tag}: {exc}", error=True)
    if options.json:
        echo_json(_data(change, found))
    else:
        _show(change, found)
    return int(len(found) < len(languages))


def _show(change: Change, found: list[Consequence]) -> None:
    for name, amount in _kinds(change).items():
        echo(f"{name:<8} {_told(amount)}")
    echo(f"gone     {change.gone:>7,} segments")
    for name, (changed, new) in change.documents().items():
        echo(f"  {name}: {changed.segments:,} changed, {new.segments:,} new")
    for each in found:
        tag = each.language.tag
        echo(f"{tag}: people translated the former text of {_told(each.people)}")
        echo(f"{tag}: the engine would be asked for {_told(each.asked)}{_price(each)}")


def _kinds(change: Change) -> dict[str, Amount]:
    return {
        "reused": change.amount(change.reused),
        "changed": change.amount(change.changed),
        "new": change.amount(change.new),
    }


def _told(amount: Amount) -> str:
    return (
        f"{amount.segments:>7,} segments, {amount.words:,} words,"
        f" {amount.characters:,} characters"
    )


def _price(each: Consequence) -> str:
    if each.bill is None:
        return ", which costs nothing"
    bill = each.bill
    return f": {bill.amount:,} {bill.unit}, ${bill.dollars:,.2f} ({bill.tariff})"


def _data(change: Change, found: list[Consequence]) -> dict[str, Any]:
    return {
        **{name: amount._asdict() for name, amount in _kinds(change).items()},
        "gone": change.gone,
        "documents": [
            {"name": name, "changed": changed._asdict(), "new": new._asdict()}
            for name, (changed, new) in change.documents().items()
        ],
        "editions": [
            {
                "language": each.language.tag,
                "people": each.people._asdict(),
                "asked": each.asked._asdict(),
                "dollars": each.bill.dollars if each.bill else None,
            }
            for each in found
        ],
    }
