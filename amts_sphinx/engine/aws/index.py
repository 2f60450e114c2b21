"""What the bucket says of jobs: written for whoever builds the book next, anywhere.

Each job has an object of its own, which says as much as the journal does: names and
hashes, no texts. Results stay in the bucket beside it, so that a build without a
journal takes them, and pays for nothing. What the bucket says is not trusted.
"""

from __future__ import annotations

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import EngineError, EngineUnavailableError
from amts_sphinx.engine.aws import journal as journals
from amts_sphinx.engine.aws.errors import ConflictError, NotThereError
from amts_sphinx.engine.aws.journal import JournalEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from amts_sphinx.engine.aws.client import Client, StoredObject
    from amts_sphinx.engine.aws.journal import Journal
    from amts_sphinx.engine.aws.service import Options, Plan
    from amts_sphinx.engine.protocol import Progress

#: Bytes of what is said of a job, and of a lock.
_MOST: Final = 50_000_000
_LOCK_MOST: Final = 1_000
_JSON: Final = "application/json"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}")
_DOCUMENT: Final = re.compile(r"\d{1,8}\.[a-z]{1,8}")
_STATES: Final = (
    journals.INTENDED,
    journals.STARTED,
    journals.ENDED,
    journals.FAILED,
)
#: Seconds after which a lock that nobody renews is nobody's.
LEASE: Final = 60.0
#: Seconds between two renewals, and between two looks at another's lock.
_RENEWAL: Final = 15.0
_LOOK: Final = 2.0
#: Seconds between two lines while it is waited for.
_MINUTE: Final = 60.0


def entry_of(
    plan: Plan,
    client: Client,
    digest: str,
    pair: tuple[str, Sequence[str]],
    characters: int,
) -> JournalEntry:
    """Return how the journal notes a job that is to be.

    :param digest: a hash of the plan, of which the name is made
    :param pair: the source and the targets
    :param characters: that are sent
    """
    options = client.options
    name = f"{options.prefix}-{digest[:16]}"
    source, targets = pair
    return JournalEntry(
        name=name,
        source=source,
        targets=tuple(targets),
        use=plan.use,
        profile=options.profile,
        region=client.region,
        bucket=options.bucket,
        owner=options.owner,
        prefix=options.prefix,
        folder=folder_of(options, name),
        documents={
            document: [journals.key_of(text) for text in texts]
            for document, texts in plan.documents.items()
        },
        sizes={document: len(plan.data(document)) for document in plan.documents},
        characters=characters,
    )


def folder_of(options: Options, name: str) -> str:
    """Return under which the documents and results of the job *name* are."""
    return f"{options.prefix}/jobs/{name}/"


def place_of(client: Client, use: str = "") -> str:
    """Return under which the bucket tells of the jobs of one use, or of all."""
    return f"{client.options.prefix}/index/{use + '/' if use else ''}"


def key_of(client: Client, entry: JournalEntry) -> str:
    """Return where the bucket tells of a job."""
    return f"{place_of(client, entry.use)}{entry.name}.json"


def write(client: Client, entry: JournalEntry) -> None:
    """Tell of a job; not of one of 0.1, whose results are where others do not look."""
    if entry.folder != folder_of(client.options, entry.name):
        return
    # What is here alone is nobody else's business.
    state = journals.ENDED if entry.state == journals.FETCHED else entry.state
    said = replace(entry, state=state, profile="", changed=0.0)
    client.put(key_of(client, entry), journals.dump(said), _JSON)


def drop(client: Client, entry: JournalEntry) -> None:
    """Tell of a job no more."""
    client.delete(key_of(client, entry))


def sync(client: Client, journal: Journal, use: str = "") -> None:
    """Have *journal* know what the bucket says of the jobs of one use, or of all.

    :raises EngineUnavailableError: the bucket cannot be reached
    """
    wanted = []
    for key in client.keys(place_of(client, use)):
        name = key.rpartition("/")[2].removesuffix(".json")
        known = journal.find(name) if _NAME.fullmatch(name) else None
        # What is said of a job that has ended does not change.
        if known is None or known.state in {journals.INTENDED, journals.STARTED}:
            wanted.append((key, name))
    if not wanted:
        return
    client.connect()
    with ThreadPoolExecutor(client.options.requests) as pool:
        found = pool.map(lambda each: read(client, *each), wanted)
        for entry in filter(None, found):
            known = journal.find(entry.name)
            if use in {"", entry.use} and (known is None or _is_news(known, entry)):
                journal.write(entry)


def _is_news(known: JournalEntry, said: JournalEntry) -> bool:
    here = known.state == journals.FETCHED
    return not here and _STATES.index(said.state) > _STATES.index(known.state)


def read(client: Client, key: str, name: str) -> JournalEntry | None:
    """Return a job that the bucket tells of; ``None`` if it is none of ours."""
    options = client.options
    try:
        entry = journals.parse(client.get(key, _MOST).data)
        if not _is_sound(entry) or entry.name != name:
            return None
    except (NotThereError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return replace(
        entry,
        profile=options.profile,
        region=client.region,
        bucket=options.bucket,
        owner=options.owner,
        prefix=options.prefix,
        folder=folder_of(options, entry.name),
    )


def _is_sound(entry: JournalEntry) -> bool:
    """Tell whether what the bucket says can be used, and harms nobody."""
    names = (entry.name, *entry.targets)
    texts: tuple[object, ...] = (entry.source, entry.use, entry.job_id, entry.message)
    keys: set[object] = {*entry.keys()}
    sizes: list[object] = [entry.characters, *entry.sizes.values()]
    return (
        all(_NAME.fullmatch(name) for name in names)
        and all(isinstance(text, str) for text in (*texts, *keys))
        and all(isinstance(size, int) for size in sizes)
        and entry.state in _STATES
        and entry.documents.keys() == entry.sizes.keys()
        and all(_DOCUMENT.fullmatch(name) for name in entry.documents)
        and all(entry.tried_keys(target) <= keys for target in entry.targets)
    )


class Lock:
    """A lock in the bucket, as long as it is held."""

    def __init__(self, client: Client, use: str) -> None:
        self._client = client
        self._key = f"{client.options.prefix}/lock/{use}"
        self._token = uuid.uuid4().hex
        self._etag = ""
        self._over = Event()
        self._thread: Thread | None = None

    def take(self, progress: Progress) -> None:
        """Take it, after whoever has it now; from one who is gone, by force."""
        client, clock = self._client, self._client.clock
        seen: StoredObject | None = None
        told: float | None = None
        since = clock.now()
        while True:
            condition = {"IfNoneMatch": "*"}
            if seen and clock.now() >= since + LEASE:
                condition = {"IfMatch": seen.etag}
            try:
                self._etag = client.put(self._key, self._body(0), _JSON, **condition)
            except (ConflictError, NotThereError):
                pass
            else:
                break
            now = self._look()
            if now and self._is_ours(now):
                self._etag = now.etag
                break  # only the reply was lost
            if now and (told is None or clock.now() >= told + _MINUTE):
                progress("another build is starting a job; waiting for it")
                told = clock.now()
            if now != seen:
                seen, since = now, clock.now()
            clock.pause(_LOOK)
        self._thread = Thread(target=self._renew, daemon=True)
        self._thread.start()

    def _body(self, renewal: int) -> bytes:
        return json.dumps({"holder": self._token, "renewal": renewal}).encode()

    def _is_ours(self, now: StoredObject) -> bool:
        return self._token.encode() in now.data

    def _look(self) -> StoredObject | None:
        try:
            return self._client.get(self._key, _LOCK_MOST)
        except NotThereError:
            return None

    def _renew(self) -> None:
        client = self._client.impatient()
        renewal = 0
        while not self._over.wait(_RENEWAL):
            renewal += 1
            with suppress(EngineError):
                body, condition = self._body(renewal), {"IfMatch": self._etag}
                try:
                    self._etag = client.put(self._key, body, _JSON, **condition)
                except ConflictError:
                    now = self._look()
                    if now and self._is_ours(now):
                        self._etag = now.etag

    def check(self) -> None:
        """Make sure that it is still ours.

        :raises EngineUnavailableError: another build has taken it
        """
        now = self._look()
        if not (now and self._is_ours(now)):
            raise EngineUnavailableError(
                "the bucket was out of reach, and another build has gone on meanwhile;"
                " build again"
            )

    def release(self) -> None:
        """Let others have it."""
        self._over.set()
        if self._thread:
            self._thread.join()
        client = self._client.impatient()
        # If it cannot be taken away now, it is nobody's in a minute.
        with suppress(EngineError):
            self.check()
            client.delete(self._key)


@contextmanager
def locked(client: Client, use: str, progress: Progress) -> Iterator[Lock]:
    """Keep other computers from starting jobs of one use meanwhile.

    :raises EngineUnavailableError: the bucket cannot be reached
    """
    lock = Lock(client, use)
    lock.take(progress)
    try:
        yield lock
    finally:
        lock.release()
