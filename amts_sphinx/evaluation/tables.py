"""The tables of an experiment as files: CSV, JSON, TeX.

Scores are 0–1 in CSV and TeX, as in the publication of the original system. JSON has
them as 0–1 and 0–100, with all that is needed to reproduce them.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.atomic import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import Score
    from amts_sphinx.evaluation.results import Evaluation, ScoreRow
    from amts_sphinx.evaluation.systems import SystemOutput
    from amts_sphinx.text.metrics import Comparison

#: The version of the JSON's format, increased with each incompatible change.
FORMAT: Final = 1
_TEX: Final = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "→": r"$\to$",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}
_SPECIAL: Final = re.compile("|".join(map(re.escape, _TEX)))


def write(folder: Path, found: Sequence[Evaluation], engine: str) -> list[Path]:
    """Write ``results.csv``, ``results.json`` and ``results.tex`` into *folder*.

    :param found: each direction
    :param engine: its name
    :raises InterchangeError: a file cannot be written
    """
    forms: dict[str, Callable[[], str]] = {
        "csv": lambda: table(found),
        "json": lambda: record(found, engine),
        "tex": lambda: tex(found),
    }
    paths = []
    for suffix, text in forms.items():
        path = folder / f"results.{suffix}"
        with replacing(path) as stream:
            stream.write(text().encode())
        paths.append(path)
    return paths


def write_texts(folder: Path, found: Sequence[Evaluation]) -> list[Path]:
    """Write sources, references and the output of each arm, a passage a line.

    They are what COMET, MetricX and other metrics read that need a model of their own.

    :raises InterchangeError: a file cannot be written
    """
    paths = []
    for each in found:
        texts = {
            "source": [example.source for example in each.examples],
            "reference": [example.reference for example in each.examples],
        }
        for place, arm in enumerate(each.arms):
            texts[arm] = [example.hypotheses[place] for example in each.examples]
        for name, lines in texts.items():
            file = re.sub(r"[^\w+-]+", "_", name)
            path = folder / f"{each.pair.source}-{each.pair.target}.{file}.txt"
            with replacing(path) as stream:
                for line in lines:
                    stream.write(f"{' '.join(line.split())}\n".encode())
            paths.append(path)
    return paths


def table(found: Sequence[Evaluation]) -> str:
    """Return a row for each direction, metric and document, and a column for each arm.

    The document ``*`` is all of them as one text, ``mean`` the mean of their scores.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    arms = list(dict.fromkeys(arm for each in found for arm in each.arms))
    writer.writerow(["source", "target", "metric", "document", "passages", *arms])
    for each in found:
        for metric in each.metrics:
            for name, passages, values in _lines(each, metric):
                cells = dict(zip(each.arms, values, strict=True))
                shown = [f"{cells[arm]:.6f}" if arm in cells else "" for arm in arms]
                writer.writerow([*each.pair, metric, name, passages, *shown])
    return text.getvalue()


def _lines(found: Evaluation, metric: str) -> Iterator[tuple[str, int, list[float]]]:
    """Yield the name of a row, the number of passages, and the arms' scores, 0–1."""
    for row in (*found.rows, found.total):
        values = [row.score(arm, metric).value / 100 for arm in found.arms]
        yield row.document or "*", row.passages, values
    means = [found.mean(arm, metric) / 100 for arm in found.arms]
    yield "mean", found.total.passages, means


def record(found: Sequence[Evaluation], engine: str) -> str:
    """Return the complete results as JSON."""
    directions = [_direction(each) for each in found]
    whole = {"format": FORMAT, "engine": engine, "directions": directions}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _direction(found: Evaluation) -> dict[str, Any]:
    return {
        "source": found.pair.source,
        "target": found.pair.target,
        "metrics": found.metrics,
        "arms": [_arm(each) for each in found.outputs],
        "documents": [_row(row) for row in found.rows],
        "all": _row(found.total),
        "mean": {
            arm: {metric: round(found.mean(arm, metric), 6) for metric in found.metrics}
            for arm in found.arms
        },
        "translated": {arm: _row(row) for arm, row in found.translated.items()},
        "comparisons": [
            _comparison(found.arms[0], arm, each, found.holm(each.metric)[arm])
            for arm, several in found.comparisons.items()
            for each in several
        ],
        "setbacks": [each._asdict() for each in found.setbacks],
        "remarks": list(found.remarks()),
    }


def _arm(output: SystemOutput) -> dict[str, Any]:
    system = output.system
    return {
        "name": system.arm.name,
        "fingerprint": system.engine.fingerprint,
        "units": system.units,
        "terms": system.terms,
        "segments": output.segments,
        "left": output.left,
        "recalled": output.recalled,
        "seconds": round(output.seconds, 3),
        "dollars": None if output.dollars is None else round(output.dollars, 6),
    }


def _row(row: ScoreRow) -> dict[str, Any]:
    scores = {arm: [_score(each) for each in all_] for arm, all_ in row.scores.items()}
    return {"document": row.document, "passages": row.passages, "scores": scores}


def _score(score: Score) -> dict[str, Any]:
    return {
        "metric": score.metric,
        "score": round(score.value, 6),
        "fraction": round(score.value / 100, 8),
        "interval": score.interval and [round(each, 6) for each in score.interval],
        "signature": score.signature,
    }


def _comparison(first: str, arm: str, found: Comparison, holm: float) -> dict[str, Any]:
    return {
        "arm": arm,
        "baseline": first,
        "metric": found.metric,
        "gain": round(found.gain, 6),
        "p": round(found.p, 6),
        "p_holm": round(holm, 6),
        "signature": found.system.signature,
    }


def tex(found: Sequence[Evaluation]) -> str:
    """Return a tabular of the main metric for each direction, 0–1."""
    return "\n".join(_tabular(each) for each in found)


def _tabular(found: Evaluation) -> str:
    metric = found.metrics[0]
    signature = found.total.score(found.arms[0], metric).signature
    lines = [
        f"% {found.pair}, {metric}, {signature}",
        rf"\begin{{tabular}}{{l{'r' * len(found.arms)}}}",
        r"\hline",
        _cells(str(found.pair), *found.arms),
        r"\hline",
    ]
    names = {"*": "all as one text", "mean": "mean of documents"}
    rows = list(_lines(found, metric))
    for name, _, values in rows:
        if name == "*":
            lines.append(r"\hline")
        shown = [f"{value:.3f}" for value in values]
        lines.append(_cells(names.get(name, name), *shown))
    return "\n".join([*lines, r"\hline", r"\end{tabular}", ""])


def _cells(*texts: str) -> str:
    return " & ".join(_SPECIAL.sub(lambda m: _TEX[m[0]], t) for t in texts) + r" \\"
