"""Commission the work on the editions: an engine for each, its price, its start."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sphinx.util import logging

from amts_sphinx.build import summary
from amts_sphinx.core.units import HUMAN, LanguagePair, State
from amts_sphinx.engine.protocol import Commission, Learner, Paid
from amts_sphinx.engine.registry import create_engine
from amts_sphinx.formats import terminology
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate import cost_limit
from amts_sphinx.translate.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from amts_sphinx.build.failures import Failures
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.languages import Language
    from amts_sphinx.core.units import Container
    from amts_sphinx.engine.protocol import Bill, Engine
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
    return Work(language, pair, Translator(memory, engine, profile, asking))


def _engine(memory: Memory, config: AmtsConfig, pair: LanguagePair) -> Engine:
    """Return the engine for one direction, with what it can learn from people."""
    engine = create_engine(config.engine, config.engine_options)
    if not isinstance(engine, Learner):
        return engine
    units = (
        unit
        for unit in memory.units(pair, makers=[HUMAN])
        if unit.state in {State.REVIEWED, State.APPROVED}
    )
    terms = terminology.read(config.terminology, pair).terms
    trained = engine.train(pair, units, config.memory.parent, terms)
    if isinstance(trained, Paid):
        trained.tell = lambda line: logger.info("amts-%s: %s", pair.target, line)
    return trained


def start(
    works: Iterable[Work], containers: Collection[Container], config: AmtsConfig
) -> Mapping[str, float]:
    """Start what costs money, for all editions at once.

    :returns: the price in dollars of each edition that costs some, by its tag
    :raises CostLimitError: it would cost too much together; nothing is started
    """
    wanted = [
        Commission(each.translator.engine, _missing(each, containers), each.pair)
        for each in works
        if isinstance(each.translator.engine, Paid)
    ]
    asked = [each for each in wanted if each.sources]
    bills = [(each.pair, bill) for each in asked if (bill := cost_limit.bill(each))]
    cost_limit.check(bills, config.cost_limit)
    if asked and isinstance(asked[0].engine, Paid):
        asked[0].engine.begin(asked)
    return {pair.target: bill.dollars for pair, bill in bills}


def estimate(work: Work, containers: Collection[Container]) -> Estimate:
    """Return what one edition wants from its engine; nothing is sent."""
    segments = {s.key for container in containers for s in container.segments}
    missing = _missing(work, containers)
    bill = cost_limit.bill(Commission(work.translator.engine, missing, work.pair))
    return Estimate(work.language, len(segments), len(missing), bill)


def _missing(work: Work, containers: Collection[Container]) -> list[str]:
    return work.translator.missing(containers, work.pair)
