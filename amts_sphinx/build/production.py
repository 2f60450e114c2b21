"""The production of editions: gather, commission, translate, print, report."""

from __future__ import annotations

import shutil
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinx.util import logging
from sphinx.util.console import color_terminal

from amts_sphinx.build import child_build, commission, summary, up_to_date
from amts_sphinx.build.failures import Failures
from amts_sphinx.build.gather import gather
from amts_sphinx.build.planner import Content, Planner
from amts_sphinx.core.errors import AmtsError
from amts_sphinx.edition.plan import BoundText
from amts_sphinx.memory import importing
from amts_sphinx.memory.memory import Memory
from amts_sphinx.report.model import Cost
from amts_sphinx.report.reporter import BookFacts, Reporter
from amts_sphinx.translate.translator import is_bound

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sphinx.application import Sphinx
    from sphinx.builders import Builder

    from amts_sphinx.build.child_build import BuildOutcome
    from amts_sphinx.build.commission import Estimate
    from amts_sphinx.build.gather import Material
    from amts_sphinx.build.planner import Order
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.units import Container, Edition
    from amts_sphinx.edition.plan import EditionPlan
    from amts_sphinx.report.reporter import ReportOutcome
    from amts_sphinx.translate.translator import Translator

logger = logging.getLogger(__name__)
#: The name of Sphinx's file with the environment, in the directory of doctrees.
_ENVIRONMENT: Final = "environment.pickle"


class _Printing(NamedTuple):
    """One edition that is translated, and is being written."""

    tag: str
    edition: Edition
    outcome: Future[BuildOutcome | None]


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
    with open_memory(config) as memory:
        works = [commission.work(memory, config, each) for each in order.editions]
        return [commission.estimate(work, material.containers) for work in works]


def _produce(
    app: Sphinx, builder: Builder, config: AmtsConfig, order: Order, failures: Failures
) -> None:
    """Bring the editions through all steps.

    :raises AmtsError: something that all editions need is wrong
    """
    material = gather(app, builder.env)
    planner = Planner(app, builder, material.texts, config.format)
    log = summary.BuildLog(config.engine, material.texts)
    jobs = order.at_a_time(app.parallel)
    with open_memory(config) as memory, ThreadPoolExecutor(jobs) as pool:
        works = commission.works(memory, config, order.editions, failures)
        dollars = commission.start(works, material.containers, config, failures)
        printings: list[_Printing] = []
        for work in works:
            if failures.noted(work.language.tag):
                continue  # its engine could not start
            with failures.of(work.language.tag):
                edition = work.translator.translate(material.containers, work.pair)
                work.translator.drop_former_drafts(edition)
                content = _content(work.translator, material.containers, edition)
                plan = planner.plan(work.language, content, order)
                outcome = pool.submit(_print, plan, app, builder, jobs)
                printings.append(_Printing(work.language.tag, edition, outcome))
        reporter = _reporter(memory, config, material, app, order)
        for printing in printings:
            with failures.of(printing.tag):
                _report(printing, reporter, dollars, log, failures)


def open_memory(config: AmtsConfig) -> Memory:
    """Open the memory, with what people's files hold now."""
    memory = Memory(config.memory)
    try:
        importing.learn_book(memory, config.files, logger.info, summary.warn)
    except BaseException:
        memory.close()
        raise
    return memory


def _content(
    translator: Translator, containers: Iterable[Container], edition: Edition
) -> Content:
    """Return what the edition publishes in place of each container."""
    targets: dict[str, str] = {}
    drafts: set[str] = set()
    stale: set[str] = set()
    bound: dict[str, dict[tuple[str, int | None], BoundText]] = defaultdict(dict)
    for container in containers:
        key, (docname, line) = container.whole.key, container.whole.location
        target = translator.target(container, edition)
        is_draft = target is not None and translator.is_draft(container, edition)
        is_stale = translator.is_stale(container, edition)
        if is_bound(container, edition):
            bound[docname][key, line] = BoundText(target, is_draft, is_stale)
        elif target is not None:
            targets[key] = target
            if is_draft:
                drafts.add(key)
            if is_stale:
                stale.add(key)
    return Content(targets, frozenset(drafts), dict(bound), frozenset(stale))


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


def _reporter(
    memory: Memory, config: AmtsConfig, material: Material, app: Sphinx, order: Order
) -> Reporter | None:
    """Return what reports on editions; ``None`` when nobody wants that."""
    if config.report is None:
        return None
    version = app.extensions["amts_sphinx"].version
    book = BookFacts(app.config.project, material.containers, material.sources, version)
    outdirs = {language.tag: out for language, out in order.editions.items()}
    return Reporter(memory, config, config.report, book, outdirs)


def _report(
    printing: _Printing,
    reporter: Reporter | None,
    dollars: Mapping[str, float],
    log: summary.BuildLog,
    failures: Failures,
) -> None:
    """Report on an edition once it is written, and log its end."""
    tag, edition = printing.tag, printing.edition
    outcome: BuildOutcome | None = None
    quality: ReportOutcome | None = None
    # Each step has its own guard: a report is due even where the writing failed.
    with failures.of(tag):
        outcome = printing.outcome.result()
        if outcome and outcome.failure:
            failures.add(outcome.failure, tag)
    with failures.of(tag):
        if reporter:
            cost = Cost(edition.usage.characters, dollars.get(tag))
            quality = reporter.report(edition, cost)
            quality.pass_gate()
    log.end(f"amts-{tag}", edition, outcome, quality)
