"""The business: recall what is known, ask the engine once for the rest, learn it.

A source is never paid for twice, a person's unit is never replaced by a machine's, and
no target is published whose codes are not exactly those of its source.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.kept import Remembered
from amts_sphinx.core.units import (
    Edition,
    Finding,
    Severity,
    State,
    TranslationUnit,
    Usage,
)
from amts_sphinx.engine import language_pairs
from amts_sphinx.engine.protocol import Commission, Paid, Versatile, quiet
from amts_sphinx.memory.memory import Refusal
from amts_sphinx.text import entities
from amts_sphinx.translate import bound, mixed, people, quotes, request, stale
from amts_sphinx.translate.cost_limit import Budget
from amts_sphinx.translate.neighbours import requests_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from amts_sphinx.core.units import Container, LanguagePair, Location, Segment
    from amts_sphinx.engine.protocol import Bill, Engine, Progress
    from amts_sphinx.memory.memory import Memory
    from amts_sphinx.text.typography import Profile
    from amts_sphinx.translate.people import People
    from amts_sphinx.translate.request import Answer

    #: What people bound to one place: by key and location of the source.
    AtPlace = Mapping[tuple[str, Location], TranslationUnit]

#: Why a unit needs review, as check and message, by whether a person made it.
_REVIEWS: Final = {
    True: ("review", "its translator marked the translation as in need of review"),
    False: ("codes", "translated piece by piece, since the engine damaged the markup"),
}


def _quietly(segments: int, characters: int) -> None:
    """Say nothing."""


class _Known(NamedTuple):
    """What is known of a book before an engine is asked."""

    #: By key.
    units: dict[str, TranslationUnit]
    #: What is to be published, by key, without what is published at one place alone.
    published: dict[str, Segment]
    #: How people's texts were fitted to the book.
    people: People
    #: What people bound to places that the book has.
    at_place: AtPlace
    #: How many texts they bound to other places.
    elsewhere: int
    #: The keys of what stands for a changed text.
    stale: frozenset[str]

    def findings(self) -> Iterator[Finding]:
        """Yield what a person should look at, at every build."""
        reviewed = {*self.people.recoded, *self.stale}
        yield from _to_review(self.published, self.units, reviewed)
        yield from _bound_to_review(self.at_place)
        yield from people.findings(self.people, self.published)
        yield from stale.findings(self.stale, self.published)


@dataclass(frozen=True, slots=True)
class Translator:
    """A memory, an engine, and the typography of the target language."""

    memory: Memory
    engine: Engine
    profile: Profile
    #: Is told, before the engine is asked, of how many segments and characters.
    asking: Callable[[int, int], object] = _quietly
    #: Takes lines about how the engine's work goes.
    progress: Progress = quiet
    #: What asking again for damaged targets may cost.
    budget: Budget = field(default_factory=Budget)
    #: Whether what people made of a former version of a text is published meanwhile.
    keeps_stale: bool = False
    #: Targets of machines as they are published, by source and target.
    typeset: Remembered[str] = field(default_factory=Remembered)

    def translate(
        self,
        containers: Collection[Container],
        pair: LanguagePair,
        bill: Bill | None = None,
    ) -> Edition:
        """Translate a whole book with one request to the engine.

        What the engine could not translate once it is not asked again.

        :param bill: what that costs, if it is commissioned already
        :raises LanguagePairError: the engine is needed, and does not have *pair*
        :raises EngineError: the engine failed; what is known stays known
        """
        maker = self.engine.fingerprint
        recalled = self._known(containers, pair)
        known, published = recalled.units, recalled.published
        at_place = recalled.at_place
        if recalled.elsewhere:
            self.progress(
                f"memory: {recalled.elsewhere} of people's translations into"
                f" {pair.target} are for places that the book does not have; they are"
                " not published"
            )
        segments = distinct(containers)
        wanted = {key: s for key, s in published.items() if key not in known}
        refused = self.memory.refused(pair, maker) if wanted else {}
        missing = {key: s for key, s in wanted.items() if key not in refused}
        reply = self._ask(missing, containers, pair, bill)
        fresh = {
            key: self._unit(missing[key], answer, pair)
            for key, answer in reply.targets.items()
        }
        self.memory.learn(fresh.values())
        if reply.failure:
            raise reply.failure
        self.memory.refuse(pair, maker, _reasons(reply.refusals))
        # What is fresh was typeset before it was learnt.
        units = {key: self._typeset(unit) for key, unit in known.items()} | fresh
        usage = Usage(
            segments=len(segments),
            recalled=len(segments) - len(wanted),
            translated=len(fresh),
            characters=reply.characters,
            requests=reply.calls,
            dollars=reply.dollars,
        )
        findings = (
            *recalled.findings(),
            *_still_refused(wanted, refused),
            *reply.findings,
            *reply.refusals.values(),
            *reply.postponed.values(),
        )
        edition = Edition(pair, units, findings, usage, at_place, recalled.stale)
        return mixed.without(containers, edition)

    def recall(self, containers: Collection[Container], pair: LanguagePair) -> Edition:
        """Return what is known of a whole book; the engine is not asked."""
        recalled = self._known(containers, pair)
        known = recalled.units
        wanted = {k: s for k, s in recalled.published.items() if k not in known}
        refused = self.memory.refused(pair, self.engine.fingerprint)
        segments = len(distinct(containers))
        edition = Edition(
            pair,
            {key: self._typeset(unit) for key, unit in known.items()},
            (*recalled.findings(), *_still_refused(wanted, refused)),
            Usage(segments=segments, recalled=segments - len(wanted)),
            recalled.at_place,
            recalled.stale,
        )
        return mixed.without(containers, edition)

    def _ask(
        self,
        missing: Mapping[str, Segment],
        containers: Collection[Container],
        pair: LanguagePair,
        bill: Bill | None,
    ) -> request.EngineReply:
        """Ask the engine for the targets of *missing*, if there are any."""
        if not missing:
            return request.EngineReply()
        language_pairs.check(self.engine, pair)
        requests = requests_of(missing, containers)
        if bill is None and isinstance(self.engine, Paid):
            bill = self.engine.bill(list(requests.values()), pair)
        characters = sum(len(segment.source) for segment in missing.values())
        if bill and bill.unit == "characters":
            characters = bill.amount
        self.asking(len(missing), characters)
        return request.ask(
            self.engine,
            missing,
            requests,
            pair,
            self.progress,
            bill=bill,
            budget=self.budget,
        )

    def commission(
        self, containers: Collection[Container], pair: LanguagePair
    ) -> Commission:
        """Return what :meth:`translate` would ask the engine for.

        :raises LanguagePairError: that is something, and the engine lacks *pair*
        """
        known, published, *_ = self._known(containers, pair)
        refused = self.memory.refused(pair, self.engine.fingerprint)
        missing = {
            key: segment
            for key, segment in published.items()
            if key not in known and key not in refused
        }
        if missing:
            language_pairs.check(self.engine, pair)
        requests = list(requests_of(missing, containers).values())
        return Commission(self.engine, requests, pair, self.progress)

    def drop_former_drafts(self, edition: Edition) -> None:
        """Delete drafts of other makers, if *edition* has new ones that cost nothing.

        An engine that learns from people makes all of its drafts anew whenever it has
        learnt something. What was paid for, or may still be recalled, is kept.
        """
        engine = self.engine
        if isinstance(engine, (Paid, Versatile)) or not edition.usage.translated:
            return
        maker = engine.fingerprint
        if any(
            u.maker == maker and u.state is State.DRAFT for u in edition.units.values()
        ):
            self.memory.drop_drafts(edition.pair, maker)

    def _recalled(
        self, containers: Collection[Container], pair: LanguagePair
    ) -> tuple[dict[str, TranslationUnit], People]:
        """Return the units of some texts, and how people's were fitted to them."""
        engine = self.engine
        maker = engine.makers if isinstance(engine, Versatile) else engine.fingerprint
        recalled = self.memory.recall(pair, maker, _sources(containers))
        known = {key: unit for key, unit in recalled.items() if _is_whole(unit)}
        fitted = people.fit(self.memory, pair, containers, known)
        return {**known, **fitted.units}, fitted

    def _known(self, containers: Collection[Container], pair: LanguagePair) -> _Known:
        """Return what is known of a book before an engine is asked."""
        known, fitted = self._recalled(containers, pair)
        at_place, elsewhere = bound.find(self.memory, pair, containers)
        former: dict[str, TranslationUnit] = {}
        if self.keeps_stale:
            documents = _documents(containers, known)
            former = stale.find(self.memory, pair, documents, known)
            known |= former
        texts = _published(containers, known, at_place)
        changed = frozenset(former)
        return _Known(known, texts, fitted, at_place, elsewhere, changed)

    def target(self, container: Container, edition: Edition) -> str | None:
        """Return the coded text to publish for a container; ``None``: its source.

        A person's translation of the whole comes before that of its segments. A segment
        without a translation stays in the source language among the others; for drafts
        see :mod:`amts_sphinx.translate.mixed`.
        """
        whole = edition.unit(container.whole)
        if whole and (whole.by_human or len(container.segments) == 1):
            return whole.target
        if not any(map(edition.unit, container.segments)):
            return None
        return self.profile.join(text for text, _ in _texts(container, edition))

    def marked(self, container: Container, edition: Edition) -> str | None:
        """Return :meth:`target` with a code around what stays in the source language.

        The number of the code is the first that the container does not have. ``None``:
        there is nothing of that kind, or nothing else.
        """
        target = self.target(container, edition)
        if target is None or all(map(edition.unit, published(container, edition.unit))):
            return None
        code = f'<g id="{len(container.whole.codes) + 1}">'
        marked, end = "", 0
        for text, is_translated in _texts(container, edition):
            start = target.find(text.strip(), end)
            if start < 0:
                return None  # it was joined in another form: the text stays unmarked
            marked += target[end:start]
            end = start + len(text.strip())
            marked += (
                target[start:end] if is_translated else f"{code}{text.strip()}</g>"
            )
        return marked

    def by_people(
        self, containers: Collection[Container], pair: LanguagePair
    ) -> dict[str, str]:
        """Return what people made of *containers*, by the keys of the whole.

        What they made of former texts is not asked for: to tell what is former takes
        all texts of the book.

        :param containers: some of the book's
        :returns: coded targets of those that they translated to the end
        """
        if not containers:
            return {}
        known, _ = self._recalled(containers, pair)
        theirs = {key: unit for key, unit in known.items() if unit.by_human}
        edition = Edition(pair, theirs, (), Usage())
        found: dict[str, str] = {}
        for container in containers:
            texts = published(container, edition.unit)
            target = self.target(container, edition)
            if target is not None and all(map(edition.unit, texts)):
                found[container.whole.key] = target
        return found

    def is_draft(self, container: Container, edition: Edition) -> bool:
        """Tell whether some of what :meth:`target` returns is an engine's draft."""
        whole = edition.unit(container.whole)
        if whole and whole.by_human:
            return False
        found = map(edition.unit, container.segments)
        return any(unit and unit.state is State.DRAFT for unit in found)

    def is_stale(self, container: Container, edition: Edition) -> bool:
        """Tell whether some of what :meth:`target` returns is of a former version."""
        return bool(edition.stale) and any(
            segment.key in edition.stale
            for segment in published(container, edition.unit)
        )

    def _unit(
        self, segment: Segment, answer: Answer, pair: LanguagePair
    ) -> TranslationUnit:
        target, state, maker = answer
        where, source = segment.location, segment.source
        # It will be recalled as it is now, and nothing is left to do then.
        target = self._set(source, target, pair)
        self.typeset.present[source, target] = target
        return TranslationUnit(
            source, target, pair, maker, state, where.docname, where.line
        )

    def _typeset(self, unit: TranslationUnit) -> TranslationUnit:
        """Give a machine's target the typography of its language; leave a person's."""
        if unit.by_human:
            return unit
        made_from = (unit.source, unit.target)
        target = self.typeset.get(made_from, lambda: self._set(*made_from, unit.pair))
        return unit if target == unit.target else replace(unit, target=target)

    def _set(self, source: str, target: str, pair: LanguagePair) -> str:
        target = quotes.localised(entities.resolve(source, target), *pair)
        return self.profile.apply(target, source)


def _is_whole(unit: TranslationUnit) -> bool:
    """Tell whether a unit may be published: no code of a machine's lost its words.

    Memories of version 0.1 hold some that did. A person's text is published as it is,
    and the report shows what is wrong with it.
    """
    return unit.by_human or not inline_codes.emptied(
        unit.source, entities.resolve(unit.source, unit.target)
    )


def _sources(containers: Iterable[Container]) -> set[str]:
    return {
        segment.source
        for container in containers
        for segment in (container.whole, *container.segments)
    }


def distinct(containers: Iterable[Container]) -> dict[str, Segment]:
    """Return each segment of the book once, by its key, where it stands first."""
    found: dict[str, Segment] = {}
    for container in containers:
        for segment in container.segments:
            found.setdefault(segment.key, segment)
    return found


def _texts(container: Container, edition: Edition) -> list[tuple[str, bool]]:
    """Return what is published of each segment, and whether it is translated."""
    units = [edition.unit(segment) for segment in container.segments]
    return [
        (
            inline_codes.globalise(
                unit.target if unit else segment.source, segment.numbers
            ),
            unit is not None,
        )
        for unit, segment in zip(units, container.segments, strict=True)
    ]


def published(
    container: Container, unit_of: Callable[[Segment], TranslationUnit | None]
) -> tuple[Segment, ...]:
    """Return the texts of a container whose translations are published.

    It is the whole, if a person translated that, or else the segments.

    :param unit_of: returns what there is of a text, as :meth:`.Edition.unit`
    """
    whole = unit_of(container.whole)
    return (container.whole,) if whole and whole.by_human else container.segments


def _documents(
    containers: Iterable[Container], known: Mapping[str, TranslationUnit]
) -> dict[str, list[Segment]]:
    """Return the texts of each document that are published, in order."""

    def unit_of(segment: Segment) -> TranslationUnit | None:
        return known.get(segment.key)

    found: dict[str, list[Segment]] = {}
    for container in containers:
        mine = found.setdefault(container.whole.location.docname, [])
        mine += published(container, unit_of)
    return found


def is_bound(container: Container, edition: Edition) -> bool:
    """Tell whether something is published of a container that holds there alone."""
    return bool(edition.bound) and any(
        (segment.key, segment.location) in edition.bound
        for segment in published(container, edition.unit)
    )


def _reasons(findings: Mapping[str, Finding]) -> dict[str, Refusal]:
    return {k: Refusal(f.check, f.severity, f.message) for k, f in findings.items()}


def _still_refused(
    wanted: Mapping[str, Segment], refused: Mapping[str, Refusal]
) -> Iterable[Finding]:
    """Report, at every build, what the engine could not translate in an earlier one."""
    for key, segment in wanted.items():
        if why := refused.get(key):
            check, severity, message = why
            yield Finding(check, severity, segment.location, message, segment.source)


def _to_review(
    published: Mapping[str, Segment],
    known: Mapping[str, TranslationUnit],
    recoded: Collection[str],
) -> Iterable[Finding]:
    """Report the recalled units that a person should look at, at every build.

    :param recoded: the keys of those that have a finding of their own
    """
    for key, segment in published.items():
        unit = known.get(key)
        if unit and unit.state is State.NEEDS_REVIEW and key not in recoded:
            check, why = _REVIEWS[unit.by_human]
            yield Finding(check, Severity.WARNING, segment.location, why, unit.source)


def _bound_to_review(
    at_place: AtPlace,
) -> Iterable[Finding]:
    """Report what is bound to one place, and should be looked at there."""
    for (_, location), unit in at_place.items():
        if unit.state is State.NEEDS_REVIEW:
            _, why = _REVIEWS[True]
            yield Finding("review", Severity.WARNING, location, why, unit.source)


def _published(
    containers: Iterable[Container],
    known: Mapping[str, TranslationUnit],
    at_place: AtPlace,
) -> dict[str, Segment]:
    """Return each text whose translation is published, by its key, at its first.

    :param at_place: what is published at one place alone, and is not returned
    """

    def unit_of(segment: Segment) -> TranslationUnit | None:
        key = segment.key
        return at_place.get((key, segment.location)) or known.get(key)

    found: dict[str, Segment] = {}
    for container in containers:
        for segment in published(container, unit_of):
            if (segment.key, segment.location) not in at_place:
                found.setdefault(segment.key, segment)
    return found
