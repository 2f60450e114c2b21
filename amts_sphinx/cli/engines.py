"""``amts engines``: which engine can translate the book into which language, here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.cli import book
from amts_sphinx.cli.console import echo, echo_json
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine import survey
from amts_sphinx.translate import learning

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser(
        "engines",
        help="show which engines can translate into which languages here",
        description="Show, for each language of the book and each engine, whether the"
        " engine can translate into it on this machine, and what it lacks. Nothing is"
        " asked of the network.",
    )
    book.add_argument(parser)
    parser.add_argument(
        "--languages",
        nargs="+",
        metavar="TAG",
        help="languages of the editions (default: amts_target_languages)",
    )
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    config = book.required(options.book).config
    tags = options.languages or [each.tag for each in config.editions()]
    pairs = [
        LanguagePair(config.source_language.tag, find_language(tag).tag) for tag in tags
    ]
    found = {}
    for pair in pairs:
        with learning.book(config.for_language(pair.target), pair) as taught:
            found[pair] = survey.offers(
                pair, lambda name: config.options.get(name, {}), taught
            )
    chosen = {pair: config.for_language(pair.target).engine for pair in pairs}
    if options.json:
        echo_json(_data(found, chosen))
        return
    for pair, offers in found.items():
        echo(f"{pair}")
        for line in _lines(offers, chosen[pair]):
            echo(line)


def _lines(offers: Sequence[survey.Offer], chosen: str) -> list[str]:
    width = max(len(offer.name) for offer in offers)
    return [
        f"{'*' if offer.name == chosen else ' '} {offer.name:<{width}}"
        f"  {'ready' if not offer.lacks else f'lacks: {offer.lacks}'}"
        f"{f'  ({offer.about})' if offer.about else ''}"
        for offer in offers
    ]


def _data(
    found: dict[LanguagePair, list[survey.Offer]], chosen: dict[LanguagePair, str]
) -> list[dict[str, object]]:
    return [
        {
            "source": pair.source,
            "target": pair.target,
            "engine": offer.name,
            "chosen": offer.name == chosen[pair],
            "ready": not offer.lacks,
            "lacks": offer.lacks,
        }
        for pair, offers in found.items()
        for offer in offers
    ]
