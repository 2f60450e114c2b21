"""The editions of a book as they stand, before any engine is asked and without a build.

What a command shows of them is the report's: :class:`.Reporter` makes it of the same
texts, units and findings, by the same functions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amts_sphinx.build import commission, labels, production
from amts_sphinx.build.gather import gather
from amts_sphinx.build.read_book import read_book
from amts_sphinx.core import globs
from amts_sphinx.core.errors import AmtsError
from amts_sphinx.core.units import Location
from amts_sphinx.doctree.collect import names_in
from amts_sphinx.engine import language_pairs
from amts_sphinx.report.reporter import BookFacts, Reporter
from amts_sphinx.translate.cost_limit import Budget

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from sphinx.application import Sphinx
    from sphinx.builders import Builder

    from amts_sphinx.build.commission import Work
    from amts_sphinx.build.gather import Material
    from amts_sphinx.build.planner import Order
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.languages import Language
    from amts_sphinx.core.units import Container, Edition
    from amts_sphinx.doctree.stays import Stay
    from amts_sphinx.memory.memory import Memory
    from amts_sphinx.report.model import CatalogueCounts, Report


@dataclass(frozen=True, slots=True)
class EditionAtHand:
    """One edition as it stands, with what a command may ask of it."""

    edition: Edition
    report: Report
    memory: Memory
    config: AmtsConfig
    containers: Collection[Container]
    #: Source files by document, in the order of the book.
    sources: dict[str, Path]
    #: The address of the published book; empty where ``conf.py`` has none.
    base_url: str
    #: Returns what stays in the source language on purpose, and what is the same in
    #: every language. It takes the time to load all doctrees.
    stays: Callable[[], list[Stay]] = list

    def check_documents(self, wanted: Collection[str]) -> None:
        """See that each glob takes a document of the book.

        :raises ConfigError: one does not
        """
        globs.check(wanted, self.sources)


def look(
    book: Path,
    languages: Sequence[str],
    use: Callable[[EditionAtHand], None],
    warn: Callable[[str], None],
) -> None:
    """Read *book*, and pass each of its editions to *use*.

    :param languages: tags; all of ``amts_target_languages`` when there are none
    :param warn: takes why the texts of an engine cannot be seen
    :raises AmtsError: the book cannot be read
    """
    settings = {"amts_target_languages": ",".join(languages)} if languages else {}

    def read(app: Sphinx, builder: Builder, config: AmtsConfig, order: Order) -> None:
        material = gather(app, builder.env)
        said: dict[str, CatalogueCounts] = {}
        opened = production.open_memory(
            app, builder, config, order, said, texts=material.texts
        )
        with opened as memory:
            for language in order.editions:
                work = _work(memory, config, language, material, warn)
                use(_at_hand(app, material, work, said))

    read_book(book, read, settings)


def _at_hand(
    app: Sphinx, material: Material, work: Work, said: Mapping[str, CatalogueCounts]
) -> EditionAtHand:
    memory, config = work.translator.memory, work.config
    edition = work.translator.recall(work.texts, work.pair)
    edition = labels.told(edition, work, edition.units)
    texts = [*work.containers, *labels.shown(edition, work)]
    version = app.extensions["amts_sphinx"].version
    facts = BookFacts(app.config.project, texts, material.sources, version)
    folder = config.report or config.folder
    kept = {work.language.tag: production.kept_report(app, work.language.tag)}
    reporter = Reporter(memory, config, folder, facts, {}, said, kept)
    return EditionAtHand(
        edition,
        reporter.survey(edition),
        memory,
        config,
        texts,
        dict(material.sources),
        str(_value(app, "html_baseurl") or ""),
        partial(_stays, app, material, work, edition),
    )


def _stays(app: Sphinx, material: Material, work: Work, edition: Edition) -> list[Stay]:
    figures = work.translator.by_people(material.for_people, work.pair)
    found = material.stays(figures)
    found += labels.around_that_stays(edition, work)
    for docname in sorted(app.env.found_docs):
        names = names_in(app, docname)
        if material.sources[docname] != Path(app.env.doc2path(docname)):
            # The lines are those of a file that nobody edits.
            names = [n._replace(location=Location(docname)) for n in names]
        found += names
    return found


def _value(app: Sphinx, name: str) -> Any:
    return getattr(app.config, name, "")


def _work(
    memory: Memory,
    config: AmtsConfig,
    language: Language,
    material: Material,
    warn: Callable[[str], None],
) -> Work:
    """Return what recalls the texts of an edition.

    An engine that cannot be made here, for want of a package, a model or an account,
    keeps nobody from the texts of people, nor from what it made before.
    """
    budget = Budget(config.cost_limit)
    try:
        work = commission.work(memory, config, language, material, budget)
        language_pairs.check(work.translator.engine, work.pair)
    except AmtsError as exc:
        warn(f"{language.tag}: shown is what engines made before: {exc}")
        known = replace(config.for_language(language.tag), engine="known", special={})
        return commission.work(memory, known, language, material, budget)
    return work
