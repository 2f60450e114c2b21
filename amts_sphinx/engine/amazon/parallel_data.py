"""Parallel data: what people translated, as the service learns from it.

It is uploaded as TMX, which can hold what CSV cannot: text that begins like a formula.
Its name carries a hash of its content, so that the same content is uploaded once.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import (
    EngineError,
    EngineRejectedError,
    EngineUnavailableError,
)
from amts_sphinx.core.units import LanguagePair, State, TranslationUnit
from amts_sphinx.engine.amazon import limits
from amts_sphinx.engine.amazon.errors import NotThereError
from amts_sphinx.engine.amazon.languages import service_code
from amts_sphinx.formats import tmx

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amts_sphinx.engine.amazon.client import Client
    from amts_sphinx.engine.protocol import Progress

_STATES: Final = tuple(State)
#: States that end by themselves.
_PASSING: Final = frozenset({"CREATING", "UPDATING", "DELETING"})
#: Seconds before the second look at an import.
_FIRST_LOOK: Final = 0.5


class ParallelDataFile(NamedTuple):
    """A file of pairs, and its name at the service."""

    name: str
    data: bytes
    pairs: int


def usable(units: Iterable[TranslationUnit]) -> bool:
    """Tell whether there is anything that the service takes among *units*."""
    return any(_fits(each.source) and _fits(each.target) for each in map(_plain, units))


def pack(units: Iterable[TranslationUnit], prefix: str) -> ParallelDataFile | None:
    """Return the *units* that the service takes; ``None`` if it takes none.

    Of several translations of one source that of the highest state is taken, then the
    commonest. Codes are left out: to the service they would be text.

    :param units: of one source language, and of people
    :param prefix: what the names of this book begin with
    """
    best: dict[tuple[LanguagePair, str], list[TranslationUnit]] = {}
    for unit in units:
        plain = _plain(unit)
        if all(_fits(text) for text in (plain.source, plain.target)):
            best.setdefault((plain.pair, plain.source), []).append(plain)
    chosen = [_chosen(each) for each in best.values()]
    if not chosen:
        return None
    source = chosen[0].pair.source
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pairs.tmx")
        tmx.write(path, chosen, source_language=source)
        data = path.read_bytes()
    targets = sorted({unit.pair.target for unit in chosen})
    digest = hashlib.sha256(data).hexdigest()[:16]
    name = "-".join((prefix, digest, source, *targets))
    return ParallelDataFile(name[:256], data, len(chosen))


def _plain(unit: TranslationUnit) -> TranslationUnit:
    """Return a unit without codes, on one line, with nothing but texts and state."""
    source, target = (
        inline_codes.escape(" ".join(inline_codes.plain(text).split()))
        for text in (unit.source, unit.target)
    )
    pair = LanguagePair(*map(service_code, unit.pair))
    return TranslationUnit(source, target, pair, unit.maker, unit.state)


def _fits(coded: str) -> bool:
    size = len(inline_codes.unescape(coded).encode("utf-8", "surrogatepass"))
    return 0 < size <= limits.FIELD and inline_codes.has_words(coded)


def _chosen(units: list[TranslationUnit]) -> TranslationUnit:
    counts = Counter(unit.target for unit in units)

    def rank(unit: TranslationUnit) -> tuple[object, ...]:
        return _STATES.index(unit.state), counts[unit.target], unit.target

    return max(units, key=rank)


def ensure(client: Client, data: ParallelDataFile, progress: Progress) -> None:
    """Have the service know *data*, and wait until it does.

    :raises EngineError: it does not take it
    """
    state = _settled(client, data.name)
    if state and state.get("Status") == "FAILED":
        _delete(client, data.name)  # an earlier build's: this one may do better
        state = _settled(client, data.name)
    if state is None:
        _upload(client, data)
        progress(
            f"parallel data {data.name}: {data.pairs} pairs sent; waiting until the"
            " service has read them"
        )
        state = _settled(client, data.name) or {}
        client.delete(_key(client, data))
    if state.get("Status") != "ACTIVE":
        _refuse(client, data, state)
    taken = int(state.get("ImportedRecordCount") or 0)
    if taken == 0:
        raise EngineRejectedError(
            f"Amazon Translate took none of the {data.pairs} pairs of the parallel data"
            f" {data.name}; see its messages in the AWS console"
        )
    if taken < data.pairs:
        failed, skipped = (
            int(state.get(f"{kind}RecordCount") or 0) for kind in ("Failed", "Skipped")
        )
        progress(
            f"parallel data {data.name}: {taken} of {data.pairs} pairs taken,"
            f" {failed} failed, {skipped} skipped"
        )


def _find(client: Client, name: str) -> dict[str, Any] | None:
    """Return what the service says of the parallel data *name*, if it is there."""
    try:
        return _state(client, name)
    except NotThereError:
        return None


def _state(client: Client, name: str) -> dict[str, Any]:
    reply = client.translate(
        "get_parallel_data",
        f"look at the parallel data {name}",
        needs=["ParallelDataProperties"],
        Name=name,
    )
    found: dict[str, Any] = reply["ParallelDataProperties"]
    return found


def _key(client: Client, data: ParallelDataFile) -> str:
    """Return where *data* is in the bucket until the service has read it."""
    return f"{client.options.prefix}/parallel-data/{data.name}.tmx"


def _upload(client: Client, data: ParallelDataFile) -> None:
    options = client.options
    key = _key(client, data)
    client.put(key, data.data, "text/xml")
    config = {"S3Uri": f"s3://{options.bucket}/{key}", "Format": "TMX"}
    extra: dict[str, Any] = {}
    if options.kms_key:
        extra["EncryptionKey"] = {"Type": "KMS", "Id": options.kms_key}
    try:
        client.translate(
            "create_parallel_data",
            f"create the parallel data {data.name}",
            waits=True,
            Name=data.name,
            ParallelDataConfig=config,
            **extra,
        )
    except EngineError:
        # Its reply may be lost, or another build may have been faster.
        if _find(client, data.name) is None:
            raise


def _settled(client: Client, name: str) -> dict[str, Any] | None:
    """Wait until nothing happens to the parallel data *name*, and return its state.

    :returns: ``None`` if it is not there, or no longer
    """
    options = client.options
    end = time.monotonic() + options.hours * 3600
    pause = min(_FIRST_LOOK, options.poll)
    while True:
        state = _find(client, name)
        if state is None or state.get("Status") not in _PASSING:
            return state
        if time.monotonic() > end:
            raise EngineUnavailableError(
                f"the parallel data {name} is not active after {options.hours} h"
            )
        time.sleep(pause * random.uniform(0.8, 1.0))
        pause = min(1.5 * pause, options.poll)


def _refuse(client: Client, data: ParallelDataFile, state: dict[str, Any]) -> NoReturn:
    """Tell why the service did not take *data*, and make way for another try."""
    if state:
        _delete(client, data.name)
    status = state.get("Status", "gone")
    why = state.get("Message") or "no reason given"
    raise EngineRejectedError(
        f"Amazon Translate refused the parallel data {data.name}: {status}, {why}"
    )


def _delete(client: Client, name: str) -> None:
    client.translate(
        "delete_parallel_data",
        f"delete the parallel data {name}",
        waits=True,
        Name=name,
    )
