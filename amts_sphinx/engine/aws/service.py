"""What a service must have for its jobs to be started, awaited and harvested here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from amts_sphinx.engine.aws.client import Client
    from amts_sphinx.engine.aws.journal import JournalEntry
    from amts_sphinx.engine.protocol import Progress

#: What a service says of a job: ``JobId``, ``JobName``, ``SubmittedTime`` as text,
#: ``JobStatus`` in the words of :mod:`.jobs`, and if it knows them ``Message``,
#: ``OutputDataConfig`` with ``S3Uri``, and how far it is: ``Progress`` in words, or
#: ``JobDetails`` with ``TranslatedDocumentsCount``.
State = dict[str, Any]


class Who(NamedTuple):
    """How people call a service."""

    name: str
    #: The variable of ``conf.py`` with its options.
    options: str


class Options(Protocol):
    """The options that lead to a service and its bucket."""

    @property
    def region(self) -> str:
        """Where it is; empty: as the AWS configuration says."""

    @property
    def profile(self) -> str:
        """A profile of the AWS configuration; may be empty."""

    @property
    def bucket(self) -> str:
        """The name of the bucket."""

    @property
    def prefix(self) -> str:
        """The folder in it."""

    @property
    def owner(self) -> str:
        """The account that must own it; may be empty."""

    @property
    def kms_key(self) -> str:
        """What encrypts objects; empty: S3's own key."""

    @property
    def requests(self) -> int:
        """Requests at a time."""

    @property
    def patience(self) -> float:
        """Seconds that a request is tried again."""

    @property
    def poll(self) -> float:
        """Seconds between two looks at a job, at most."""

    @property
    def hours(self) -> float:
        """Hours that a job is waited for."""


class Plan(Protocol):
    """A job that is to be."""

    @property
    def texts(self) -> Sequence[str]:
        """The coded texts, each once."""

    @property
    def use(self) -> str:
        """What two jobs have in common if one can use the other's results."""

    @property
    def documents(self) -> Mapping[str, Sequence[str]]:
        """The texts of each document, by its name."""

    def data(self, document: str) -> bytes:
        """Return a document."""

    def entry(self, client: Any) -> JournalEntry:
        """Return how the journal notes this; the same plan has the same name."""


class JobService(Protocol):
    """A service that does jobs on documents in a bucket."""

    @property
    def who(self) -> Who:
        """How people call it."""

    @property
    def content(self) -> str:
        """The content type of its documents."""

    def start(self, client: Any, plan: Any, entry: JournalEntry) -> str:
        """Ask once for a job; return its id.

        :param client: the service's own
        :param plan: one of the service's own
        :raises UncertainError: it may have been started, or may be later
        :raises EngineError: it was not
        """

    def listed(self, client: Client, name: str) -> list[State] | None:
        """Return the jobs whose names hold *name*; ``None``: the reply is broken."""

    def describe(self, client: Client, entry: JournalEntry) -> State:
        """Return what it says of a job.

        :raises NotThereError: it knows it no longer
        """

    def stop(self, client: Client, entry: JournalEntry) -> None:
        """Have a job stopped, if it has not ended by then."""

    def result_name(self, language: str, document: str) -> str:
        """Return the last part of the key of what became of a document."""

    def is_result(self, key: str) -> bool:
        """Tell whether an object under a job's folder is what became of a document."""

    def is_whole(self, data: bytes) -> bool:
        """Tell whether such an object is not cut off."""

    def failures(
        self,
        client: Client,
        entry: JournalEntry,
        language: str,
        found: Mapping[str, str],
        progress: Progress,
    ) -> list[str]:
        """Tell what the service counted; return the documents that it failed on.

        :param found: the keys of the job's objects, by their last parts
        """

    def explain(self, state: State) -> str:
        """Return why a job has ended without all results, without any of its texts."""

    def read(self, data: bytes, doing: str) -> Iterable[tuple[str, str]]:
        """Yield the keys of texts with what became of them.

        :raises EngineReplyError: the object cannot be read
        """
