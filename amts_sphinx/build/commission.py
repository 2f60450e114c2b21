"""Commission the work on the editions: an engine for each, its price, its start."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sphinx.util import logging

from amts_sphinx.build import summary
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.protocol import Learner
from amts_sphinx.engine.registry import create_engine
from amts_sphinx.formats import terminology
from amts_sphinx.memory.lessons import Lessons
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate import commissions, cost_limit
from amts_sphinx.translate.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from amts_sphinx.build.failures import Failures
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
    languages: Iterable[Language],
    failures: Failures,
) -> list[Work]:
    """Return the work on each edition; *failures* takes why there is none on one."""
    made: list[Work] = []
    for language in languages:
        with failures.of(language.tag):
            made.append(work(memory, config, language))
    return made


def work(memory: Memory, config: AmtsConfig, language: Language) -> Work:
    """Return what translates the book into one language.

    :raises AmtsError: there is no engine for it
    """
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

    keeps_stale = config.stale == "human"
    translator = Translator(memory, engine, profile, asking, progress, keeps_stale)
    return Work(language, pair, translator)


def _engine(memory: Memory, config: AmtsConfig, pair: LanguagePair) -> Engine:
    """Return the engine for one direction, with what it can learn from people."""
    engine = create_engine(config.engine, config.engine_options)
    if not isinstance(engine, Learner):
        return engine
    terms = terminology.read(config.terminology, pair).terms
    return engine.train(pair, Lessons(memory, pair), config.memory.parent, terms)


def start(
    works: Iterable[Work],
    containers: Collection[Container],
    config: AmtsConfig,
    failures: Failures,
) -> Mapping[str, float]:
    """Start what costs money or is done in jobs, for all editions at once.

    :param failures: takes why an edition cannot be translated
    :returns: the price in dollars of each edition that costs some, by its tag
    :raises CostLimitError: it would cost too much together; nothing is started
    """
    asked: list[Commission] = []
    bills: list[tuple[LanguagePair, Bill]] = []
    for work in works:
        if not commissions.is_planned(work.translator.engine):
            continue
        with failures.of(work.language.tag):
            wanted = work.translator.commission(containers, work.pair)
            if not wanted.requests:
                continue
            bill = commissions.bill(wanted)
            bills += [(wanted.pair, bill)] if bill else []
            asked.append(wanted)
    cost_limit.check(bills, config.cost_limit)
    for each, why in commissions.begin(asked):
        failures.add(f"{why.category}: {why}", each.pair.target)
    return {pair.target: bill.dollars for pair, bill in bills}


def estimate(work: Work, containers: Collection[Container]) -> Estimate:
    """Return what one edition wants from its engine; nothing is sent.

    :raises EngineError: the engine cannot translate it
    """
    segments = {s.key for container in containers for s in container.segments}
    wanted = work.translator.commission(containers, work.pair)
    bill = commissions.bill(wanted)
    return Estimate(work.language, len(segments), len(wanted.requests), bill)
