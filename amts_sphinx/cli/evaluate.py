"""``amts evaluate``: score an engine on articles that it has not learnt from."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.cli import editions, tables
from amts_sphinx.cli.console import echo, progress
from amts_sphinx.config import values
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.engine import survey
from amts_sphinx.engine.registry import create_engine
from amts_sphinx.evaluation import page, results, systems
from amts_sphinx.evaluation import tables as result_files
from amts_sphinx.formats import terminology
from amts_sphinx.parallel import extract, references
from amts_sphinx.text import metrics
from amts_sphinx.translate import commissions, cost_limit

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping, Sequence

    from amts_sphinx.align.workers import Carrier
    from amts_sphinx.core.units import LanguagePair, TranslationUnit
    from amts_sphinx.engine.protocol import Bill, Commission, Progress
    from amts_sphinx.evaluation.results import Evaluation
    from amts_sphinx.evaluation.systems import System, TrainedSystem
    from amts_sphinx.parallel.references import Books, Passage

_DESCRIPTION: Final = """\
Hold out some articles of two editions of a book, have an engine translate them with
more and more of what people translated in the others, and score the result against
what people wrote. Translations are kept: the same command again asks for nothing.
"""
#: What an engine may be called: it is the name of a folder, too.
_LABEL: Final = re.compile(r"[\w-]+")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "evaluate",
        help="score an engine on articles that people translated",
        description=_DESCRIPTION,
    )
    editions.add_arguments(parser)
    parser.add_argument(
        "--hold-out",
        nargs="+",
        required=True,
        metavar="GLOB",
        help="articles to translate; nothing is learnt from them",
    )
    _add_arms(parser)
    _add_outputs(parser)
    parser.set_defaults(run=_run)


def _add_arms(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--engine", default="corpus", help="engine that translates (default: corpus)"
    )
    parser.add_argument(
        "--engines",
        nargs="+",
        metavar="NAME",
        help="compare several engines; each gets the arms of --arms, or else sentence;"
        " LABEL=NAME: one that is here twice, with other options",
    )
    parser.add_argument(
        "--option",
        dest="options",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the engine, as in amts_<engine>; may be repeated; with"
        " --engines it is ENGINE.NAME=VALUE, or LABEL.NAME=VALUE",
    )
    parser.add_argument(
        "--arms",
        nargs="+",
        type=str,
        metavar="ARM",
        help="what the engine is given, the least first: none, terminology, paragraph,"
        " sentence, or as sentence+terminology (default: none paragraph sentence, with"
        " terminology where there is one)",
    )
    parser.add_argument(
        "--terminology",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="files of terms, from the book's language",
    )
    parser.add_argument(
        "--both", action="store_true", help="evaluate the opposite direction too"
    )
    parser.add_argument(
        "--cost-limit",
        metavar="LIMIT",
        help="most that may be spent: dollars, as $20, or characters, as 500000",
    )


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    editions.add_metrics(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="folder for results.csv, .json, .tex and .html",
    )
    parser.add_argument(
        "--work",
        type=Path,
        metavar="DIR",
        help="folder to keep translations and models in (default: DIR/work of -o, else"
        " .amts-evaluation)",
    )
    editions.add_jobs(parser)


def _run(options: argparse.Namespace) -> None:
    chosen = _arms(options)
    options.limit = values.cost_limit("--cost-limit", options.cost_limit)
    engines = _engines(options)
    for name, own in engines.values():
        create_engine(name, own)  # an error is shown at once
    metrics.metric_names("", options.metrics)
    books, names = _books(options)
    directions = [books, books.turned()] if options.both else [books]
    _check_ready(engines, [each.pair for each in directions])
    work = options.work or (
        options.output / "work" if options.output else Path(".amts-evaluation")
    )
    trained: list[tuple[TrainedSystem, list[Passage]]] = []
    with editions.workers(options.jobs) as workers:
        for each, terms in zip(directions, _terms(options.terminology, books)):  # noqa: B905 - one may do
            found = references.references(each, names, workers).paragraphs
            units = _units(each.less(names), chosen, workers)
            data = systems.TrainingData(each.pair, units, terms)
            for label, (name, own) in engines.items():
                for arm in chosen:
                    engine = create_engine(name, own)
                    named = arm._replace(engine=label if options.engines else "")
                    trained.append((systems.train(engine, named, data, work), found))
    _begin(trained, options.limit)
    evaluations = [
        _evaluated([t for t in trained if t[0].pair == each.pair], options)
        for each in directions
    ]
    for result in evaluations:
        tables.show(result)
    if options.output:
        told = ", ".join(engines)
        paths = result_files.write(options.output, evaluations, told)
        path_of_page = options.output / "results.html"
        page.write(path_of_page, evaluations, told)
        texts = result_files.write_texts(options.output / "texts", evaluations)
        for path in (*paths, path_of_page, *texts):
            echo(f"wrote {path}")


def _engines(options: argparse.Namespace) -> dict[str, tuple[str, dict[str, str]]]:
    """Return the name and the options of each engine that is asked for, by its label.

    :raises ConfigError: a label is no word, or used twice, or an option is of none
    """
    given = [editions.setting("--option", each) for each in options.options]
    if not options.engines:
        return {options.engine: (options.engine, dict(given))}
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for each in [one for some in options.engines for one in some.split(",") if one]:
        label, _, name = each.rpartition("=")
        label = label or name
        if not _LABEL.fullmatch(label) or label in found:
            raise ConfigError(
                f"--engines {each}: engines need different names, of letters, digits,"
                " - and _; to have one twice, call it LABEL=NAME"
            )
        found[label] = (name, {})
    for key, value in given:
        label, _, option = key.partition(".")
        if label not in found or not option:
            raise ConfigError(
                f"--option {key}: with --engines it is ENGINE.NAME=VALUE, and the"
                f" engine one of {', '.join(found)}"
            )
        found[label][1][option] = value
    return found


def _check_ready(
    engines: Mapping[str, tuple[str, Mapping[str, str]]], pairs: Iterable[LanguagePair]
) -> None:
    """Refuse engines that cannot translate, before anything takes its time.

    :raises ConfigError: one lacks something
    """
    for pair in pairs:
        for label, (name, own) in engines.items():
            if missing := survey.lacks(name, pair, own):
                raise ConfigError(
                    f"the engine {label} cannot translate {pair} yet: {missing}"
                )


def _arms(options: argparse.Namespace) -> list[System]:
    """Return the arms that are asked for, or else all that are possible."""
    named = options.arms
    if named is None and options.engines:
        named = ["sentence+terminology" if options.terminology else "sentence"]
    if named is None:
        terms = ["terminology"] * bool(options.terminology)
        named = ["none", *terms, "paragraph", "sentence"]
    chosen = [systems.read_arm(name) for name in named]
    if len(set(chosen)) < len(chosen):
        raise ConfigError(f"--arms names an arm twice: {' '.join(named)}")
    for arm in chosen:
        if "terminology" in arm.parts and not options.terminology:
            raise ConfigError(f"--arms {arm}: name its file with --terminology")
    return chosen


def _books(options: argparse.Namespace) -> tuple[Books, list[str]]:
    """Read both editions; return them, and the names of the articles held out."""
    source, target, pair = editions.read(options)
    both = [name for name in source.texts if name in target.texts]
    names: dict[str, None] = {}
    for glob in options.hold_out:
        fitting = [name for name in both if fnmatchcase(name, glob)]
        if not fitting:
            raise ConfigError(
                f"--hold-out {glob}: no such document in both editions; for example,"
                f" there is {min(both, default='')!r}"
            )
        names |= dict.fromkeys(fitting)
    return references.Books(source.texts, target.texts, pair), list(names)


def _units(
    books: Books, chosen: Sequence[System], workers: Carrier | None
) -> dict[str, Sequence[TranslationUnit]]:
    """Return the units that the arms need, by paragraph and by sentence."""
    units: dict[str, Sequence[TranslationUnit]] = {}
    for part in ("paragraph", "sentence"):
        if any(part in arm.parts for arm in chosen):
            rules = extract.PairingRules(by_sentence=part == "sentence")
            with progress(f"pairing by {part}, {books.pair}") as advance:
                found = extract.pair_books(
                    *books, rules, executor=workers, progress=advance
                )
            units[part] = found.units
            echo(f"{books.pair}: {len(found.units)} units by {part}")
    return units


def _terms(files: Sequence[Path], books: Books) -> tuple[dict[str, str], ...]:
    """Return the terms of both directions; the files have those of the book's."""
    found = dict(terminology.read(files, books.pair).terms)
    # If several terms have the same translation, the first one is used.
    turned = {target: source for source, target in reversed(list(found.items()))}
    return found, turned


def _begin(
    trained: Sequence[tuple[TrainedSystem, list[Passage]]], limit: values.Limit | None
) -> None:
    """Show what will be billed, refuse more than the limit, and start services."""
    wanted: list[Commission] = []
    bills: list[tuple[LanguagePair, Bill]] = []
    for system, found in trained:
        if not commissions.is_planned(system.engine):
            continue
        asked = systems.commission(system, found, _lines(system))
        wanted.append(asked)
        if asked.requests and (bill := commissions.bill(asked)):
            amount = cost_limit.shown(cost_limit.totals([bill]))
            echo(
                f"{system.pair}, {system.arm}: {len(asked.requests)} segments,"
                f" {amount}, ${bill.dollars:,.2f} ({bill.tariff})"
            )
            bills.append((asked.pair, bill))
        else:
            echo(f"{system.pair}, {system.arm}: nothing to pay for")
    cost_limit.check(bills, limit, "--cost-limit")
    for _, exc in commissions.begin(wanted):
        raise exc


def _lines(system: TrainedSystem) -> Progress:
    """Return a function that prints the progress of an engine, each line once."""
    shown: set[str] = set()

    def show(line: str) -> None:
        if line not in shown:
            shown.add(line)
            echo(f"{system.pair}, {system.arm}: {line}")

    return show


def _evaluated(
    trained: Sequence[tuple[TrainedSystem, list[Passage]]], options: argparse.Namespace
) -> Evaluation:
    """Translate with each arm, and score the results."""
    outputs = []
    for system, found in trained:
        with progress(f"{system.pair}, {system.arm}") as advance:
            outputs.append(systems.translate(system, found, advance, _lines(system)))
    system, found = trained[0]
    with progress(f"{system.pair}, scoring") as advance:
        return results.evaluate(
            outputs,
            found,
            system.pair,
            options.metrics,
            samples=options.samples,
            progress=advance,
        )
