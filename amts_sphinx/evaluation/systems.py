"""The arms of an experiment: one engine, given more or less of people's work.

The translations of an arm are kept in a folder of its own, whose name depends on all
that the engine was given. So a second run asks for nothing, and arms do not mix.
"""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.units import Container, Request
from amts_sphinx.engine.protocol import (
    Batching,
    Learner,
    Paid,
    Sharing,
    Tunable,
    quiet,
)
from amts_sphinx.memory.memory import Memory
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.core.units import LanguagePair, TranslationUnit
    from amts_sphinx.engine.protocol import Commission, Engine, Progress
    from amts_sphinx.parallel.references import Passage

#: What an engine can be given; an arm can have several, as ``sentence+terminology``.
PARTS: Final = ("none", "terminology", "paragraph", "sentence")
#: The files in an arm's folder.
_MEMORY, _TIMES = "memory.sqlite", "seconds.json"


class System(NamedTuple):
    """An arm: what an engine is given."""

    #: Some of :data:`PARTS`.
    parts: tuple[str, ...]
    #: What the engine is called, where there are several; else empty.
    engine: str = ""

    @property
    def name(self) -> str:
        """The name of the arm in the tables."""
        return " ".join(filter(None, (self.engine, "+".join(self.parts))))

    def __str__(self) -> str:
        return self.name


class TrainingData(NamedTuple):
    """All that arms can be given, in one direction."""

    pair: LanguagePair
    #: Units by part: ``paragraph`` and ``sentence``.
    units: Mapping[str, Sequence[TranslationUnit]]
    #: The target of each term, as plain text.
    terms: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TrainedSystem:
    """An engine that has learnt what its arm gives."""

    arm: System
    pair: LanguagePair
    engine: Engine
    #: The folder with the engine's models and the arm's translations.
    home: Path
    #: The number of units that it was given.
    units: int
    #: The number of terms that it was given.
    terms: int
    #: Whether the engine can learn at all.
    learns: bool = True


@dataclass(frozen=True, slots=True)
class SystemOutput:
    """The translations of one arm."""

    system: TrainedSystem
    #: Coded targets, by the key of the source.
    targets: Mapping[str, str]
    #: The number of distinct segments.
    segments: int
    #: How many of them were not translated.
    left: int
    #: How many of them an earlier run had translated.
    recalled: int
    #: Real time of all runs that asked for anything, training included.
    seconds: float
    #: What all of them would cost, by an estimate; ``None``: it costs nothing.
    dollars: float | None = None
    #: The keys of the segments that were not translated.
    untranslated: frozenset[str] = frozenset()


def read_arm(text: str) -> System:
    """Return the arm with the name *text*.

    :raises ConfigError: there is no such arm
    """
    parts = tuple(dict.fromkeys(text.split("+")))
    both = {"paragraph", "sentence"} <= set(parts)
    if not set(parts) <= set(PARTS) or both or ("none" in parts and len(parts) > 1):
        raise ConfigError(
            f"an arm is none, terminology, paragraph or sentence, or one of the last"
            f" two with +terminology; not {text!r}"
        )
    return System(tuple(sorted(parts, key=PARTS.index, reverse=True)))


def train(engine: Engine, arm: System, data: TrainingData, work: Path) -> TrainedSystem:
    """Train *engine* with what *arm* names; nothing is sent.

    :param work: the folder that holds the folders of all arms
    """
    pair = data.pair
    units = [unit for part in arm.parts for unit in data.units.get(part, ())]
    terms = data.terms if "terminology" in arm.parts else {}
    folder = work / f"{pair.source}-{pair.target}" / arm.engine
    tuning = engine.tuning if isinstance(engine, Tunable) else ""
    if not isinstance(engine, Learner):
        return TrainedSystem(arm, pair, engine, folder / "untaught", 0, 0, learns=False)
    home = folder / f"{'+'.join(arm.parts)}-{_digest(units, terms, tuning)}"
    home.mkdir(parents=True, exist_ok=True)
    if isinstance(engine, Sharing):
        alone = engine.isolated(home.name)
        engine = alone if isinstance(alone, Learner) else engine
    trained = engine.train(pair, units, home, terms)
    return TrainedSystem(arm, pair, trained, home, len(units), len(terms))


def commission(
    system: TrainedSystem, passages: Sequence[Passage], lines: Progress = quiet
) -> Commission:
    """Return what the engine will still be asked for.

    :param lines: takes lines about how the engine's work goes
    :raises LanguagePairError: that is something, and it does not have this pair
    """
    with Memory(system.home / _MEMORY) as memory:
        translator = _translator(system, memory, lines)
        return translator.commission(_containers(passages), system.pair)


def translate(
    system: TrainedSystem,
    passages: Sequence[Passage],
    progress: Callable[[int, int], None] | None = None,
    lines: Progress = quiet,
) -> SystemOutput:
    """Translate the passages; what an earlier run translated is not asked for again.

    :param progress: takes the number of documents that are done, and of all
    :param lines: takes lines about how the engine's work goes
    :raises EngineError: the engine failed; the translations so far are kept
    """
    targets: dict[str, str] = {}
    fresh = 0
    parts = _portions(system, passages)
    with Memory(system.home / _MEMORY) as memory:
        translator = _translator(system, memory, lines)
        for done, part in enumerate(parts):
            if progress:
                progress(done, len(parts))
            started = time.perf_counter()
            edition = translator.translate(_containers(part), system.pair)
            if edition.usage.requests:
                _add_time(system.home, time.perf_counter() - started)
            targets |= {key: unit.target for key, unit in edition.units.items()}
            fresh += edition.usage.translated
    segments = {s.key for p in passages for s in p.source}
    return SystemOutput(
        system,
        targets,
        len(segments),
        len(segments - targets.keys()),
        len(segments & targets.keys()) - fresh,
        _time(system.home),
        _dollars(system, passages),
        frozenset(segments - targets.keys()),
    )


def _dollars(system: TrainedSystem, passages: Sequence[Passage]) -> float | None:
    if not isinstance(system.engine, Paid):
        return None
    distinct = {s.key: Request(s.source) for p in passages for s in p.source}
    return system.engine.bill([*distinct.values()], system.pair).dollars


def _portions(
    system: TrainedSystem, passages: Sequence[Passage]
) -> list[list[Passage]]:
    """Cut the passages into what is asked for at a time.

    An engine that works in jobs gets all of it in one; others are asked by documents,
    so that less is lost when they are stopped.
    """
    if isinstance(system.engine, Batching):
        return [list(passages)]
    documents = groupby(passages, key=lambda passage: passage.document)
    return [list(part) for _, part in documents]


def _translator(system: TrainedSystem, memory: Memory, lines: Progress) -> Translator:
    profile = profile_for(system.pair.target)
    return Translator(memory, system.engine, profile, progress=lines)


def _containers(passages: Iterable[Passage]) -> list[Container]:
    return [Container(s, (s,)) for passage in passages for s in passage.source]


def _digest(
    units: Iterable[TranslationUnit], terms: Mapping[str, str], tuning: str
) -> str:
    digest = hashlib.sha256()
    rows = [("unit", unit.source, unit.target) for unit in units]
    rows += [("term", *term) for term in terms.items()]
    rows += [("tuning", tuning, "")] if tuning else []
    for each in sorted(rows):
        digest.update(json.dumps(each).encode())
    return digest.hexdigest()[:16]


def _time(home: Path) -> float:
    """Return the seconds that an arm has taken so far."""
    with suppress(OSError, ValueError):
        return float(json.loads((home / _TIMES).read_text("utf-8")))
    return 0.0


def _add_time(home: Path, seconds: float) -> None:
    total = _time(home) + seconds
    with replacing(home / _TIMES) as stream:
        stream.write(json.dumps(round(total, 3)).encode())
