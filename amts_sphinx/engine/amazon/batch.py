"""A book through batch jobs: those of former builds first, then a new one for the rest.

What a job left out goes into a second one; what that leaves out too is reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import EngineRejectedError
from amts_sphinx.engine.amazon import (
    job_plan,
    jobs,
    markup,
    parallel_data,
    results,
    terminology,
)
from amts_sphinx.engine.amazon import journal as journals
from amts_sphinx.engine.amazon.errors import BrokenOffError
from amts_sphinx.engine.amazon.job_plan import JobPlan
from amts_sphinx.engine.protocol import quiet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from amts_sphinx.core.units import LanguagePair, TranslationUnit
    from amts_sphinx.engine.amazon.client import Client
    from amts_sphinx.engine.amazon.journal import Journal, JournalEntry
    from amts_sphinx.engine.protocol import Progress
    from amts_sphinx.formats.terminology import Terminology

#: Jobs that a build starts for a segment before it gives up.
_ATTEMPTS: Final = 2


@dataclass(frozen=True)
class BatchJobs:
    """The batch jobs of one direction."""

    client: Client
    journal: Journal
    pair: LanguagePair
    terms: Terminology
    #: What people translated; empty if no parallel data is to be used.
    units: Sequence[TranslationUnit]

    @cached_property
    def place(self) -> tuple[str, str]:
        """The region and the bucket of the jobs."""
        return self.client.region, self.client.options.bucket

    @cached_property
    def _settings(self) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(self.client.options.settings(self.pair.target).items()))

    @cached_property
    def _terms_name(self) -> str:
        prefix = self.client.options.prefix
        return terminology.name_of(self.terms, prefix) if self.terms.terms else ""

    def is_like(self, other: BatchJobs) -> bool:
        """Tell whether one job can do for both: all but the target is equal.

        The journal too: the job is noted in that of one of them.
        """
        return (
            self.client.options == other.client.options
            and self.journal.home == other.journal.home
            and self.pair.source == other.pair.source
            and self.pair.target != other.pair.target
            and bool(self.units) == bool(other.units)
            and not (self.terms.terms or other.terms.terms)
            and self._settings == other._settings
        )

    def run(self, texts: Sequence[str], progress: Progress) -> dict[str, str]:
        """Return the targets of *texts*; some may be missing after all tries.

        :raises EngineError: the service failed
        """
        found: dict[str, str] = {}
        tries = 0
        while tries < _ATTEMPTS:
            rest = [text for text in texts if text not in found]
            if not rest:
                break
            entry = self.start(rest, progress)
            if entry is None:
                found.update(self.adopt(rest, progress))
            else:
                tries += 1
                found.update(self._finish(entry, rest, progress))
        return found

    def start(
        self,
        texts: Sequence[str],
        progress: Progress,
        others: Sequence[BatchJobs] = (),
    ) -> JournalEntry | None:
        """Start a job for *texts*; ``None`` if another build has started one meanwhile.

        :param others: like ones, whose languages the same job is to serve
        """
        all_ = (self, *others)
        data = parallel_data.pack(
            (unit for each in all_ for unit in each.units), self.client.options.prefix
        )
        if data:
            parallel_data.ensure(self.client, data, progress)
        if self.terms.terms:
            terminology.ensure(self.client, self.terms)
        targets = tuple(sorted(each.pair.target for each in all_))
        with self.journal.locked():
            self.journal.tidy()
            if self.new(texts) != list(texts):
                return None
            plan = self._plan(texts, targets, data.name if data else "")
            return jobs.start(self.client, self.journal, plan, progress)

    def _plan(
        self, texts: Sequence[str], targets: tuple[str, ...], data: str
    ) -> JobPlan:
        """Return a plan that no job, now ended, was made by."""
        ended = {
            entry.name
            for entry in self.journal.entries()
            if entry.state in {journals.FAILED, journals.FETCHED}
        }
        attempt = 0
        while True:
            plan = JobPlan(
                self.pair.source,
                targets,
                tuple(texts),
                data,
                self._terms_name,
                self._settings,
                self.client.options.revision,
                attempt,
            )
            if plan.entry(self.client).name not in ended:
                return plan
            attempt += 1

    def new(self, texts: Sequence[str]) -> list[str]:
        """Return those of *texts* that no job was started for."""
        known: set[str] = set()
        for entry in self._usable(texts):
            fetched = entry.state == journals.FETCHED
            known |= self._harvest(entry).keys() if fetched else entry.keys()
        return [text for text in texts if markup.key_of(text) not in known]

    def adopt(self, texts: Sequence[str], progress: Progress) -> dict[str, str]:
        """Return the targets of *texts* that the jobs of former builds have made.

        :raises EngineError: the service failed
        """
        found: dict[str, str] = {}
        for entry in self._usable(texts):
            with self.journal.locked():
                known = jobs.settle(self.client, self.journal, entry)
            if known:
                found.update(self._finish(known, texts, progress))
        return found

    def _usable(self, texts: Iterable[str]) -> list[JournalEntry]:
        """Return the jobs whose results would serve for some of *texts*."""
        keys = {markup.key_of(text) for text in texts}
        use = job_plan.use_of(
            self.pair.source,
            bool(self.units),
            self._terms_name,
            self._settings,
            self.client.options.revision,
        )
        return [
            entry
            for entry in self.journal.entries()
            if entry.use == use
            and (entry.region, entry.bucket) == self.place
            and entry.state != journals.FAILED
            and self.pair.target in entry.targets
            and not keys.isdisjoint(entry.keys())
        ]

    def _finish(
        self, entry: JournalEntry, texts: Iterable[str], progress: Progress
    ) -> dict[str, str]:
        """Wait for a job, and return the targets that it has for *texts*.

        :raises BrokenOffError: it was stopped, but has some
        :raises EngineError: it failed or was stopped, or the service failed
        """
        status = ""
        if entry.state == journals.STARTED:
            entry, state = jobs.wait(self.client, self.journal, entry, progress)
            entry = results.fetch(self.client, self.journal, entry, state, progress)
            status = str(state["JobStatus"])
        targets = self._harvest(entry, progress)
        keys = {text: markup.key_of(text) for text in texts}
        found = {text: targets[key] for text, key in keys.items() if key in targets}
        if status == jobs.STOPPED:
            # Whoever stopped it does not want another one started behind their back.
            msg = (
                f"the job {entry.name} ended as STOPPED; the next build will start"
                " another for what it has not translated"
            )
            raise BrokenOffError(msg, found) if found else EngineRejectedError(msg)
        return found

    def _harvest(
        self, entry: JournalEntry, progress: Progress = quiet
    ) -> dict[str, str]:
        return results.harvest(self.journal, entry, self.pair.target, progress)
