"""The production of editions: gather, commission, translate, print, report."""

from __future__ import annotations

import shutil
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinx.util import logging
from sphinx.util.console import color_terminal

from amts_sphinx.build import (
    child_build,
    commission,
    labels,
    site,
    summary,
    up_to_date,
)
from amts_sphinx.build.catalogues import CatalogueReader
from amts_sphinx.build.failures import Failures
from amts_sphinx.build.gather import gather
from amts_sphinx.build.planner import Content, Planner
from amts_sphinx.build.publication import Publication, readable
from amts_sphinx.core.errors import AmtsError
from amts_sphinx.core.units import State
from amts_sphinx.edition.plan import REVIEW_DATA, BoundText
from amts_sphinx.memory import importing
from amts_sphinx.memory.memory import Memory
from amts_sphinx.report.model import CatalogueCounts, Cost
from amts_sphinx.report.reporter import BookFacts, Reporter
from amts_sphinx.translate.cost_limit import Budget
from amts_sphinx.translate.translator import is_bound, published

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sphinx.application import Sphinx
    from sphinx.builders import Builder

    from amts_sphinx.build.child_build import BuildOutcome
    from amts_sphinx.build.commission import Estimate, Work
    from amts_sphinx.build.gather import Material
    from amts_sphinx.build.planner import Order
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.units import Container, Edition
    from amts_sphinx.doctree.collect import DocumentTexts
    from amts_sphinx.doctree.stays import Stay
    from amts_sphinx.edition.plan import EditionPlan
    from amts_sphinx.engine.protocol import Bill
    from amts_sphinx.report.reporter import ReportOutcome
    from amts_sphinx.translate.translator import Translator

logger = logging.getLogger(__name__)
#: The name of Sphinx's file with the environment, in the directory of doctrees.
_ENVIRONMENT: Final = "environment.pickle"


class _Printing(NamedTuple):
    """One edition that is translated, and is being written."""

    work: Work
    edition: Edition
    outcome: Future[BuildOutcome | None]
    #: What stays in the source language.
    stays: Sequence[Stay] = ()
    #: Whether its pages show reviewers what is known of their texts.
    is_for_reviewers: bool = False


def produce(app: Sphinx, builder: Builder, config: AmtsConfig, order: Order) -> None:
    """Make the editions of *order*; one that fails does not stop the others.

    The build fails in the end if any did, and names it.
    """
    failures = Failures(Path(app.doctreedir, ".amts"))
    tags = [language.tag for language in order.editions]
    try:
        _produce(app, builder, config, order, failures)
    except AmtsError as exc:
        failures.add(f"{exc.category}: {exc}", *tags)
    if failures.reasons:
        lines = "\n".join(f"{name}: {why}" for name, why in failures.reasons.items())
        counts = len(failures.reasons), len(tags)
        logger.error("%d of %d editions failed\n%s", *counts, lines)
        # An exception would have Sphinx forget what it read of the book.
        app.statuscode = 1


def estimates(
    app: Sphinx, builder: Builder, config: AmtsConfig, order: Order
) -> list[Estimate]:
    """Return what each edition of *order* wants from its engine; nothing is sent.

    :raises AmtsError: one of them cannot be made
    """
    material = gather(app, builder.env)
    with open_memory(app, builder, config, order, {}, texts=material.texts) as memory:
        budget = Budget(config.cost_limit)
        around = material.around_labels(*order.editions)
        works = [
            commission.work(memory, config, each, material, budget, around=around)
            for each in order.editions
        ]
        return [commission.estimate(work) for work in works]


def _produce(
    app: Sphinx, builder: Builder, config: AmtsConfig, order: Order, failures: Failures
) -> None:
    """Bring the editions through all steps.

    :raises AmtsError: something that all editions need is wrong
    """
    material = gather(app, builder.env)
    log = summary.BuildLog(material.files)
    publication = Publication(builder, config, order) if order.whole else None
    said: dict[str, CatalogueCounts] = {}
    opened = open_memory(app, builder, config, order, said, texts=material.texts)
    jobs = order.at_a_time(app.parallel)
    with opened as memory, ThreadPoolExecutor(jobs) as pool:
        planner = Planner(app, builder, material, config.format)
        shop = _Shop(
            app, builder, order, failures, planner, material, memory, said, pool
        )
        works = commission.works(
            memory, config, order.editions, material, failures, home=shop.home
        )
        bills = commission.start(works, config, failures)
        printings: list[_Printing] = []
        for work in works:
            tag = work.language.tag
            if failures.noted(tag):
                continue  # its engine could not start
            with failures.of(tag):
                edition = shop.translate(work, bills.get(tag))
                printings.append(shop.print(work, edition))
            # Though the edition failed, what was paid for is kept.
            with failures.of(tag):
                commission.keep_paid(memory, config, work)
        for printing in printings:
            with failures.of(printing.work.language.tag):
                reporter = shop.reporter(printing.work)
                _report(printing, reporter, log, failures)
                _tell_reviewers(printing, reporter, order)
    if publication:
        publication.complete(failures)


@dataclass(frozen=True, slots=True)
class _Shop:
    """What all editions of one build are made with."""

    app: Sphinx
    builder: Builder
    order: Order
    failures: Failures
    planner: Planner
    material: Material
    memory: Memory
    #: What became of the messages of catalogues, by tag.
    said: Mapping[str, CatalogueCounts]
    pool: ThreadPoolExecutor

    @property
    def home(self) -> Path:
        """Where builds keep what they found out for the next one."""
        return Path(self.app.doctreedir, ".amts")

    def translate(self, work: Work, bill: Bill | None) -> Edition:
        """Return the edition, with what the engine made of what nobody translated."""
        known = labels.known_around(work)
        edition = work.translator.translate(work.texts, work.pair, bill)
        commission.keep_typeset(work, self.home)
        edition = labels.told(edition, work, known)
        labels.tell_around(edition, work)
        work.translator.drop_former_drafts(edition)
        return edition

    def print(self, work: Work, edition: Edition) -> _Printing:
        """Have the edition written in another thread."""
        material = self.material
        figures = work.translator.by_people(material.for_people, work.pair)
        content = _content(work.translator, work.texts, edition, figures)
        if work.config.review_mode and site.is_of_pages(self.builder):
            from amts_sphinx.build import review_mode  # few builds need it

            known = review_mode.ids(work.texts, edition)
            content = replace(content, units=known)
        present = readable(self.order, self.failures)
        plan = self.planner.plan(work.language, content, self.order, present)
        jobs = self.order.at_a_time(self.app.parallel)
        outcome = self.pool.submit(_print, plan, self.app, self.builder, jobs)
        counts = self.said.get(work.language.tag)
        # What is refused stays, and not on purpose.
        stays = material.stays({*figures, *(counts.refused if counts else ())})
        stays += labels.around_that_stays(edition, work)
        return _Printing(work, edition, outcome, stays, bool(content.units))

    def reporter(self, work: Work) -> Reporter:
        """Return what reports on an edition, if anybody wants that."""
        config = work.config
        version = self.app.extensions["amts_sphinx"].version
        sources = self.material.sources
        book = BookFacts(self.app.config.project, work.containers, sources, version)
        outdirs = {each.tag: out for each, out in self.order.editions.items()}
        kept = kept_report(self.app, work.language.tag)
        if self.order.force:
            kept.unlink(missing_ok=True)
        return Reporter(
            self.memory,
            config,
            # Review mode asks for the findings, though no report is wanted.
            config.report or config.folder,
            book,
            outdirs,
            self.said,
            {work.language.tag: kept},
        )


def open_memory(
    app: Sphinx,
    builder: Builder,
    config: AmtsConfig,
    order: Order,
    said: dict[str, CatalogueCounts],
    *,
    texts: Mapping[str, DocumentTexts],
) -> Memory:
    """Open the memory, with what people's files and catalogues hold now.

    :param said: takes what became of the messages of catalogues, by tag
    """

    def learn(memory: Memory) -> None:
        reader = CatalogueReader(app, builder, config, memory)
        known = reader.learn_files(order.editions, texts)
        for tag, found in reader.learn(order.editions, texts).items():
            said[tag] = CatalogueCounts(found.counts, found.left, found.refused)
        # After the catalogues: it warns of what any of the origins has lost.
        importing.learn_book(
            memory,
            config.files,
            logger.info,
            summary.warn,
            by_book=known,
            in_work=reader.in_work,
        )

    return _opened(config, learn)


def memory_of_files(config: AmtsConfig) -> Memory:
    """Open the memory, with what people's files hold now; the book is not read."""

    def learn(memory: Memory) -> None:
        importing.learn_book(memory, config.files, logger.info, summary.warn)

    return _opened(config, learn)


def _opened(config: AmtsConfig, learn: Callable[[Memory], None]) -> Memory:
    """Open the memory, and close it again if it cannot *learn*."""
    memory = Memory(config.memory)
    try:
        learn(memory)
    except BaseException:
        memory.close()
        raise
    return memory


def _content(
    translator: Translator,
    containers: Iterable[Container],
    edition: Edition,
    figures: Mapping[str, str],
) -> Content:
    """Return what the edition publishes in place of each container."""
    targets: dict[str, str] = {}
    drafts: set[str] = set()
    stale: set[str] = set()
    machine: set[str] = set()
    partial: dict[str, str] = {}
    bound: dict[str, dict[tuple[str, int | None], BoundText]] = defaultdict(dict)
    for container in containers:
        key, (docname, line) = container.whole.key, container.whole.location
        target = translator.target(container, edition)
        is_draft = target is not None and translator.is_draft(container, edition)
        is_stale = translator.is_stale(container, edition)
        units = [*map(edition.unit, published(container, edition.unit))]
        is_machine = any(unit and unit.state is State.MACHINE for unit in units)
        marked = None if all(units) else translator.marked(container, edition)
        if is_bound(container, edition):
            bound[docname][key, line] = BoundText(
                marked or target, is_draft, is_stale, is_machine
            )
        elif target is not None:
            targets[key] = target
            if marked is not None:
                partial[key] = marked
            if is_draft:
                drafts.add(key)
            if is_stale:
                stale.add(key)
            if is_machine:
                machine.add(key)
    return Content(
        targets,
        frozenset(drafts),
        dict(bound),
        figures,
        frozenset(stale),
        frozenset(machine),
        partial,
    )


def _print(
    plan: EditionPlan, app: Sphinx, builder: Builder, jobs: int
) -> BuildOutcome | None:
    """Have an edition written; ``None`` when it is up to date. In any thread.

    :param jobs: how many editions are written side by side
    """
    templates = getattr(builder, "templates", None)
    age = templates.newest_template_mtime() if templates else None
    digest = up_to_date.digest(plan, app.config, age)
    whole = not plan.filenames
    if whole and not plan.force and up_to_date.is_current(plan, digest):
        return None
    doctrees = Path(plan.home, "doctrees")
    doctrees.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(plan.doctrees, _ENVIRONMENT), Path(doctrees, _ENVIRONMENT))
    up_to_date.void(plan)
    prefix = f"[{plan.tag}] " if jobs > 1 else ""
    outcome = child_build.run(plan, summary.Show(prefix), color=color_terminal())
    if not outcome.failure and whole:
        up_to_date.keep(plan, digest)
    return outcome


def kept_report(app: Sphinx, tag: str) -> Path:
    """Return where what the report on an edition found out is kept for the next one."""
    return Path(app.doctreedir, ".amts", tag, "report.pickle")


def _report(
    printing: _Printing,
    reporter: Reporter,
    log: summary.BuildLog,
    failures: Failures,
) -> None:
    """Report on an edition once it is written, and log its end."""
    tag, edition = printing.work.language.tag, printing.edition
    outcome: BuildOutcome | None = None
    quality: ReportOutcome | None = None
    # Each step has its own guard: a report is due even where the writing failed.
    with failures.of(tag):
        outcome = printing.outcome.result()
        if outcome and outcome.failure:
            failures.add(outcome.failure, tag)
    with failures.of(tag):
        if printing.work.config.report is not None:
            cost = Cost(edition.usage.characters, edition.usage.dollars)
            shown = labels.shown(edition, printing.work)
            quality = reporter.report(edition, cost, shown, printing.stays)
            quality.pass_gate()
    counted = labels.without_around(edition, printing.work)
    log.end(f"amts-{tag}", printing.work.config, counted, outcome, quality)


def _tell_reviewers(printing: _Printing, reporter: Reporter, order: Order) -> None:
    """Write what the pages of an edition show to reviewers, if they are for them."""
    work, edition = printing.work, printing.edition
    outdir = order.editions[work.language]
    if not printing.is_for_reviewers:
        shutil.rmtree(outdir / REVIEW_DATA, ignore_errors=True)
        return
    from amts_sphinx.build import review_mode

    review_mode.write(outdir, reporter.survey(edition), work.texts, edition)
