"""Ask an engine, and take only what is sound.

A target whose codes are damaged is mended by the rules of
:mod:`amts_sphinx.translate.repair`; failing that it is asked
for in a simpler form, once; failing that it is refused.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import EngineError, EnginePartialError, EngineReplyError
from amts_sphinx.core.units import Finding, Severity, State
from amts_sphinx.engine.protocol import Paid, quiet
from amts_sphinx.text import entities
from amts_sphinx.translate import repair
from amts_sphinx.translate.cost_limit import Budget

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from amts_sphinx.core.units import Code, LanguagePair, Request, Segment, Translation
    from amts_sphinx.engine.protocol import Bill, Engine, Progress

#: Takes the reason of the engine, in brackets.
_LEFT: Final = "the engine has no translation{}; left in the source language"
#: The message where it gives none.
NO_TRANSLATION: Final = _LEFT.format("")
#: Notes that are passed on of one reply, the commonest first.
_NOTES: Final = 5


class Answer(NamedTuple):
    """A sound target, and who made it."""

    target: str
    state: State
    maker: str


@dataclass(slots=True)
class EngineReply:
    """What came of asking: for each key a sound target, or a refusal."""

    targets: dict[str, Answer] = field(default_factory=dict)
    #: For each key without a target, why; unless the engine failed meanwhile.
    refusals: dict[str, Finding] = field(default_factory=dict)
    #: What else a person should look at: targets in pieces.
    findings: list[Finding] = field(default_factory=list)
    #: For each key that was not asked for again, since it would cost too much, why.
    postponed: dict[str, Finding] = field(default_factory=dict)
    #: Characters that are billed; of an engine that costs nothing those that were sent.
    characters: int = 0
    #: What that costs; ``None`` for such an engine.
    dollars: float | None = None
    #: Calls of the engine.
    calls: int = 0
    #: Why the engine was not asked to the end, though it answered all of the above.
    failure: EngineError | None = None


class _Conversation(NamedTuple):
    """An engine, in one direction, and what has come of it so far."""

    engine: Engine
    pair: LanguagePair
    progress: Progress
    reply: EngineReply
    budget: Budget

    def bill(self, requests: Iterable[Request]) -> Bill | None:
        """Return what *requests* would cost; ``None`` if the engine takes no money."""
        if not isinstance(self.engine, Paid):
            return None
        return self.engine.bill(_distinct(requests), self.pair)

    def send(
        self, requests: Iterable[Request], bill: Bill | None
    ) -> dict[str, Translation]:
        """Send *requests*, each source once; return the translations by source.

        Some are missing if the engine failed.

        :param bill: what they cost
        """
        distinct = _distinct(requests)
        if not distinct:
            return {}
        translations: Sequence[Translation | None]
        try:
            translations = self.engine.translate(distinct, self.pair, self.progress)
        except EnginePartialError as exc:
            self.reply.failure = exc
            translations = exc.translations
        if len(translations) != len(distinct):
            raise EngineReplyError(
                f"the engine returned {len(translations)} translations for"
                f" {len(distinct)} segments ({self.pair}); none of them is used"
            )
        self.reply.calls += 1
        found = {
            request.source: translation
            for request, translation in zip(distinct, translations, strict=True)
            if translation is not None
        }
        sent = sum(len(s) for s, each in found.items() if each.target is not None)
        is_counted = bill is not None and bill.unit == "characters"
        self.reply.characters += bill.amount if bill and is_counted else sent
        if bill:
            self.reply.dollars = (self.reply.dollars or 0) + bill.dollars
        return found


def _distinct(requests: Iterable[Request]) -> list[Request]:
    return list({request.source: request for request in requests}.values())


def ask(
    engine: Engine,
    segments: Mapping[str, Segment],
    requests: Mapping[str, Request],
    pair: LanguagePair,
    progress: Progress = quiet,
    *,
    bill: Bill | None = None,
    budget: Budget | None = None,
) -> EngineReply:
    """Ask *engine* for the targets of *segments*, all of them at once.

    :param segments: distinct segments by any key
    :param requests: what to ask for each of them, by the same keys
    :param bill: what they cost, if they are commissioned already
    :param budget: what asking again may cost
    :raises EngineError: the engine failed, or broke its promise of one reply for each
    """
    reply = EngineReply()
    conversation = _Conversation(engine, pair, progress, reply, budget or Budget())
    bill = bill or conversation.bill(requests.values())
    raw = conversation.send(requests.values(), bill)
    refused: dict[str, str] = {}
    for key, segment in segments.items():
        made = raw.get(segment.source)
        if made is None:
            continue  # the engine failed before it came to this one
        if made.target is None:
            reply.refusals[key] = untranslated(segment, made.note)
            continue
        sound, fault = _mended(segment.source, made.target, segment.codes)
        if fault:
            refused[key] = fault
        else:
            state = State.DRAFT if made.draft else State.MACHINE
            reply.targets[key] = Answer(sound, state, made.maker)
    _pass_on_notes(raw.values(), progress)
    if refused and not reply.failure:
        makers = {key: raw[segments[key].source].maker for key in refused}
        again = {key: requests[key] for key in refused}
        if not _ask_simpler(conversation, again, makers):
            for key, fault in refused.items():
                reply.postponed[key] = _too_dear(segments[key], fault)
            return reply
        for key, fault in refused.items():
            finding = refusal(segments[key], fault, saved=key in reply.targets)
            if key in reply.targets:
                reply.findings.append(finding)
            else:
                reply.refusals[key] = finding
    return reply


def _ask_simpler(
    conversation: _Conversation,
    requests: Mapping[str, Request],
    makers: Mapping[str, str],
) -> bool:
    """Ask for the words between the codes, which cannot damage any.

    :param makers: who made the damaged targets, by key
    :returns: whether that was allowed to cost what it costs
    """
    reply = conversation.reply
    wanted = {key: repair.runs(request.source) for key, request in requests.items()}
    runs = [
        request._replace(source=run)
        for key, request in requests.items()
        for run in wanted[key]
    ]
    bill = conversation.bill(runs)
    if bill and bill.amount and not conversation.budget.take(bill):
        return False
    try:
        raw = conversation.send(runs, bill)
    except EngineError as exc:
        reply.failure = exc
        return True
    checked = {run: _mended(run, made.target or "") for run, made in raw.items()}
    sound = {run: target for run, (target, fault) in checked.items() if not fault}
    for key, needed in wanted.items():
        if sound.keys() >= set(needed):
            source = requests[key].source
            target = repair.refill(source, sound)
            if not inline_codes.verify(source, target):
                reply.targets[key] = Answer(target, State.NEEDS_REVIEW, makers[key])
    return True


def _pass_on_notes(translations: Iterable[Translation], progress: Progress) -> None:
    """Tell a person what the engine noted beside its targets, each note once."""
    notes = Counter(each.note for each in translations if each.target and each.note)
    for note, count in notes.most_common(_NOTES):
        progress(f"{note} ({count} texts)")


def _mended(source: str, target: str, names: Sequence[Code] = ()) -> tuple[str, str]:
    """Return the target, mended if need be, and what is wrong with it if it is."""
    target = entities.resolve(source, target)
    fault = inline_codes.verify(source, target, names)
    if fault:
        target = entities.resolve(source, repair.mend(target))
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


def _too_dear(segment: Segment, fault: str) -> Finding:
    """Report a damaged target that cannot be asked for in pieces."""
    return Finding(
        "codes",
        Severity.ERROR,
        segment.location,
        f"the engine damaged the markup ({fault}); left in the source language, as"
        " asking for its pieces would cost more than amts_cost_limit",
        segment.source,
    )


def untranslated(segment: Segment, note: str = "") -> Finding:
    """Report a segment that the engine has no translation for.

    :param note: the engine's reason
    """
    reason = f" ({note})" if note else ""
    return Finding(
        "untranslated",
        Severity.INFO,
        segment.location,
        _LEFT.format(reason),
        segment.source,
    )
