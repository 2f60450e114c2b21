"""Commission the work on the editions: an engine for each, its price, its start."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sphinx.util import logging

from amts_sphinx.build import summary
from amts_sphinx.core import kept
from amts_sphinx.core.errors import InterchangeError
from amts_sphinx.core.kept import Remembered
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.known import KnownEngine
from amts_sphinx.engine.protocol import Learner, Paid
from amts_sphinx.engine.registry import create_engine
from amts_sphinx.formats import terminology
from amts_sphinx.memory import importing
from amts_sphinx.memory.lessons import Lessons
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate import commissions, cost_limit
from amts_sphinx.translate.cost_limit import Budget
from amts_sphinx.translate.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.build.failures import Failures
    from amts_sphinx.build.gather import Material
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.languages import Language
    from amts_sphinx.core.units import Container
    from amts_sphinx.engine.protocol import Bill, Commission, Engine
    from amts_sphinx.memory.memory import Memory

logger = logging.getLogger(__name__)


class Work(NamedTuple):
    """One edition to translate."""

    language: Language
    pair: LanguagePair
    translator: Translator
    #: The text of the book, in the segments that this edition is translated in.
    containers: Sequence[Container]
    #: What it has to translate beside the book: labels that Sphinx does not have.
    labels: Sequence[Container]
    #: What pages show around their text, no catalogue has, and the book has not either;
    #: it may stay. It is that of all editions of a build, so that they share one job.
    around: Sequence[Container]
    #: The keys of those that this edition shows.
    lacking: Collection[str]
    #: The values that hold for this edition.
    config: AmtsConfig

    @property
    def texts(self) -> list[Container]:
        """All that the edition translates."""
        return [*self.containers, *self.labels, *self.around]


class Estimate(NamedTuple):
    """What one edition wants."""

    language: Language
    #: Distinct segments of the book.
    segments: int
    #: Those that the engine would be asked for.
    wanted: int
    #: ``None`` where the engine takes no money.
    bill: Bill | None


def works(
    memory: Memory,
    config: AmtsConfig,
    languages: Collection[Language],
    material: Material,
    failures: Failures,
    *,
    home: Path,
) -> list[Work]:
    """Return the work on each edition; *failures* takes why there is none on one.

    All of them have one budget.

    :param home: the folder of what is kept for the next build
    """
    made: list[Work] = []
    budget = Budget(config.cost_limit)
    around = material.around_labels(*languages)
    for language in languages:
        with failures.of(language.tag):
            each = work(
                memory, config, language, material, budget, home=home, around=around
            )
            made.append(each)
    return made


def work(
    memory: Memory,
    config: AmtsConfig,
    language: Language,
    material: Material,
    budget: Budget,
    *,
    home: Path | None = None,
    around: Sequence[Container] | None = None,
) -> Work:
    """Return what translates the book into one language.

    :param config: that of the book
    :param home: the folder of what is kept for the next build
    :param around: what is around the pages of all editions of the build; that of this
        one where it is the only one
    :raises AmtsError: there is no engine for it
    """
    config = config.for_language(language.tag)
    pair = LanguagePair(config.source_language.tag, language.tag)
    profile = profile_for(
        language.tag,
        fullwidth_punctuation=config.fullwidth_punctuation,
        script_spacing=config.script_spacing,
    )
    asking = partial(summary.asking, language.tag, config.engine)
    engine = _engine(memory, config, pair)

    def progress(line: str) -> None:
        logger.info("amts-%s: %s", language.tag, line)

    translator = Translator(
        memory,
        engine,
        profile,
        asking,
        progress,
        budget,
        keeps_stale=config.stale == "human",
        typeset=Remembered(
            kept.load(_typeset(home, pair), *_typography(config, pair))
            if home
            else None
        ),
    )
    containers = material.containers
    if not config.by_sentence and any(len(each.segments) > 1 for each in containers):
        # The book is split for other editions.
        containers = [replace(each, segments=(each.whole,)) for each in containers]
    labels = material.labels(language)
    own = material.around_labels(language)
    lacking = {each.whole.key for each in own}
    around = _less(own if around is None else around, (*containers, *labels))
    if not config.theme_words:
        around = []
    return Work(language, pair, translator, containers, labels, around, lacking, config)


def _less(around: Iterable[Container], book: Iterable[Container]) -> list[Container]:
    """Return what is around the pages and not in the book, too."""
    keys = {segment.key for each in book for segment in each.segments}
    return [each for each in around if each.whole.key not in keys]


def _typeset(home: Path, pair: LanguagePair) -> Path:
    return home / pair.target / "typeset.pickle"


def _typography(config: AmtsConfig, pair: LanguagePair) -> tuple[object, ...]:
    """Return what decides how the targets of machines are typeset."""
    return (*pair, config.fullwidth_punctuation, config.script_spacing)


def keep_typeset(work: Work, home: Path) -> None:
    """Keep how the targets of machines are typeset, for the next build.

    :raises InterchangeError: it cannot be written
    """
    typeset = work.translator.typeset
    if typeset.has_changed:
        path, how = _typeset(home, work.pair), _typography(work.config, work.pair)
        kept.save(path, typeset.present, *how)


def _engine(memory: Memory, config: AmtsConfig, pair: LanguagePair) -> Engine:
    """Return the engine for one direction, with what it can learn from people."""
    engine = create_engine(config.engine, config.engine_options)
    if isinstance(engine, KnownEngine):
        return engine.after(memory.makers(pair))
    if not isinstance(engine, Learner):
        return engine
    terms = terminology.read(config.terminology, pair).terms
    return engine.train(pair, Lessons(memory, pair), config.memory.parent, terms)


def start(
    works: Iterable[Work], config: AmtsConfig, failures: Failures
) -> Mapping[str, Bill]:
    """Start what costs money or is done in jobs, for all editions at once.

    :param failures: takes why an edition cannot be translated
    :returns: the bill of each edition that costs some, by its tag
    :raises CostLimitError: it would cost too much together; nothing is started
    """
    asked: list[Commission] = []
    bills: list[tuple[LanguagePair, Bill]] = []
    for work in works:
        if not commissions.is_planned(work.translator.engine):
            continue
        with failures.of(work.language.tag):
            wanted = work.translator.commission(work.texts, work.pair)
            if not wanted.requests:
                continue
            bill = commissions.bill(wanted)
            if bill:
                bills.append((wanted.pair, bill))
                work.translator.budget.spent.append(bill)
            asked.append(wanted)
    cost_limit.check(bills, config.cost_limit)
    for each, why in commissions.begin(asked):
        failures.add(f"{why.category}: {why}", each.pair.target)
    return {pair.target: bill for pair, bill in bills}


def keep_paid(memory: Memory, config: AmtsConfig, work: Work) -> None:
    """Keep what an engine was paid for in the machine file of the language."""
    engine = work.translator.engine
    if not isinstance(engine, Paid):
        return
    name = engine.fingerprint.partition("/")[0]
    try:
        line = importing.keep_paid(memory, config.files, work.pair, name)
    except InterchangeError as exc:
        summary.warn(f"what was paid for stands in {memory.path} alone: {exc}")
    else:
        if line:
            logger.info(line)


def estimate(work: Work) -> Estimate:
    """Return what one edition wants from its engine; nothing is sent.

    :raises EngineError: the engine cannot translate it
    """
    segments = {s.key for container in work.texts for s in container.segments}
    wanted = work.translator.commission(work.texts, work.pair)
    bill = commissions.bill(wanted)
    return Estimate(work.language, len(segments), len(wanted.requests), bill)
