"""The quality gate: the limits that an edition must keep for its build to succeed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.report.model import BY_PEOPLE, Origin, coverage, share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from amts_sphinx.config.values import FailUnder
    from amts_sphinx.report.model import Document, Report

#: How many documents a message names; the report lists all.
_MOST: Final = 5


class Failure(NamedTuple):
    """One limit that an edition does not keep."""

    #: The key of ``amts_fail_under``.
    limit: str
    message: str
    #: The documents at fault, the worst first.
    documents: tuple[str, ...]

    def __str__(self) -> str:
        shown = ", ".join(self.documents[:_MOST])
        more = len(self.documents) - _MOST
        rest = f" and {more} more" if more > 0 else ""
        return f"{self.message}: {shown}{rest}" if shown else self.message


def failures(report: Report, limits: FailUnder) -> list[Failure]:
    """Return which of *limits* the edition does not keep."""
    return [
        *_of_share("coverage", coverage, report, limits.coverage),
        *_of_share("reviewed", _reviewed, report, limits.reviewed),
        *_of_scores(report, limits.scores),
        *_of_findings(report, limits.findings),
    ]


def _reviewed(words: Mapping[Origin, int]) -> float:
    return share(words, *BY_PEOPLE)


def _of_share(
    name: str,
    measure: Callable[[Mapping[Origin, int]], float],
    report: Report,
    limit: float | None,
) -> Iterator[Failure]:
    """Compare a part of the edition's words with its *limit*, 0–1."""
    whole = {origin: report.words(origin) for origin in Origin}
    if limit is not None and measure(whole) < limit:
        worst = sorted(
            (measure(d.words), d.name)
            for d in report.documents
            if measure(d.words) < limit
        )
        message = f"{name} {measure(whole):.3f} is below {limit:g}"
        yield Failure(name, message, tuple(f"{n} ({v:.3f})" for v, n in worst))


def _of_scores(report: Report, limits: Mapping[str, float]) -> Iterator[Failure]:
    """Compare scores with their *limits*, 0–100; a missing score fails."""
    for name, limit in limits.items():
        value = _score(report, name)
        if value is None:
            message = (
                f"there is no {name}: no text has been both translated by a machine and"
                " approved by a person"
            )
            yield Failure(name, message, ())
        elif value < limit:
            worst = sorted(
                (of_document, document.name)
                for document in report.documents
                if (of_document := _score(document, name)) is not None
                and of_document < limit
            )
            message = f"{name} {value:.1f} is below {limit:g}"
            yield Failure(name, message, tuple(f"{n} ({v:.1f})" for v, n in worst))


def _score(what: Report | Document, name: str) -> float | None:
    found = (s.value for s in what.scores if s.metric.lower() == name)
    return next(found, None)


def _of_findings(report: Report, limits: Mapping[str, int]) -> Iterator[Failure]:
    """Compare the number of findings of each severity with its limit."""
    counts: Counter[str] = Counter()
    for document in report.documents:
        counts.update(document.findings)
    for severity, limit in limits.items():
        if counts[severity] > limit:
            message = f"{counts[severity]} findings of severity {severity}, more than"
            yield Failure(
                f"findings.{severity}",
                f"{message} {limit}",
                _most(report.documents, severity),
            )


def _most(documents: Iterable[Document], severity: str) -> tuple[str, ...]:
    found = sorted(
        (-document.findings.get(severity, 0), document.name)
        for document in documents
        if document.findings.get(severity)
    )
    return tuple(f"{name} ({-count})" for count, name in found)
