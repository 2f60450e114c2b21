"""``amts score``: score translations against references."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.cli import editions
from amts_sphinx.cli.console import echo, echo_json
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.evaluation import existing
from amts_sphinx.text import metrics

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from amts_sphinx.core.units import Score

_DESCRIPTION: Final = """\
Score translations against what people wrote: two text files with a segment a line, as
sacrebleu takes them; two files of units (TMX, XLIFF, PO, CSV, TSV), paired by their
sources; or two folders with editions in the target language.
"""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "score",
        help="score translations against references",
        description=_DESCRIPTION,
    )
    parser.add_argument("hypothesis", type=Path, help="translations to score")
    parser.add_argument("reference", type=Path, help="what people wrote")
    parser.add_argument(
        "--languages",
        nargs=2,
        required=True,
        metavar=("SOURCE", "TARGET"),
        help="languages of the translations",
    )
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="other translations of the same texts, for a paired test",
    )
    editions.add_metrics(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    pair = LanguagePair(*(find_language(tag).tag for tag in options.languages))
    systems = [options.hypothesis]
    if options.baseline:
        systems.insert(0, options.baseline)
    found = existing.read(systems, options.reference, pair, _warn)
    for remark in found.remarks:
        _warn(remark)
    if options.baseline:
        records = list(_compared(found, pair, options))
    else:
        scores = metrics.score(
            found.systems[0],
            found.references,
            pair.target,
            names=options.metrics,
            bootstrap=options.samples,
        )
        records = [asdict(each) for each in scores]
    if options.json:
        echo_json(records)
        return
    for record in records:
        echo(_line(record))


def _compared(
    found: existing.Comparable, pair: LanguagePair, options: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    """Yield the results of the paired tests."""
    baseline, hypotheses = found.systems
    for each in metrics.compare(
        baseline,
        hypotheses,
        found.references,
        pair.target,
        names=options.metrics,
        samples=options.samples,
    ):
        score: Score = each.system
        yield {**asdict(score), "baseline": each.baseline.value, "p": each.p}


def _line(record: dict[str, Any]) -> str:
    parts = [f"{record['metric']} {record['value']:.2f}"]
    if record["interval"]:
        parts.append("({:.2f}–{:.2f})".format(*record["interval"]))
    if "baseline" in record:
        parts.append(f"baseline {record['baseline']:.2f}, p = {record['p']:.4f}")
    parts.append(f"of {record['segments']} segments, {record['signature']}")
    return " ".join(parts)


def _warn(text: str) -> None:
    echo(text, error=True)
