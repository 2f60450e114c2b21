"""What the commands have in common that read editions of a book, and score them."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from amts_sphinx.cli.console import echo
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.readers import editions
from amts_sphinx.text import metrics

if TYPE_CHECKING:
    import argparse
    from contextlib import AbstractContextManager

    from amts_sphinx.readers.editions import EditionRead


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what names the editions."""
    parser.add_argument("source", type=Path, help="the book")
    parser.add_argument("target", type=Path, nargs="?", help="its human edition")
    parser.add_argument(
        "--languages",
        nargs=2,
        default=("", ""),
        metavar=("SOURCE", "TARGET"),
        help="their languages; by default those of their conf.py",
    )
    parser.add_argument(
        "--from",
        dest="form",
        choices=("sphinx", "markdown", "notebook", "html"),
        help="what the editions are written in; by default what is there",
    )


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Add how many processes align them."""
    parser.add_argument(
        "-j",
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        help="processes at work (default: one for each core)",
    )


def add_metrics(parser: argparse.ArgumentParser) -> None:
    """Add how translations are scored."""
    parser.add_argument(
        "--metrics",
        nargs="+",
        default=["BLEU", "chrF2"],
        choices=metrics.NAMES,
        help="what to count; the first of BLEU, chrF2, TER is the headline (default:"
        " BLEU chrF2)",
    )
    parser.add_argument(
        "--samples",
        type=int,
        default=metrics.SAMPLES,
        help="of bootstrap resampling; 0 for no intervals and tests (default: 1000)",
    )


def read(
    options: argparse.Namespace,
) -> tuple[EditionRead, EditionRead, LanguagePair]:
    """Read the editions, and say what looks like a mistake in them.

    :raises AmtsError: one cannot be read, or both are in one language
    """
    source, target = editions.read_editions(
        options.source, options.target, options.languages, options.form
    )
    for edition in (source, target):
        for line in edition.warnings.splitlines():
            echo(f"{edition.path}: {line}", error=True)
    pair = LanguagePair(source.language, target.language)
    if pair.source == pair.target:
        raise ConfigError(
            f"both editions are in {pair.source}; say otherwise with --languages"
        )
    return source, target, pair


def workers(jobs: int) -> AbstractContextManager[ProcessPoolExecutor | None]:
    """Return what carries the alignment; ``None``: the process itself."""
    # Forked processes would inherit the threads of whoever calls.
    spawn = get_context("spawn")
    return ProcessPoolExecutor(jobs, spawn) if jobs > 1 else nullcontext()


def setting(option: str, text: str) -> tuple[str, str]:
    """Return name and value of NAME=VALUE.

    :raises ConfigError: it is not of that form
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise ConfigError(f"{option} takes NAME=VALUE, not {text!r}")
    return name, value
