"""Parallel data: what people translated, as the service learns from it.

It is uploaded as TMX, which can hold what CSV cannot: text that begins like a formula.
A source has one unit with all its languages: of several with one source the service
would take the last alone. Its name carries a hash of its content, so that the same
content is uploaded once.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from lxml import etree

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import (
    EngineError,
    EngineRejectedError,
    EngineUnavailableError,
)
from amts_sphinx.core.units import LanguagePair, State, TranslationUnit
from amts_sphinx.engine.amazon import leftovers, limits, markup
from amts_sphinx.engine.amazon.languages import service_code
from amts_sphinx.engine.aws.errors import ConflictError, LimitError, NotThereError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from amts_sphinx.engine.amazon.client import Client
    from amts_sphinx.engine.protocol import Progress

_STATES: Final = tuple(State)
#: States that end by themselves.
_PASSING: Final = frozenset({"CREATING", "UPDATING", "DELETING"})
#: Seconds before the second look at an import.
_FIRST_LOOK: Final = 0.5
#: Seconds between two lines on an import that goes on.
_MINUTE: Final = 60.0
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_HEADER: Final[dict[str, str]] = {
    "creationtool": "amts_sphinx",
    "creationtoolversion": "1",
    "segtype": "sentence",
    "o-tmf": "amts",
    "adminlang": "en",
    "datatype": "plaintext",
}


class ParallelDataFile(NamedTuple):
    """A file of pairs, and its name at the service."""

    name: str
    data: bytes
    #: Sources, each with all its languages: what the service counts.
    records: int
    #: Target language → translations.
    pairs: Mapping[str, int]


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
    data = _tmx(chosen)
    pairs = Counter(unit.pair.target for unit in chosen)
    digest = hashlib.sha256(data).hexdigest()[:16]
    name = "-".join((prefix, digest, chosen[0].pair.source, *sorted(pairs)))
    return ParallelDataFile(
        name[:256], data, len({unit.source for unit in chosen}), dict(pairs)
    )


def _tmx(units: Iterable[TranslationUnit]) -> bytes:
    """Return the file: a unit a source, with its translations into all languages."""
    records: dict[str, dict[str, str]] = defaultdict(dict)
    for unit in units:
        records[unit.source][unit.pair.target] = unit.target
        source_language = unit.pair.source
    tmx = etree.Element("tmx", version="1.4")
    etree.SubElement(tmx, "header", {**_HEADER, "srclang": source_language})
    body = etree.SubElement(tmx, "body")
    for source, targets in sorted(records.items()):
        tu = etree.SubElement(body, "tu")
        for tag, coded in ((source_language, source), *sorted(targets.items())):
            tuv = etree.SubElement(tu, "tuv", {_LANG: tag})
            etree.SubElement(tuv, "seg").text = inline_codes.unescape(coded)
    found: bytes = etree.tostring(tmx, encoding="UTF-8", xml_declaration=True)
    return found


def _plain(unit: TranslationUnit) -> TranslationUnit:
    """Return a unit without codes, on one line, with nothing but texts and state."""
    source, target = (
        inline_codes.escape(" ".join(inline_codes.plain(text).split()))
        for text in (unit.source, unit.target)
    )
    pair = LanguagePair(*map(service_code, unit.pair))
    return TranslationUnit(source, target, pair, unit.maker, unit.state)


def _fits(coded: str) -> bool:
    text = inline_codes.unescape(coded)
    size = len(text.encode("utf-8", "surrogatepass"))
    in_xml = markup.fits(text)
    return 0 < size <= limits.FIELD and in_xml and inline_codes.has_words(coded)


def _chosen(units: list[TranslationUnit]) -> TranslationUnit:
    counts = Counter(unit.target for unit in units)

    def rank(unit: TranslationUnit) -> tuple[object, ...]:
        return _STATES.index(unit.state), counts[unit.target], unit.target

    return max(units, key=rank)


def ensure(client: Client, data: ParallelDataFile, progress: Progress) -> None:
    """Have the service know *data*, and wait until it does.

    :raises EngineError: it does not take it
    """
    state = _settled(client, data.name, progress)
    if state and state.get("Status") == "FAILED":
        _delete(client, data.name)  # an earlier build's: this one may do better
        state = _settled(client, data.name, progress)
    if state is None:
        _upload(client, data, progress)
        progress(
            f"parallel data {data.name}: {_counts(data)} sent; waiting until the"
            " service has read them"
        )
        state = _settled(client, data.name, progress) or {}
        client.delete(_key(client, data))
    if state.get("Status") != "ACTIVE":
        _refuse(client, data, state)
    taken = int(state.get("ImportedRecordCount") or 0)
    if taken == 0:
        raise EngineRejectedError(
            f"Amazon Translate took none of the {data.records} sources of the parallel"
            f" data {data.name}; see its messages in the AWS console"
        )
    if taken < data.records:
        failed, skipped = (
            int(state.get(f"{kind}RecordCount") or 0) for kind in ("Failed", "Skipped")
        )
        progress(
            f"parallel data {data.name}: {taken} of {data.records} sources taken,"
            f" {failed} failed, {skipped} skipped"
        )


def _counts(data: ParallelDataFile) -> str:
    """Return how many examples there are of each language."""
    pairs = (f"{count} into {tag}" for tag, count in sorted(data.pairs.items()))
    return f"{data.records} sources ({', '.join(pairs)})"


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


def _upload(client: Client, data: ParallelDataFile, progress: Progress) -> None:
    """Have the service read *data*, unless another build has it do so meanwhile.

    :raises EngineError: it does not
    """
    client.put(_key(client, data), data.data, "text/xml")
    clock = client.clock
    end = clock.now() + client.patience
    pause = _FIRST_LOOK
    while True:
        try:
            _create(client, data)
        except ConflictError:
            return  # of this name, which says what is in it
        except LimitError as exc:
            # The wait for others' imports is as long as they take.
            room = _make_room(client, progress)
            if room:
                end = clock.now() + client.patience
            if room is None or clock.now() + pause > end:
                raise EngineUnavailableError(f"{exc}: {_crowd(client)}") from exc
            clock.pause(pause)
            pause = min(2 * pause, client.options.poll)
        except EngineError:
            if _find(client, data.name) is None:
                raise
            return  # only its reply was lost
        else:
            return


def _create(client: Client, data: ParallelDataFile) -> None:
    options = client.options
    config = {"S3Uri": f"s3://{options.bucket}/{_key(client, data)}", "Format": "TMX"}
    extra: dict[str, Any] = {}
    if options.kms_key:
        extra["EncryptionKey"] = {"Type": "KMS", "Id": options.kms_key}
    client.translate(
        "create_parallel_data",
        f"create the parallel data {data.name}",
        waits=True,
        Name=data.name,
        Description=leftovers.mark(client),
        ParallelDataConfig=config,
        **extra,
    )


def _make_room(client: Client, progress: Progress) -> bool | None:
    """Look which limit is reached, and do something about it.

    It may be that one import runs at a time, or that there are a thousand already.

    :returns: whether something was done; ``None`` if nobody can
    """
    everything = leftovers.parallel_data(client)
    for each in everything:
        if each.status in _PASSING:
            progress(f"the service is busy with the {each}; waiting for it")
            _settled(client, each.name, progress)
            return True
    if len(everything) < limits.PARALLEL_DATA:
        return False  # the import that was in the way has just ended
    old = leftovers.unused(client, everything, ())
    return True if leftovers.remove(client, old, progress) else None


def _crowd(client: Client) -> str:
    everything = leftovers.parallel_data(client)
    ours = sum(each.ours for each in everything)
    return (
        f"there are {len(everything)} parallel data in this region, {ours} of them of"
        " this book; remove some, or ask AWS for more"
    )


def _settled(client: Client, name: str, progress: Progress) -> dict[str, Any] | None:
    """Wait until nothing happens to the parallel data *name*, and return its state.

    :returns: ``None`` if it is not there, or no longer
    """
    options, clock = client.options, client.clock
    began = told = clock.now()
    pause = min(_FIRST_LOOK, options.poll)
    while True:
        state = _find(client, name)
        status = str(state.get("Status")) if state else ""
        if status not in _PASSING:
            return state
        now = clock.now()
        if now > began + options.hours * 3600:
            raise EngineUnavailableError(
                f"the parallel data {name} is not active after {options.hours} h"
            )
        if now >= told + _MINUTE:
            progress(
                f"parallel data {name}: {status.lower()}, {(now - began) / 60:.0f} min"
            )
            told = now
        clock.pause(max(_FIRST_LOOK, min(pause, told + _MINUTE - now)))
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
