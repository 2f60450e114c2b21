"""Options and steps of the commands that read the editions of a book and score them."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.checks.language_id import foreign_script
from amts_sphinx.cli.console import echo, number
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import AmtsError, ConfigError
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.readers import editions
from amts_sphinx.review import trees
from amts_sphinx.text import metrics

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from amts_sphinx.align.workers import Carrier
    from amts_sphinx.readers.editions import EditionRead


#: Texts of an edition that are looked at to tell its script.
_LOOKED_AT: Final = 400


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name the editions."""
    parser.add_argument("source", type=Path, help="the folder of the book")
    parser.add_argument(
        "target", type=Path, nargs="?", help="the folder of its human edition"
    )
    parser.add_argument(
        "--languages",
        nargs=2,
        default=("", ""),
        metavar=("SOURCE", "TARGET"),
        help="their languages (default: as their conf.py say)",
    )
    parser.add_argument(
        "--from",
        dest="form",
        choices=("sphinx", "markdown", "notebook", "html"),
        help="the form of the editions (default: by the files in them)",
    )


def add_base(parser: argparse.ArgumentParser) -> None:
    """Add what names the version of the book that was translated."""
    parser.add_argument(
        "--base",
        metavar="VERSION",
        help="the version of the book that was translated: a folder, or a git revision"
        " (default: d2lbook's page_origin.md beside page.md in the edition)",
    )


def read_with_base(
    options: argparse.Namespace,
) -> tuple[EditionRead, EditionRead, EditionRead | None, LanguagePair]:
    """Read the editions, and the version of the book that was translated.

    :returns: book, edition, base, languages; nothing may say what the base is
    :raises AmtsError: as :func:`read`, or the base is in another language
    """
    with ExitStack() as stack:
        base = None
        if options.base is not None:
            base = stack.enter_context(trees.version(options.base, options.source))
        found = editions.read_with_base(
            options.source, options.target, options.languages, options.form, base
        )
    pair = _languages(*(each for each in found if each is not None))
    if found[2] is not None and found[2].language != pair.source:
        raise ConfigError(
            f"{options.base} is in {found[2].language}, but the book in {pair.source}"
        )
    return *found, pair


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Add the number of processes that align the editions."""
    parser.add_argument(
        "-j",
        "--jobs",
        type=partial(number, least=1),
        default=os.cpu_count() or 1,
        help="number of processes (default: one for each core)",
    )


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Add the cluster that aligns the editions instead."""
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="align on the machines of a Dask cluster, instead of in processes here:"
        " the address of its scheduler, as tcp://HOST:8786",
    )


def add_metrics(parser: argparse.ArgumentParser) -> None:
    """Add the options of the scores."""
    parser.add_argument(
        "--metrics",
        nargs="+",
        default=["BLEU", "chrF2"],
        choices=metrics.NAMES,
        help="metrics to compute; the first of BLEU, chrF2, TER among them is the main"
        " one (default: BLEU chrF2)",
    )
    parser.add_argument(
        "--samples",
        type=partial(number, least=0),
        default=metrics.SAMPLES,
        help="number of bootstrap samples; 0: no confidence intervals, no tests"
        f" (default: {metrics.SAMPLES})",
    )


def read(
    options: argparse.Namespace,
) -> tuple[EditionRead, EditionRead, LanguagePair]:
    """Read the editions, and print the warnings about them.

    :raises AmtsError: one cannot be read, or both are in one language
    """
    source, target = editions.read_editions(
        options.source, options.target, options.languages, options.form
    )
    return source, target, _languages(source, target)


def _languages(
    source: EditionRead, target: EditionRead, *others: EditionRead
) -> LanguagePair:
    """Print the warnings about editions, and return the languages of the first two."""
    for edition in (source, target, *others):
        for line in edition.warnings.splitlines():
            echo(f"{edition.path}: {line}", error=True)
    pair = LanguagePair(source.language, target.language)
    if pair.source == pair.target:
        raise ConfigError(
            f"both editions are in {pair.source}; if they are not, name their"
            " languages with --languages SOURCE TARGET"
        )
    _check_scripts(source, target, pair)
    return pair


def _check_scripts(
    source: EditionRead, target: EditionRead, pair: LanguagePair
) -> None:
    """Refuse editions that are written in another script than their languages are.

    :raises ConfigError: the folders changed places, or the languages are others
    """
    ours = _other_script(source, pair.source)
    theirs = _other_script(target, pair.target)
    # What is in the language of the source is not translated yet.
    in_neither = theirs and _other_script(target, pair.source)
    if ours and theirs and not (in_neither or _other_script(source, pair.target)):
        raise ConfigError(
            f"the editions have changed places: most of {source.path} is {ours}, not"
            f" {pair.source}. Name the folder of the book first, then that of its"
            " translation, and their languages in the same order"
        )
    wrong = [(source, pair.source, ours)] if ours else []
    if in_neither:
        wrong.append((target, pair.target, theirs))
    for edition, language, found in wrong:
        raise ConfigError(
            f"{edition.path} is said to be in {language}, but most of it is {found}:"
            " name the languages with --languages SOURCE TARGET"
        )


def _other_script(edition: EditionRead, language: str) -> str:
    """Return what most texts of an edition are, if their script is not *language*'s."""
    letters: Counter[str] = Counter()
    for each in islice(chain.from_iterable(edition.texts.values()), _LOOKED_AT):
        text = inline_codes.plain(each.whole.source)
        letters[foreign_script(text, language)] += len(text)
    most, count = max(letters.items(), key=lambda each: each[1], default=("", 0))
    return most if count > letters.total() / 2 else ""


@contextmanager
def workers(jobs: int, cluster: str | None = None) -> Iterator[Carrier | None]:
    """Return the processes that align, or the cluster; ``None``: this process does.

    :raises AmtsError: a process ended, or the cluster cannot be used
    """
    if cluster:
        from amts_sphinx.parallel.cluster import connected

        with connected(
            cluster, lambda told: echo(f"cluster: {told}", error=True)
        ) as it:
            yield it
    elif jobs > 1:
        # Forked processes would inherit the caller's threads.
        with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
            try:
                yield pool
            except BrokenProcessPool as exc:
                raise AmtsError(
                    "one of the processes that align was ended, for lack of memory"
                    " perhaps; try again with fewer of them, as -j 1"
                ) from exc
    else:
        yield None


def setting(option: str, text: str) -> tuple[str, str]:
    """Return name and value of NAME=VALUE.

    :param option: the option that *text* was given to, for the message
    :raises ConfigError: *text* does not have that form
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"{option} takes NAME=VALUE, not {text!r}")
    return name, value
