"""What a build logs of its editions: each warning once, and how each edition ended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sphinx.util import logging

from amts_sphinx.core.units import Severity, State
from amts_sphinx.edition.warning_log import recorded
from amts_sphinx.engine import survey
from amts_sphinx.translate import learning
from amts_sphinx.translate.request import NO_TRANSLATION
from amts_sphinx.translate.stale import STALE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from amts_sphinx.build.child_build import BuildOutcome
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.units import Edition, Finding
    from amts_sphinx.report import reporter

logger = logging.getLogger(__name__)
#: Reasons that are logged why segments stay, the commonest first.
_REASONS: Final = 3


#: Engines that ask nobody.
_SILENT: Final = frozenset({"known", "none"})
#: The engine that is the least work to get.
_EASIEST: Final = "firefox"


class BuildLog:
    """Logs how the editions of one build went, and no warning twice."""

    def __init__(self, sources: Mapping[str, Path]) -> None:
        """Start with what the build has logged so far.

        :param sources: the files that people edit, by document
        """
        self._sources = sources
        self._logged = {(record.message, record.location) for record in recorded()}

    def end(
        self,
        name: str,
        config: AmtsConfig,
        edition: Edition,
        outcome: BuildOutcome | None,
        quality: reporter.ReportOutcome | None,
    ) -> None:
        """Log the end of an edition, last of all in one line.

        :param config: the values that hold for it
        """
        for record in outcome.records if outcome else ():
            warning = (record.message, record.location)
            if warning not in self._logged:
                self._logged.add(warning)
                logger.log(
                    record.level,
                    record.message,
                    location=record.location,
                    type=record.type or None,
                    subtype=record.subtype or None,
                )
        for finding in edition.findings:
            if finding.severity is not Severity.INFO:
                self._warn(name, finding)
        self._log_states(name, config.engine, edition)
        if outcome is None:
            logger.info("%s: the edition is up to date", name)
        if quality:
            _log_outdated(name, quality)
            logger.info("%s: %s", name, quality)
        findings = sum(quality.findings.values()) if quality else None
        logger.info(edition.summary(name, findings))
        advise(name, config, edition)

    def _log_states(self, name: str, engine: str, edition: Edition) -> None:
        """Log how many segments are not what a release should hold."""
        reasons = Counter(
            f.message for f in edition.findings if f.check == "untranslated"
        )
        if reasons:
            logger.info(
                "%s: %d segments stay in the source language: the engine %r has no"
                " translation for them",
                name,
                reasons.total(),
                engine,
            )
        for reason, count in reasons.most_common(_REASONS):
            if reason != NO_TRANSLATION:  # that has just been said
                logger.info("%s: %d of them: %s", name, count, reason)
        if edition.stale:
            logger.info(
                "%s: %d segments are people's translations of a former text",
                name,
                sum(f.check == STALE for f in edition.findings),
            )
        drafts = sum(unit.state is State.DRAFT for unit in edition.units.values())
        if drafts:
            logger.info(
                "%s: %d segments are drafts of the engine %r, to be read by a person",
                name,
                drafts,
                engine,
            )

    def _warn(self, name: str, finding: Finding) -> None:
        document, line = finding.location
        path = self._sources.get(document)
        logger.warning(
            "%s: %s",
            name,
            finding.message,
            location=f"{path or document}:{line or ''}",
            type="amts",
            subtype=finding.check,
        )


def _log_outdated(name: str, quality: reporter.ReportOutcome) -> None:
    """Log how many texts of people are not published since their source changed."""
    by_machine, as_source = quality.outdated
    for count, shown in (
        (by_machine, "the machine's are shown"),
        (as_source, "the source is shown"),
    ):
        if count:
            logger.info(
                "%s: %d translation%s by people %s of a former text of their source,"
                " and %s: see amts status, and amts_stale",
                name,
                count,
                *(("", "is") if count == 1 else ("s", "are")),
                shown,
            )


def advise(name: str, config: AmtsConfig, edition: Edition) -> None:
    """Warn of an edition that nobody can read, and name the engines that would do.

    Somebody who chose an engine that asks nobody wants no other.
    """
    if config.engine in _SILENT:
        return
    left = sum(f.check == "untranslated" for f in edition.findings)
    if left <= edition.usage.segments / 2:
        return
    told = (
        f"{name}: {left} of {edition.usage.segments} texts stay in the source language,"
        f" since the engine {config.engine!r} has no translation for them."
    )
    with learning.book(config, edition.pair) as taught:
        found = survey.offers(
            edition.pair, lambda each: config.options.get(each, {}), taught
        )
    others = [o for o in found if o.helps_readers and o.name != config.engine]
    ready = [offer for offer in others if not offer.lacks]
    lines = [
        f"The engine {offer.name!r} can do {edition.pair} here and now; add to conf.py:"
        f" {offer.line}"
        for offer in ready
    ]
    if not ready:
        others.sort(key=lambda offer: offer.name != _EASIEST)
        lines = [
            f"No engine that is ready here can do {edition.pair}. What each one needs:",
            *(f"  {offer.name}: {offer.lacks}" for offer in others),
            f"Then add to conf.py, for example: {others[0].line}",
        ]
    logger.warning("%s", "\n".join([told, *lines]), type="amts", subtype="engine")


@dataclass(frozen=True, slots=True)
class Show:
    """Shows the output of an edition's build, line by line."""

    prefix: str

    def __call__(self, line: str) -> None:
        """Show one line."""
        # Editions side by side would overwrite each other's progress.
        if self.prefix and line.endswith("\r"):
            return
        logger.info("%s%s", self.prefix, line, nonl=True)


def warn(text: str) -> None:
    """Log a warning about the memory and its files."""
    logger.warning("%s", text, type="amts", subtype="memory")


def asking(tag: str, engine: str, segments: int, characters: int) -> None:
    """Log what the engine is asked for, since the answer may take a while."""
    if engine in _SILENT:
        return
    logger.info(
        "amts-%s: asking the engine %r for %d segments, %d characters",
        tag,
        engine,
        segments,
        characters,
    )
