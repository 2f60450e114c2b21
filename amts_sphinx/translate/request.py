"""Ask an engine, and take only what is sound.

A target whose codes are damaged is mended by the rules of
:mod:`amts_sphinx.translate.repair`; failing that it is asked
for in a simpler form, once; failing that it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import EngineError, EnginePartialError, EngineReplyError
from amts_sphinx.core.units import Finding, Severity, State
from amts_sphinx.engine.protocol import makes_drafts
from amts_sphinx.translate import repair

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from amts_sphinx.core.units import Code, LanguagePair, Segment
    from amts_sphinx.engine.protocol import Engine


@dataclass(slots=True)
class EngineReply:
    """What came of asking: for each key a sound target and its state, or a refusal."""

    targets: dict[str, tuple[str, State]] = field(default_factory=dict)
    #: For each key without a target, why; unless the engine failed meanwhile.
    refusals: dict[str, Finding] = field(default_factory=dict)
    #: What else a person should look at: targets in pieces.
    findings: list[Finding] = field(default_factory=list)
    #: Characters sent, codes included.
    characters: int = 0
    requests: int = 0
    #: Why the engine was not asked to the end, though it said all of the above.
    failure: EngineError | None = None


def ask(
    engine: Engine, segments: Mapping[str, Segment], pair: LanguagePair
) -> EngineReply:
    """Ask *engine* for the targets of *segments*, all of them at once.

    :param segments: distinct segments by any key
    :raises EngineError: the engine failed, or broke its promise of one reply for each
    """
    reply = EngineReply()
    raw = _send(engine, [s.source for s in segments.values()], pair, reply)
    refused: dict[str, str] = {}
    state = State.DRAFT if makes_drafts(engine) else State.MACHINE
    for key, segment in segments.items():
        if segment.source not in raw:
            continue  # the engine failed before it came to this one
        target = raw[segment.source]
        if target is None:
            reply.refusals[key] = untranslated(segment)
            continue
        sound, fault = _mended(segment.source, target, segment.codes)
        if fault:
            refused[key] = fault
        else:
            reply.targets[key] = (sound, state)
    if refused and not reply.failure:
        _ask_simpler(engine, {key: segments[key] for key in refused}, pair, reply)
        for key, fault in refused.items():
            finding = refusal(segments[key], fault, saved=key in reply.targets)
            if key in reply.targets:
                reply.findings.append(finding)
            else:
                reply.refusals[key] = finding
    return reply


def _ask_simpler(
    engine: Engine,
    segments: Mapping[str, Segment],
    pair: LanguagePair,
    reply: EngineReply,
) -> None:
    """Ask for the words between the codes, which cannot damage any."""
    wanted = {key: repair.runs(segment.source) for key, segment in segments.items()}
    runs = [run for runs in wanted.values() for run in runs]
    try:
        raw = _send(engine, runs, pair, reply)
    except EngineError as exc:
        reply.failure = exc
        return
    checked = {run: _mended(run, target or "") for run, target in raw.items()}
    sound = {run: target for run, (target, fault) in checked.items() if not fault}
    for key, needed in wanted.items():
        if sound.keys() >= set(needed):
            target = repair.refill(segments[key].source, sound)
            reply.targets[key] = (target, State.NEEDS_REVIEW)


def _send(
    engine: Engine, sources: Iterable[str], pair: LanguagePair, reply: EngineReply
) -> dict[str, str | None]:
    """Send distinct *sources* and count them; some are missing if the engine failed."""
    distinct = list(dict.fromkeys(sources))
    if not distinct:
        return {}
    try:
        targets = engine.translate(distinct, pair)
    except EnginePartialError as exc:
        reply.failure = exc
        distinct = [source for source in distinct if source in exc.targets]
        targets = [exc.targets[source] for source in distinct]
    if len(targets) != len(distinct):
        raise EngineReplyError(
            f"the engine returned {len(targets)} translations for {len(distinct)}"
            f" segments ({pair}); none of them is used"
        )
    reply.requests += 1
    found = dict(zip(distinct, targets, strict=True))
    reply.characters += sum(len(s) for s, target in found.items() if target is not None)
    return found


def _mended(source: str, target: str, names: Sequence[Code] = ()) -> tuple[str, str]:
    """Return the target, mended if need be, and what is wrong with it if it is."""
    fault = inline_codes.verify(source, target, names)
    if fault:
        target = repair.mend(target)
        fault = inline_codes.verify(source, target, names)
    if not fault and not target.strip():
        fault = "the translation is empty"
    return target.strip(), fault


def refusal(segment: Segment, fault: str, *, saved: bool) -> Finding:
    """Report a target that was refused."""
    rest = "translated piece by piece" if saved else "left in the source language"
    return Finding(
        "codes",
        Severity.WARNING if saved else Severity.ERROR,
        segment.location,
        f"the engine damaged the markup ({fault}); {rest}",
        segment.source,
    )


def untranslated(segment: Segment) -> Finding:
    """Report a segment that the engine has no translation for."""
    return Finding(
        "untranslated",
        Severity.INFO,
        segment.location,
        "the engine has no translation; left in the source language",
        segment.source,
    )
