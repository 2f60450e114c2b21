"""The journal: what was asked of the service, written down before it is asked.

Each job has a file of its own, ``<name>.json``, and a folder for its results. A file is
replaced as a whole and synced to the disk, so that a build that is killed at any moment
leaves either the former state or the next. Names and hashes stand in it, no texts; the
results do hold texts, like the memory beside which they are kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from amts_sphinx.core import atomic
from amts_sphinx.core.errors import EngineError, EngineUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What is happening to a job.
INTENDED: Final = "intended"
STARTED: Final = "started"
#: It has ended, and its results are in the bucket.
ENDED: Final = "ended"
#: Its results are here.
FETCHED: Final = "fetched"
#: It has ended without any.
FAILED: Final = "failed"
#: Days that results are kept after they were fetched: by then the memory has them.
_KEPT: Final = 30
#: Seconds that another build may need to start its jobs.
_PATIENCE: Final = 3600


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One job."""

    #: The job's name at the service, and the last part of its place in the bucket.
    name: str
    source: str
    targets: tuple[str, ...]
    #: What must be equal for its results to be of use: see ``Plan.use``.
    use: str
    profile: str
    region: str
    bucket: str
    #: The account that must own the bucket; may be empty.
    owner: str
    prefix: str
    #: Under which all of it is in the bucket; ends with a slash.
    folder: str
    #: The keys of the segments in each document, by the document's name.
    documents: dict[str, list[str]]
    #: Bytes of each document.
    sizes: dict[str, int]
    characters: int
    state: str = INTENDED
    #: The service's; empty until it has told.
    job_id: str = ""
    message: str = ""
    #: Seconds since the epoch.
    changed: float = 0.0
    #: The documents that the service has tried, by language; ``None``: all.
    tried: dict[str, list[str]] | None = None

    def keys(self) -> set[str]:
        """Return the keys of all its segments."""
        return {key for keys in self.documents.values() for key in keys}

    def tried_keys(self, language: str) -> set[str]:
        """Return the keys of the segments that the service has tried."""
        if self.tried is None:
            return self.keys()
        documents = self.tried.get(language, ())
        return {key for name in documents for key in self.documents.get(name, ())}


def key_of(source: str) -> str:
    """Return what names a coded text: 20 hexadecimal digits of its SHA-256."""
    data = source.encode("utf-8", "surrogatepass")
    return hashlib.sha256(data).hexdigest()[:20]


class Journal:
    """The jobs that are kept in one folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        #: What was read of each file, with its date and size then.
        self._read: dict[Path, tuple[tuple[int, int], JournalEntry]] = {}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other builds from starting jobs meanwhile.

        :raises EngineUnavailableError: another build has kept it for an hour
        """
        self.home.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.home / "lock", timeout=_PATIENCE):
                yield
        except Timeout as exc:
            raise EngineUnavailableError(
                f"another build has kept {self.home / 'lock'} for an hour; see to it"
            ) from exc

    def entries(self) -> list[JournalEntry]:
        """Return all jobs, by name.

        :raises EngineError: a file of the journal is damaged
        """
        return [self._entry(path) for path in sorted(self.home.glob("*.json"))]

    def _entry(self, path: Path) -> JournalEntry:
        now = path.stat()
        version = now.st_mtime_ns, now.st_size
        known = self._read.get(path)
        if known is None or known[0] != version:
            known = self._read[path] = (version, _read(path))
        return known[1]

    def find(self, name: str) -> JournalEntry | None:
        """Return the job *name*, if it is known."""
        path = self.home / f"{name}.json"
        return self._entry(path) if path.exists() else None

    def write(self, entry: JournalEntry, **changes: object) -> JournalEntry:
        """Keep *entry* with *changes*, on the disk before this returns."""
        self.home.mkdir(parents=True, exist_ok=True)
        entry = replace(entry, **{**changes, "changed": time.time()})  # type: ignore[arg-type]
        _store(self.home / f"{entry.name}.json", dump(entry))
        return entry

    def drop(self, entry: JournalEntry) -> None:
        """Forget a job and its results."""
        shutil.rmtree(self.home / entry.name, ignore_errors=True)
        (self.home / f"{entry.name}.json").unlink(missing_ok=True)

    def tidy(self) -> None:
        """Forget what was fetched long ago."""
        for entry in self.entries():
            age = time.time() - entry.changed
            if entry.state in {FETCHED, FAILED} and age > _KEPT * 86400:
                self.drop(entry)

    def keep(
        self, entry: JournalEntry, language: str, document: str, data: bytes
    ) -> None:
        """Keep the result of a document in one language."""
        folder = self.home / entry.name
        folder.mkdir(parents=True, exist_ok=True)
        _store(folder / f"{language}.{document}", data)

    def result(self, entry: JournalEntry, language: str, document: str) -> bytes | None:
        """Return the result of a document, if it was kept."""
        try:
            return Path(self.home, entry.name, f"{language}.{document}").read_bytes()
        except FileNotFoundError:
            return None


def dump(entry: JournalEntry) -> bytes:
    """Return a job as it is written down."""
    return json.dumps(asdict(entry), indent=1, sort_keys=True).encode()


def parse(data: bytes) -> JournalEntry:
    """Return a job as it was written down.

    :raises ValueError: it is no job
    :raises TypeError: it is no job
    :raises KeyError: it is no job
    """
    said = json.loads(data)
    said["targets"] = tuple(said["targets"])
    return JournalEntry(**said)


def _read(path: Path) -> JournalEntry:
    try:
        return parse(path.read_bytes())
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise EngineError(
            f"{path} is no journal of a job ({type(exc).__name__}); move it away. If"
            " its job is running, a build of the unchanged book finds it by its name"
        ) from exc


def _store(path: Path, data: bytes) -> None:
    """Write a file as a whole, and have it on the disk."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    with draft.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    atomic.move(draft, path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
