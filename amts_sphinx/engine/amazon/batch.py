"""A book through batch jobs: those of former builds first, then a new one for the rest.

A former build may have been anywhere: the bucket tells of its jobs, and has their
results. What a job left out goes into a second one, and stays when that leaves it out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import EngineRejectedError
from amts_sphinx.engine.amazon import (
    index,
    job_plan,
    jobs,
    leftovers,
    limits,
    markup,
    parallel_data,
    results,
    terminology,
)
from amts_sphinx.engine.amazon import journal as journals
from amts_sphinx.engine.amazon.errors import BrokenOffError, NotThereError
from amts_sphinx.engine.amazon.job_plan import JobPlan
from amts_sphinx.engine.protocol import quiet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from amts_sphinx.core.units import LanguagePair, TranslationUnit
    from amts_sphinx.engine.amazon.client import Client
    from amts_sphinx.engine.amazon.journal import Journal, JournalEntry
    from amts_sphinx.engine.amazon.watch import Watch
    from amts_sphinx.engine.protocol import Progress
    from amts_sphinx.formats.terminology import Terminology

#: Jobs that are started for a segment, ever and by anybody, before it is given up.
_ATTEMPTS: Final = 2
#: Rounds of a build: more than attempts, as other builds may come before it.
_ROUNDS: Final = 8
#: How often a resource is made again that another build has removed.
_AGAIN: Final = 3


@dataclass(frozen=True)
class BatchJobs:
    """The batch jobs of one direction."""

    client: Client
    journal: Journal
    pair: LanguagePair
    terms: Terminology
    #: What people translated; empty if no parallel data is to be used.
    units: Sequence[TranslationUnit]
    #: Of an experiment, which shares jobs with nobody else.
    scope: str = ""
    #: What was read of results, by the names of their jobs.
    _read: dict[str, dict[str, str]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def telling(self, progress: Progress) -> BatchJobs:
        """Return the same with one who listens to what is borne on the way."""
        return replace(self, client=self.client.telling(progress))

    def impatient(self) -> BatchJobs:
        """Return the same, trying each request once."""
        return replace(self, client=self.client.impatient())

    def shares_data(self, other: BatchJobs) -> bool:
        """Tell whether one file of parallel data can do for both."""
        mine, theirs = self.client.options, other.client.options
        return (
            bool(self.units)
            and bool(other.units)
            and self.place == other.place
            and (mine.prefix, mine.kms_key) == (theirs.prefix, theirs.kms_key)
            and self.pair.source == other.pair.source
        )

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

    @cached_property
    def use(self) -> str:
        """What two jobs have in common if one can use the other's results."""
        return job_plan.use_of(
            self.pair.source,
            bool(self.units),
            self._terms_name,
            self._settings,
            self.client.options.revision,
            scope=self.scope,
        )

    def is_like(self, other: BatchJobs) -> bool:
        """Tell whether one job can do for both: all but the target is equal.

        The journal too: the job is noted in that of one of them.
        """
        return (
            self.client.options == other.client.options
            and self.journal.home == other.journal.home
            and (self.pair.source, self.scope) == (other.pair.source, other.scope)
            and self.pair.target != other.pair.target
            and bool(self.units) == bool(other.units)
            and not (self.terms.terms or other.terms.terms)
            and self._settings == other._settings
        )

    def sync(self) -> None:
        """Learn from the bucket of the jobs that others have started.

        :raises EngineError: the bucket cannot be reached
        """
        index.sync(self.client, self.journal, self.use)

    def run(
        self, texts: Sequence[str], progress: Progress, watch: Watch
    ) -> dict[str, str]:
        """Return the targets of *texts*; those that are given up are missing.

        :raises EngineError: the service failed
        """
        found: dict[str, str] = {}
        for _ in range(_ROUNDS):
            rest = self.new([text for text in texts if text not in found])
            if not rest:
                break
            entry = self.start(rest, progress)
            if entry is None:
                found.update(self.adopt(texts, progress, watch))
            else:
                found.update(self._finish(entry, rest, progress, watch))
        return found

    def start(
        self,
        texts: Sequence[str],
        progress: Progress,
        others: Sequence[BatchJobs] = (),
        teachers: Sequence[BatchJobs] = (),
    ) -> JournalEntry | None:
        """Start a job for *texts*; ``None`` if another build has started one meanwhile.

        :param others: like ones, whose languages the same job is to serve
        :param teachers: whose units go into the parallel data too: one import will do
            for all
        """
        all_ = (self, *others)
        targets = tuple(sorted(each.pair.target for each in all_))
        units = [unit for each in (*all_, *teachers) for unit in each.units]
        data = parallel_data.pack(
            units if self.units else (), self.client.options.prefix
        )
        for again in count(1):
            if data:
                parallel_data.ensure(self.client, data, progress)
            if self.terms.terms:
                terminology.ensure(self.client, self.terms, progress)
            try:
                return self._start(texts, targets, data.name if data else "", progress)
            except NotThereError:  # another build has removed what it does not use
                if again == _AGAIN:
                    raise
        raise AssertionError

    def _start(
        self,
        texts: Sequence[str],
        targets: tuple[str, ...],
        data: str,
        progress: Progress,
    ) -> JournalEntry | None:
        client, journal = self.client, self.journal
        with journal.locked(), index.locked(client, self.use, progress) as lock:
            journal.tidy()
            self.sync()
            if self.new(texts) != list(texts):
                return None
            plans = self._plans(texts, targets, data)
            return jobs.start(client, journal, plans, lock, progress)

    def _plans(
        self, texts: Sequence[str], targets: tuple[str, ...], data: str
    ) -> Iterator[JobPlan]:
        """Yield plans of one job, each with another name."""
        tries = self._tries(texts)
        second = any(tries[markup.key_of(text)] for text in texts)
        for attempt in count():
            yield JobPlan(
                self.pair.source,
                targets,
                tuple(texts),
                data,
                self._terms_name,
                self._settings,
                self.client.options.revision,
                attempt,
                limits.SECOND_DOCUMENT if second else limits.DOCUMENT,
                self.scope,
            )

    def new(self, texts: Sequence[str]) -> list[str]:
        """Return those of *texts* for which a job is to be started."""
        known: set[str] = set()
        for entry in self._usable(texts):
            fetched = entry.state == journals.FETCHED
            known |= self._harvest(entry).keys() if fetched else entry.keys()
        tries = self._tries(texts)
        return [
            text
            for text in texts
            if (key := markup.key_of(text)) not in known and tries[key] < _ATTEMPTS
        ]

    def given_up(self, texts: Sequence[str]) -> set[str]:
        """Return those of *texts* that jobs have left out too often."""
        tries = self._tries(texts)
        return {text for text in texts if tries[markup.key_of(text)] >= _ATTEMPTS}

    def _tries(self, texts: Sequence[str]) -> Counter[str]:
        """Return how many jobs have tried a segment in vain, by its key."""
        tries: Counter[str] = Counter()
        for entry in self._usable(texts):
            if entry.state == journals.FETCHED:
                tried = entry.tried_keys(self.pair.target)
                tries.update(tried - self._harvest(entry).keys())
        return tries

    def adopt(
        self, texts: Sequence[str], progress: Progress, watch: Watch
    ) -> dict[str, str]:
        """Return the targets of *texts* that the jobs of former builds have made.

        :raises EngineError: the service failed
        """
        found: dict[str, str] = {}
        for entry in self._usable(texts):
            known: JournalEntry | None = entry
            if entry.state == journals.INTENDED:
                known = self._settle(entry, progress)
            if known:
                found.update(self._finish(known, texts, progress, watch))
        return found

    def _settle(self, entry: JournalEntry, progress: Progress) -> JournalEntry | None:
        """Find out what became of a job that somebody was about to start."""
        client, journal = self.client, self.journal
        with journal.locked(), index.locked(client, self.use, progress):
            self.sync()
            now = journal.find(entry.name)
            return jobs.settle(client, journal, now) if now else None

    def _usable(self, texts: Iterable[str]) -> list[JournalEntry]:
        """Return the jobs whose results would serve for some of *texts*."""
        keys = {markup.key_of(text) for text in texts}
        return [
            entry
            for entry in self.journal.entries()
            if entry.use == self.use
            and (entry.region, entry.bucket) == self.place
            and entry.state != journals.FAILED
            and self.pair.target in entry.targets
            and not keys.isdisjoint(entry.keys())
        ]

    def _finish(
        self,
        entry: JournalEntry,
        texts: Iterable[str],
        progress: Progress,
        watch: Watch,
    ) -> dict[str, str]:
        """Wait for a job, and return the targets that it has for *texts*.

        :raises BrokenOffError: it was stopped, but has some
        :raises EngineError: it failed or was stopped, or the service failed
        """
        status = ""
        if entry.state in {journals.STARTED, journals.ENDED}:
            state = {}
            if entry.state == journals.STARTED:
                heard = watch.listener(entry, progress)
                state = jobs.wait(self.client, entry, heard, watch.tell)
            status = str(state.get("JobStatus", ""))
            ended = results.fetch(self.client, self.journal, entry, state, progress)
            if ended is None:
                progress(f"job {entry.name}: its results were removed; it is no more")
                jobs.forget(self.client, self.journal, entry)
                return {}
            entry = ended
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

    def tidy(self, progress: Progress) -> None:
        """Remove what the book had at the service before, and does not use now."""
        if self.units or self._terms_name:
            leftovers.remove_superseded(self.client, {self._terms_name}, progress)

    def _harvest(
        self, entry: JournalEntry, progress: Progress = quiet
    ) -> dict[str, str]:
        known = self._read.get(entry.name)
        if known is None:
            known = results.harvest(self.journal, entry, self.pair.target, progress)
            if entry.state == journals.FETCHED:
                self._read[entry.name] = known
        return known
