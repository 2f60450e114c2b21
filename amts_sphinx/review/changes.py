"""What a change of the source means for the editions, before it is merged."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from amts_sphinx.build import commission
from amts_sphinx.build.gather import Material, gather
from amts_sphinx.build.read_book import read_book
from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.memory import predecessors
from amts_sphinx.memory.memory import Memory
from amts_sphinx.report.post_editing import length
from amts_sphinx.translate import commissions
from amts_sphinx.translate.cost_limit import Budget
from amts_sphinx.translate.translator import distinct

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sphinx.application import Sphinx
    from sphinx.builders import Builder

    from amts_sphinx.build.planner import Order
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.languages import Language
    from amts_sphinx.core.units import Container, Match, Segment
    from amts_sphinx.engine.protocol import Bill


class Amount(NamedTuple):
    """How much text there is, each segment once."""

    segments: int
    #: Words; letters, if the language of the source has no blanks between them.
    words: int
    #: Characters of coded text, as services bill them.
    characters: int


@dataclass(frozen=True, slots=True)
class Change:
    """The difference of two versions of a source."""

    #: The present texts, by key.
    texts: Mapping[str, Segment]
    #: Keys that were there before, and are there now.
    reused: frozenset[str]
    #: What each changed text was before, by its key.
    changed: Mapping[str, Match]
    #: Keys of texts that came from nowhere.
    new: frozenset[str]
    #: Sources that are there no longer, but for those that changed.
    gone: int
    #: All present text.
    containers: Collection[Container]
    source_language: str

    def amount(self, keys: Iterable[str]) -> Amount:
        """Return how much the texts of *keys* are."""
        spaced = name_language(self.source_language).spaced
        sources = [self.texts[key].source for key in keys]
        return Amount(
            len(sources),
            sum(length(inline_codes.plain(each), spaced=spaced) for each in sources),
            sum(map(len, sources)),
        )

    def documents(self) -> dict[str, tuple[Amount, Amount]]:
        """Return how much changed and is new in each document that has any."""
        found: dict[str, tuple[list[str], list[str]]] = {}
        for key, segment in self.texts.items():
            if key not in self.reused:
                both = found.setdefault(segment.location.docname, ([], []))
                both[key in self.new].append(key)
        return {
            name: (self.amount(changed), self.amount(new))
            for name, (changed, new) in found.items()
        }


class Consequence(NamedTuple):
    """What a change means for one edition."""

    language: Language
    #: Changed texts of which a person had translated the former version.
    people: Amount
    #: What the engine would be asked for.
    asked: Amount
    #: ``None``: the engine takes no money.
    bill: Bill | None


def between(old: Path, new: Path, settings: Mapping[str, str] | None = None) -> Change:
    """Compare two versions of a source, each in a folder with its ``conf.py``.

    :raises AmtsError: one of them cannot be read
    """
    former, _ = _read(old, settings)
    containers, language = _read(new, settings)
    texts, before = distinct(containers), distinct(former)
    reused = frozenset(texts.keys() & before.keys())
    changed = predecessors_of(texts, before, reused, containers, language)
    taken = {match.unit.key for match in changed.values()}
    return Change(
        texts,
        reused,
        changed,
        frozenset(texts.keys() - reused - changed.keys()),
        len(before.keys() - reused - taken),
        containers,
        language,
    )


def _read(
    folder: Path, settings: Mapping[str, str] | None
) -> tuple[list[Container], str]:
    """Return the text of a version, and its language."""
    found: list[Container] = []
    languages: list[str] = []

    def use(app: Sphinx, builder: Builder, config: AmtsConfig, _: Order) -> None:
        found.extend(gather(app, builder.env).containers)
        languages.append(config.source_language.tag)

    read_book(folder, use, settings)
    return found, languages[0]


def predecessors_of(
    texts: Mapping[str, Segment],
    before: Mapping[str, Segment],
    reused: Collection[str],
    containers: Iterable[Container],
    language: str,
) -> dict[str, Match]:
    """Return what each changed text was, as it is found for people's translations.

    :param texts: the present texts, by key
    :param before: the former ones, with the documents that they stood in
    :param reused: keys that are in both
    :param containers: the present texts, in order
    """
    pair = LanguagePair(language, language)
    gone = (
        TranslationUnit(
            segment.source,
            segment.source,
            pair,
            HUMAN,
            State.REVIEWED,
            segment.location.docname,
        )
        for key, segment in before.items()
        if key not in reused
    )
    documents: dict[str, list[str]] = {}
    for container in containers:
        keys = documents.setdefault(container.whole.location.docname, [])
        keys += [segment.key for segment in container.segments]
    wanted = [key for key in texts if key not in reused]
    with (
        tempfile.TemporaryDirectory() as folder,
        Memory(Path(folder, "memory.sqlite")) as memory,
    ):
        memory.learn(gone)
        return predecessors.find(memory, pair, documents, wanted)


def consequence(
    change: Change, memory: Memory, config: AmtsConfig, language: Language
) -> Consequence:
    """Return what *change* means for the edition in *language*.

    :param memory: with what people's files say now
    :raises AmtsError: the engine cannot be made, or lacks the languages
    """
    material = Material({}, [*change.containers], {})
    budget = Budget(config.cost_limit)
    work = commission.work(memory, config, language, material, budget)
    wanted = work.translator.commission(work.texts, work.pair)
    mine = [
        request
        for request in wanted.requests
        if inline_codes.normalise(request.source) not in change.reused
    ]
    former = {match.unit.key: key for key, match in change.changed.items()}
    known = memory.best(work.pair, [m.unit.source for m in change.changed.values()])
    return Consequence(
        language,
        change.amount(former[key] for key in known),
        change.amount(inline_codes.normalise(request.source) for request in mine),
        commissions.bill(wanted._replace(requests=mine)),
    )
