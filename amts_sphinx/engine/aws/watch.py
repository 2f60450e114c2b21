"""Signs of life: while one job is waited for, its fellows are looked at too."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from amts_sphinx.core.errors import EngineError
from amts_sphinx.engine.aws import jobs

if TYPE_CHECKING:
    from amts_sphinx.engine.aws.client import Client
    from amts_sphinx.engine.aws.journal import JournalEntry
    from amts_sphinx.engine.protocol import Progress


class _Watched(NamedTuple):
    client: Client
    entry: JournalEntry
    progress: Progress
    #: By the client's clock.
    since: float


class Watch:
    """The jobs of one build, and who listens to how they go."""

    def __init__(self) -> None:
        self._jobs: dict[str, _Watched] = {}

    def add(self, client: Client, entry: JournalEntry, progress: Progress) -> None:
        """Watch a job that was started for those who hear *progress*."""
        self._jobs[entry.name] = _Watched(client, entry, progress, client.clock.now())

    def listener(self, entry: JournalEntry, default: Progress) -> Progress:
        """Return who listens to a job; whoever calls this waits for it by himself."""
        watched = self._jobs.pop(entry.name, None)
        return watched.progress if watched else default

    def tell(self) -> None:
        """Say of each job that nobody waits for how it goes."""
        for client, entry, progress, since in list(self._jobs.values()):
            try:
                state = client.service.describe(client.impatient(), entry)
                seconds = client.clock.now() - since
                progress(jobs.line_on(client.impatient(), entry, state, seconds))
            except EngineError as exc:
                progress(f"job {entry.name}: {exc}")
