"""Get models from a server: Mozilla's own, a copy of it, or a folder that is served.

A server of Mozilla's kind (Remote Settings) answers at ``/v1/`` where its files are,
and lists them as records of the collection ``translations-models-v2``. A folder has the
same list in ``records.json``, and the files beside it. Every file is checked against
size and SHA-256 of its record before it is used.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core import atomic
from amts_sphinx.core.errors import (
    EngineUnavailableError,
    InterchangeError,
    LanguagePairError,
)
from amts_sphinx.core.languages import closest, name_language
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.firefox.models import PIVOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

#: Where Mozilla keeps the models for Firefox; not meant for others' services.
MOZILLA: Final = "https://firefox.settings.services.mozilla.com"
#: The licence of Mozilla's models.
LICENCE: Final = "MPL-2.0"
#: The list of files in a folder of models.
INDEX: Final = "records.json"
_COLLECTION: Final = "buckets/main/collections/translations-models-v2/records"
#: The versions of models that the library can run.
_VERSION: Final = re.compile(r"3\.(\d+)(?:[.a].*)?")
#: The files of a model, in the two forms that there are; nothing else is needed.
_WHOLE: Final = ({"model", "vocab"}, {"model", "srcvocab", "trgvocab"})
_ARCHITECTURES: Final = ("tiny", "base", "base-memory")
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_MEGABYTE: Final = 2**20
#: No file of a model is larger than this.
_LARGEST: Final = 500 * _MEGABYTE
_SECONDS: Final = 60
_NAME: Final = re.compile(r"[\w.\-]+")


@dataclass(frozen=True)
class RemoteFile:
    """One file of a model, as a server lists it."""

    name: str
    kind: str
    #: Where it is, under the server's base.
    location: str
    #: Bytes and SHA-256 of what is sent, which may be packed.
    sent_size: int
    sent_hash: str
    #: Bytes and SHA-256 of the file itself.
    size: int
    hash: str


@dataclass(frozen=True)
class RemoteModel:
    """A model that a server has."""

    pair: LanguagePair
    version: str
    architecture: str
    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(file.size for file in self.files)

    @property
    def sent_size(self) -> int:
        """Bytes that are sent for it."""
        return sum(file.sent_size for file in self.files)


class Server:
    """Where models come from."""

    def __init__(self, url: str = MOZILLA) -> None:
        """Take the address of a server, or that of the list of a folder.

        :raises EngineUnavailableError: it is no address of the web
        """
        if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
            raise EngineUnavailableError(
                f"{url!r} is no address of a server: it must begin with https://"
            )
        self.url = url.rstrip("/")

    def models(self) -> list[RemoteModel]:
        """Return the models that the library can run, the newest of each pair.

        :raises EngineUnavailableError: the server does not answer as it should
        """
        listed = self.url.endswith(".json")
        where = self.url if listed else f"{self.url}/v1/{_COLLECTION}"
        said = self._json(where)
        try:
            found = list(_models(said["data"]))
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise EngineUnavailableError(
                f"{where} is no list of models: {exc!r}"
            ) from exc
        if not found:
            raise EngineUnavailableError(f"{where} lists no model that can be run")
        return found

    def fetch(self, file: RemoteFile) -> bytes:
        """Return a file, unpacked and checked.

        :raises EngineUnavailableError: it cannot be had, or is not what was promised
        """
        url = urllib.parse.urljoin(self._base, file.location)
        sent = self._get(url, file.sent_size)
        _check(url, sent, file.sent_size, file.sent_hash)
        data = _unpacked(url, sent, file.size) if sent.startswith(_ZSTD) else sent
        _check(url, data, file.size, file.hash)
        return data

    @property
    def _base(self) -> str:
        if self.url.endswith(".json"):
            return self.url
        said = self._json(f"{self.url}/v1/")
        try:
            base = str(said["capabilities"]["attachments"]["base_url"])
        except (KeyError, TypeError) as exc:
            raise EngineUnavailableError(
                f"{self.url}/v1/ does not say where its files are"
            ) from exc
        return base if base.endswith("/") else f"{base}/"

    def _json(self, url: str) -> Any:
        try:
            return json.loads(self._get(url, _LARGEST))
        except (ValueError, RecursionError) as exc:
            raise EngineUnavailableError(f"{url} does not answer in JSON") from exc

    def _get(self, url: str, most: int) -> bytes:
        """Return what is at an address, up to a byte more than expected."""
        if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
            raise EngineUnavailableError(f"{url!r} is no address of the web")
        request = urllib.request.Request(  # noqa: S310 - its scheme was looked at
            url, headers={"User-Agent": "amts_sphinx"}
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
                return bytes(answer.read(min(most, _LARGEST) + 1))
        except (OSError, ValueError, HTTPException) as exc:
            why = getattr(exc, "reason", None) or repr(exc)
            raise EngineUnavailableError(f"{url} cannot be read: {why}") from exc


def choose(models: Sequence[RemoteModel], pair: LanguagePair) -> list[RemoteModel]:
    """Return the model for *pair*, or the two by way of English.

    :raises LanguagePairError: there is neither
    """
    direct = _nearest(models, *pair)
    if direct:
        return [direct]
    legs = _nearest(models, pair.source, PIVOT), _nearest(models, PIVOT, pair.target)
    if legs[0] and legs[1]:
        return [legs[0], legs[1]]
    known = sorted({tag for model in models for tag in model.pair})
    raise LanguagePairError(
        f"there is no model for {pair}; there are models for {', '.join(known)}"
    )


def keep(server: Server, model: RemoteModel, folder: Path) -> Path:
    """Get a model into *folder*, all of it or nothing; return its own folder.

    :raises EngineUnavailableError: a file cannot be had, or cannot be written
    """
    home = folder / "-".join(model.pair)
    contents = [(file, server.fetch(file)) for file in model.files]
    try:
        home.mkdir(parents=True, exist_ok=True)
        for file, data in contents:
            with atomic.replacing(home / file.name) as stream:
                stream.write(data)
        _clear(home, {file.name for file in model.files})
        _list(folder, model)
    except (OSError, InterchangeError) as exc:
        raise EngineUnavailableError(f"{home} cannot be written: {exc}") from exc
    return home


def _clear(home: Path, names: set[str]) -> None:
    """Delete files of a former version, which would be taken for the model's."""
    for path in home.iterdir():
        if path.suffix in {".bin", ".spm"} and path.name not in names:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()


def _list(folder: Path, model: RemoteModel) -> None:
    """Put a model on the folder's list, so that it can be served."""
    path = folder / INDEX
    try:
        said = json.loads(path.read_text("utf-8"))["data"]
    except (OSError, ValueError, KeyError, TypeError):
        said = []
    source, target = model.pair
    others = [
        record
        for record in said
        if (record.get("sourceLanguage"), record.get("targetLanguage"))
        != (source, target)
    ]
    for file in model.files:
        where = f"{source}-{target}/{file.name}"
        sent = {"hash": file.hash, "size": file.size, "location": where}
        others.append(
            {
                "name": file.name,
                "fileType": file.kind,
                "sourceLanguage": source,
                "targetLanguage": target,
                "version": model.version,
                "architecture": model.architecture,
                "decompressedHash": file.hash,
                "decompressedSize": file.size,
                "attachment": sent,
            }
        )
    with atomic.replacing(path) as stream:
        stream.write(json.dumps({"data": others}, indent=1).encode())


def _models(records: Iterable[Any]) -> list[RemoteModel]:
    """Return the best model of each pair."""
    groups: dict[tuple[LanguagePair, str, str, str], dict[str, RemoteFile]] = {}
    for record in records:
        version = str(record["version"])
        if not _VERSION.fullmatch(version):
            continue
        tags = (record["sourceLanguage"], record["targetLanguage"])
        pair = LanguagePair(*(name_language(str(tag)).tag for tag in tags))
        architecture = str(record.get("architecture") or "")
        rule = str(record.get("filter_expression") or "")
        files = groups.setdefault((pair, rule, version, architecture), {})
        files[str(record["fileType"])] = _file(record)
    best: dict[LanguagePair, tuple[tuple[object, ...], RemoteModel]] = {}
    for (pair, rule, version, architecture), files in groups.items():
        needed = next((kinds for kinds in _WHOLE if kinds <= files.keys()), None)
        if needed is None:
            continue
        found = tuple(files[kind] for kind in sorted(needed))
        size = (
            _ARCHITECTURES.index(architecture) if architecture in _ARCHITECTURES else -1
        )
        minor = _VERSION.fullmatch(version)
        # What everybody gets comes before what is for some; then the larger, the newer.
        worth = (not rule, size, int(minor[1]) if minor else 0)
        model = RemoteModel(pair, version, architecture, found)
        if pair not in best or best[pair][0] < worth:
            best[pair] = (worth, model)
    return [model for _, model in best.values()]


def _file(record: Any) -> RemoteFile:
    sent = record["attachment"]
    name = str(record["name"])
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise ValueError(f"no name of a file: {name!r}")
    size, sent_size = int(record["decompressedSize"]), int(sent["size"])
    if not (0 < size <= _LARGEST and 0 < sent_size <= _LARGEST):
        raise ValueError(f"{name} is too large")
    return RemoteFile(
        name,
        str(record["fileType"]),
        str(sent["location"]),
        sent_size,
        str(sent["hash"]),
        size,
        str(record["decompressedHash"]),
    )


def _nearest(
    models: Iterable[RemoteModel], source: str, target: str
) -> RemoteModel | None:
    found = [
        model
        for model in models
        if closest(source, [model.pair.source]) and closest(target, [model.pair.target])
    ]
    exact = LanguagePair(source, target)
    return min(found, key=lambda m: (m.pair != exact, m.pair), default=None)


def _check(url: str, data: bytes, size: int, digest: str) -> None:
    """Refuse what is not what the list says.

    :raises EngineUnavailableError: size or hash differ
    """
    if len(data) != size:
        found = "more" if len(data) > size else f"{len(data):,}"
        raise EngineUnavailableError(f"{url} has {found} bytes, not {size:,}")
    if hashlib.sha256(data).hexdigest() != digest.lower():
        raise EngineUnavailableError(
            f"{url} is not the file that the list promises: its SHA-256 differs"
        )


def _unpacked(url: str, data: bytes, size: int) -> bytes:
    try:
        import zstandard
    except ImportError as exc:
        raise EngineUnavailableError(
            "models are packed with zstandard; pip install './amts_sphinx[firefox]'"
        ) from exc
    try:
        # No more is unpacked than is promised.
        with zstandard.ZstdDecompressor().stream_reader(data) as stream:
            return bytes(stream.read(size + 1))
    except zstandard.ZstdError as exc:
        raise EngineUnavailableError(f"{url} cannot be unpacked: {exc}") from exc
