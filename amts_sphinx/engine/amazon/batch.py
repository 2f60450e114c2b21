"""A book through batch jobs of Amazon Translate, with parallel data and terms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, Final

from amts_sphinx.engine.amazon import (
    job_plan,
    leftovers,
    limits,
    parallel_data,
    terminology,
)
from amts_sphinx.engine.amazon.job_plan import JobPlan
from amts_sphinx.engine.aws.batch import TextJobs
from amts_sphinx.engine.aws.errors import NotThereError
from amts_sphinx.engine.aws.journal import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from amts_sphinx.core.units import TranslationUnit
    from amts_sphinx.engine.amazon.client import Client
    from amts_sphinx.engine.aws.journal import JournalEntry
    from amts_sphinx.engine.protocol import Progress
    from amts_sphinx.formats.terminology import Terminology

#: How often a resource is made again that another build has removed.
_AGAIN: Final = 3


@dataclass(frozen=True, kw_only=True)
class BatchJobs(TextJobs):
    """The batch jobs of one direction.

    What a job left out goes into a second one, and stays when that leaves it out.
    """

    client: Client
    terms: Terminology
    #: What people translated; empty if no parallel data is to be used.
    units: Sequence[TranslationUnit]

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
                return self.start_one(
                    texts,
                    lambda: self._plans(texts, targets, data.name if data else ""),
                    progress,
                )
            except NotThereError:  # another build has removed what it does not use
                if again == _AGAIN:
                    raise
        raise AssertionError

    def _plans(
        self, texts: Sequence[str], targets: tuple[str, ...], data: str
    ) -> Iterator[JobPlan]:
        """Yield plans of one job, each with another name."""
        tries = self.tries(texts)
        second = any(tries[key_of(text)] for text in texts)
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

    def tidy(self, progress: Progress) -> None:
        """Remove what the book had at the service before, and does not use now."""
        if self.units or self._terms_name:
            leftovers.remove_superseded(self.client, {self._terms_name}, progress)
