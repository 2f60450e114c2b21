"""Texts through jobs: those of former builds first, then a new one for the rest.

A former build may have been anywhere: the bucket tells of its jobs, and has their
results. A text that jobs have left out too often is given up.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from amts_sphinx.core.errors import EngineRejectedError
from amts_sphinx.engine.aws import index, jobs, results
from amts_sphinx.engine.aws import journal as journals
from amts_sphinx.engine.aws.errors import BrokenOffError
from amts_sphinx.engine.aws.journal import key_of
from amts_sphinx.engine.protocol import quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from typing_extensions import Self

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.engine.aws.client import Client
    from amts_sphinx.engine.aws.journal import Journal, JournalEntry
    from amts_sphinx.engine.aws.service import Plan
    from amts_sphinx.engine.aws.watch import Watch
    from amts_sphinx.engine.protocol import Progress

#: Rounds of a build: more than attempts, as other builds may come before it.
_ROUNDS: Final = 8


@dataclass(frozen=True, kw_only=True)
class TextJobs(ABC):
    """The jobs of one direction."""

    #: Jobs that are started for a text, ever and by anybody, before it is given up.
    attempts: ClassVar[int] = 2

    client: Client
    journal: Journal
    pair: LanguagePair
    #: Of an experiment, which shares jobs with nobody else.
    scope: str = ""
    #: What was read of results, by the names of their jobs.
    _read: dict[str, dict[str, str]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    @abstractmethod
    def use(self) -> str:
        """What two jobs have in common if one can use the other's results."""

    @abstractmethod
    def start(self, texts: Sequence[str], progress: Progress) -> JournalEntry | None:
        """Start a job for *texts*, or for the first of them.

        :returns: ``None`` if another build has started one meanwhile
        """

    def telling(self, progress: Progress) -> Self:
        """Return the same with one who listens to what is borne on the way."""
        return replace(self, client=self.client.telling(progress))

    def impatient(self) -> Self:
        """Return the same, trying each request once."""
        return replace(self, client=self.client.impatient())

    @cached_property
    def place(self) -> tuple[str, str]:
        """The region and the bucket of the jobs."""
        return self.client.region, self.client.options.bucket

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

    def start_one(
        self,
        texts: Sequence[str],
        plans: Callable[[], Iterable[Plan]],
        progress: Progress,
    ) -> JournalEntry | None:
        """Start the first of *plans* that no job has done, while nobody else does.

        :param plans: makes plans of the same job, each with another name
        :returns: ``None`` if another build has started one meanwhile
        """
        client, journal = self.client, self.journal
        with journal.locked(), index.locked(client, self.use, progress) as lock:
            journal.tidy()
            self.sync()
            if self.new(texts) != list(texts):
                return None
            return jobs.start(client, journal, plans(), lock, progress)

    def new(self, texts: Sequence[str]) -> list[str]:
        """Return those of *texts* for which a job is to be started."""
        known: set[str] = set()
        for entry in self._usable(texts):
            fetched = entry.state == journals.FETCHED
            known |= self._harvest(entry).keys() if fetched else entry.keys()
        tries = self.tries(texts)
        return [
            text
            for text in texts
            if (key := key_of(text)) not in known and tries[key] < self.attempts
        ]

    def given_up(self, texts: Sequence[str]) -> set[str]:
        """Return those of *texts* that jobs have left out too often."""
        tries = self.tries(texts)
        return {text for text in texts if tries[key_of(text)] >= self.attempts}

    def tries(self, texts: Sequence[str]) -> Counter[str]:
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
        keys = {key_of(text) for text in texts}
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
        keys = {text: key_of(text) for text in texts}
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
        known = self._read.get(entry.name)
        if known is None:
            known = results.harvest(
                self.client.service, self.journal, entry, self.pair.target, progress
            )
            if entry.state == journals.FETCHED:
                self._read[entry.name] = known
        return known
