"""The production of editions: translate the book, then have every edition written."""

from __future__ import annotations

import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinx.util import logging
from sphinx.util.console import color_terminal

from amts_sphinx.build import child_build, summary, up_to_date
from amts_sphinx.build.planner import Content, Planner
from amts_sphinx.build.summary import Teller
from amts_sphinx.core.errors import AmtsError
from amts_sphinx.core.units import HUMAN, LanguagePair, State
from amts_sphinx.doctree import conf_strings
from amts_sphinx.doctree.collect import texts_of
from amts_sphinx.engine.protocol import Commission, Learner, Paid, makes_drafts
from amts_sphinx.engine.registry import create_engine
from amts_sphinx.formats import terminology
from amts_sphinx.memory import importing
from amts_sphinx.memory.memory import Memory
from amts_sphinx.report import reporter
from amts_sphinx.report.model import Cost
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate import cost_limit
from amts_sphinx.translate.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.application import Sphinx
    from sphinx.builders import Builder

    from amts_sphinx.build.child_build import BuildOutcome
    from amts_sphinx.build.planner import Order
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.languages import Language
    from amts_sphinx.core.units import Container, Edition
    from amts_sphinx.edition.plan import EditionPlan
    from amts_sphinx.engine.protocol import Bill, Engine

logger = logging.getLogger(__name__)
#: The name of Sphinx's file with the environment, in the directory of doctrees.
_ENVIRONMENT: Final = "environment.pickle"


class _Work(NamedTuple):
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


class Production:
    """Makes the editions of one book in one build."""

    def __init__(self, app: Sphinx, builder: Builder, config: AmtsConfig) -> None:
        self._app = app
        self._builder = builder
        self._config = config
        env = builder.env
        self._texts = {d: t for d, t in texts_of(env).items() if d in env.found_docs}
        self._strings = conf_strings.containers(app.config, env)
        self._planner = Planner(app, builder, self._texts, config.format)
        self._teller = Teller(config.engine, env.found_docs)
        #: What each edition costs, by tag, where its engine takes money.
        self._dollars: dict[str, float] = {}

    def run(self, order: Order) -> None:
        """Make every edition; one that fails does not stop the others.

        The build fails in the end if any did, and names it.
        """
        try:
            failures = self._make(order)
        except AmtsError as exc:
            why = f"{exc.category}: {exc}"
            failures = {f"amts-{language.tag}": why for language in order.editions}
        if failures:
            told = "\n".join(f"{name}: {why}" for name, why in failures.items())
            counts = len(failures), len(order.editions)
            logger.error("%d of %d editions failed\n%s", *counts, told)
            # An exception would have Sphinx forget what it read of the book.
            self._app.statuscode = 1

    def _make(self, order: Order) -> dict[str, str]:
        """Make every edition, and return why some were not made."""
        failures: dict[str, str] = {}
        waiting: list[tuple[str, Edition, Future[BuildOutcome | None]]] = []
        jobs = order.at_a_time(self._app.parallel)
        with (
            Memory(self._config.memory) as memory,
            ThreadPoolExecutor(jobs) as pool,
        ):
            importing.learn_files(memory, self._config.memory_files, logger.info)
            for work in self._started(memory, order, failures):
                name = f"amts-{work.language.tag}"
                try:
                    edition, plan = self._translate(memory, work, order)
                except AmtsError as exc:
                    failures[name] = f"{exc.category}: {exc}"
                    continue
                future = pool.submit(self._print, plan, jobs)
                waiting.append((name, edition, future))
            reporter = self._reporter(memory, order)
            for name, edition, future in waiting:
                outcome = future.result()
                if outcome and outcome.failure:
                    failures[name] = outcome.failure
                quality = None
                try:
                    if reporter:
                        quality = reporter.report(edition, self._cost(edition))
                        quality.pass_gate()
                except AmtsError as exc:
                    failures.setdefault(name, f"{exc.category}: {exc}")
                self._teller.report(name, edition, outcome, quality)
        return failures

    def _reporter(self, memory: Memory, order: Order) -> reporter.Reporter | None:
        """Return what reports on editions; ``None`` when nobody wants that."""
        config, env = self._config, self._builder.env
        if config.report is None:
            return None
        files = {conf_strings.CONF: Path(self._app.confdir, conf_strings.CONF)}
        for docname in (*env.collect_relations(), *sorted(env.found_docs)):
            files.setdefault(docname, Path(env.doc2path(docname)))
        version = self._app.extensions["amts_sphinx"].version
        book = reporter.BookFacts(
            self._app.config.project, self._everything, files, version
        )
        outdirs = {language.tag: out for language, out in order.editions.items()}
        return reporter.Reporter(memory, config, config.report, book, outdirs)

    def _cost(self, edition: Edition) -> Cost:
        """Return what translating an edition cost in this build."""
        dollars = self._dollars.get(edition.pair.target)
        return Cost(edition.usage.characters, dollars)

    def _started(
        self, memory: Memory, order: Order, failures: dict[str, str]
    ) -> list[_Work]:
        """Return the work on each edition; what costs money is begun, for all at once.

        :param failures: takes why there is none on an edition
        :raises EngineError: it would cost too much
        """
        works: list[_Work] = []
        for language in order.editions:
            try:
                works.append(self._work(memory, language))
            except AmtsError as exc:
                failures[f"amts-{language.tag}"] = f"{exc.category}: {exc}"
        wanted = [self._commission(work) for work in works]
        asked = [each for each in wanted if each.sources]
        bills = [(each.pair, bill) for each in asked if (bill := cost_limit.bill(each))]
        cost_limit.check(bills, self._config.cost_limit)
        self._dollars = {pair.target: bill.dollars for pair, bill in bills}
        if asked and isinstance(asked[0].engine, Paid):
            asked[0].engine.begin(asked)
        return works

    def estimate(self, order: Order) -> list[Estimate]:
        """Return what each edition wants from its engine; nothing is sent."""
        with Memory(self._config.memory) as memory:
            importing.learn_files(memory, self._config.memory_files, logger.info)
            works = [self._work(memory, language) for language in order.editions]
            return [self._estimate(work) for work in works]

    def _estimate(self, work: _Work) -> Estimate:
        wanted = self._commission(work, free=True)
        segments = {
            segment.key
            for container in self._everything
            for segment in container.segments
        }
        return Estimate(
            work.language, len(segments), len(wanted.sources), cost_limit.bill(wanted)
        )

    def _commission(self, work: _Work, *, free: bool = False) -> Commission:
        """Return what an engine that costs money will be asked for.

        :param free: whether one that costs nothing is looked at too
        """
        engine, sources = work.translator.engine, []
        if free or isinstance(engine, Paid):
            sources = work.translator.missing(self._everything, work.pair)
        return Commission(engine, sources, work.pair)

    def _work(self, memory: Memory, language: Language) -> _Work:
        """Return what translates the book into one language."""
        config = self._config
        pair = LanguagePair(config.source_language.tag, language.tag)
        engine = self._engine(memory, pair)
        profile = profile_for(
            language.tag,
            fullwidth_punctuation=config.fullwidth_punctuation,
            script_spacing=config.script_spacing,
        )
        asking = partial(summary.asking, language.tag, config.engine)
        return _Work(language, pair, Translator(memory, engine, profile, asking))

    def _translate(
        self, memory: Memory, work: _Work, order: Order
    ) -> tuple[Edition, EditionPlan]:
        """Translate the book into one language, and plan its edition."""
        language, pair, translator = work
        engine = translator.engine
        edition = translator.translate(self._everything, pair)
        if makes_drafts(engine) and edition.usage.translated:
            memory.drop_drafts(pair, engine.fingerprint)
        remark = getattr(engine, "remark", "")
        if remark and (edition.usage.requests or edition.findings):
            name = self._config.engine
            logger.info("amts-%s: the engine %r: %s", language.tag, name, remark)
        content = _content(translator, self._everything, edition)
        return edition, self._planner.plan(language, content, order)

    def _engine(self, memory: Memory, pair: LanguagePair) -> Engine:
        """Return the engine for one direction, with what it can learn from people."""
        config = self._config
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

    @cached_property
    def _everything(self) -> list[Container]:
        """All the text of the book, in order."""
        texts = (self._texts[docname].containers for docname in sorted(self._texts))
        return [*self._strings, *chain.from_iterable(texts)]

    def _print(self, plan: EditionPlan, jobs: int) -> BuildOutcome | None:
        """Have an edition written; ``None`` when it is up to date. In any thread."""
        templates = getattr(self._builder, "templates", None)
        age = templates.newest_template_mtime() if templates else None
        order = up_to_date.digest(plan, self._app.config, age)
        whole = not plan.filenames
        if whole and not plan.force and up_to_date.is_current(plan, order):
            return None
        doctrees = Path(plan.home, "doctrees")
        doctrees.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(plan.doctrees, _ENVIRONMENT), Path(doctrees, _ENVIRONMENT))
        up_to_date.void(plan)
        prefix = f"[{plan.tag}] " if jobs > 1 else ""
        outcome = child_build.run(plan, summary.Show(prefix), color=color_terminal())
        if not outcome.failure and whole:
            up_to_date.keep(plan, order)
        return outcome


def _content(
    translator: Translator, containers: Iterable[Container], edition: Edition
) -> Content:
    """Return what the edition says in place of each container."""
    targets: dict[str, str] = {}
    drafts: set[str] = set()
    for container in containers:
        target = translator.target(container, edition)
        if target is not None:
            key = container.whole.key
            targets[key] = target
            if translator.is_draft(container, edition):
                drafts.add(key)
    return Content(targets, frozenset(drafts))
