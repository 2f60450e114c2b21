"""The production of editions: translate the book, then have every edition written."""

from __future__ import annotations

import hashlib
import pickle
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sphinx.util import logging
from sphinx.util.console import color_terminal

from amts_sphinx import bookstrings, codes, learning, press, receipt
from amts_sphinx.collect import rules, texts_of
from amts_sphinx.engine import create_engine
from amts_sphinx.errors import AmtsError
from amts_sphinx.memory import Memory
from amts_sphinx.plan import Plan
from amts_sphinx.records import recorded
from amts_sphinx.translator import Translator
from amts_sphinx.typography import profile_for
from amts_sphinx.units import LanguagePair, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinx.application import Sphinx
    from sphinx.builders import Builder

    from amts_sphinx.config import AmtsConfig
    from amts_sphinx.languages import Language
    from amts_sphinx.press import Outcome
    from amts_sphinx.units import Container, Edition, Finding

logger = logging.getLogger(__name__)
#: The name of Sphinx's file with the environment, in the directory of doctrees.
_ENVIRONMENT: Final = "environment.pickle"


@dataclass(frozen=True, slots=True)
class Order:
    """What ``sphinx-build`` was asked for."""

    #: Each language with the directory its edition goes to.
    editions: Mapping[Language, Path]
    #: Write everything, even what is up to date.
    force: bool
    #: Source files given on the command line.
    filenames: tuple[str, ...] = ()


class Production:
    """Makes the editions of one book in one build."""

    def __init__(self, app: Sphinx, builder: Builder, config: AmtsConfig) -> None:
        self._app = app
        self._builder = builder
        self._config = config
        env = builder.env
        self._texts = {d: t for d, t in texts_of(env).items() if d in env.found_docs}
        self._strings = bookstrings.containers(app.config, env)
        self._told = {(record.message, record.location) for record in recorded()}

    def run(self, order: Order) -> None:
        """Make every edition; one that fails does not stop the others.

        The build fails in the end if any did, and names it.
        """
        failures: dict[str, str] = {}
        waiting: list[tuple[str, Edition, Future[Outcome | None]]] = []
        jobs = max(1, min(self._app.parallel, len(order.editions)))
        with (
            Memory(self._config.memory) as memory,
            ThreadPoolExecutor(jobs) as pool,
        ):
            learning.learn_files(memory, self._config.memory_files, logger.info)
            for language, outdir in order.editions.items():
                name = f"amts-{language.tag}"
                try:
                    edition, plan = self._translate(memory, language, outdir, order)
                except AmtsError as exc:
                    failures[name] = str(exc)
                    continue
                future = pool.submit(self._print, plan, jobs)
                waiting.append((name, edition, future))
            for name, edition, future in waiting:
                outcome = future.result()
                if outcome and outcome.failure:
                    failures[name] = outcome.failure
                self._report(name, edition, outcome)
        if failures:
            self._fail(failures, len(order.editions))

    def _fail(self, failures: Mapping[str, str], editions: int) -> None:
        """Have the build fail, and say why."""
        told = "\n".join(f"{name}: {why}" for name, why in failures.items())
        logger.error("%d of %d editions failed\n%s", len(failures), editions, told)
        # An exception would have Sphinx forget what it read of the book.
        self._app.statuscode = 1

    def _translate(
        self, memory: Memory, language: Language, outdir: Path, order: Order
    ) -> tuple[Edition, Plan]:
        """Translate the book into one language, and plan its edition."""
        config = self._config
        engine = create_engine(config.engine, config.engine_options)
        profile = profile_for(
            language.tag,
            fullwidth_punctuation=config.fullwidth_punctuation,
            script_spacing=config.script_spacing,
        )
        translator = Translator(memory, engine, profile)
        pair = LanguagePair(config.source_language.tag, language.tag)
        logger.info("amts-%s: translating with %s", language.tag, config.engine)
        everything = list(self._containers())
        edition = translator.translate(everything, pair)
        targets = {
            codes.normalise(container.whole.source): target
            for container in everything
            if (target := translator.target(container, edition)) is not None
        }
        return edition, self._plan(language, outdir, order, targets)

    def _containers(self) -> Iterator[Container]:
        yield from self._strings
        for docname in sorted(self._texts):
            yield from self._texts[docname].containers

    def _plan(
        self,
        language: Language,
        outdir: Path,
        order: Order,
        targets: Mapping[str, str],
    ) -> Plan:
        app, config = self._app, self._config
        jobs = max(1, min(app.parallel, len(order.editions)))
        return Plan(
            tag=language.tag,
            locale=language.locale,
            source_locale=app.config.language or "en",
            format=config.format,
            srcdir=str(app.srcdir),
            confdir=str(app.confdir),
            outdir=str(outdir),
            doctrees=str(app.doctreedir),
            home=str(Path(app.doctreedir, ".amts", language.tag)),
            overrides=self._overrides(language, targets),
            tags=self._tags(),
            verbosity=app.verbosity,
            parallel=max(1, app.parallel // jobs),
            quiet=app.quiet,
            force=order.force,
            filenames=order.filenames,
            rules=rules(app.config),
            targets=targets,
            digests={d: self._digest(d, language, targets) for d in self._texts},
            dates={docname: texts.date for docname, texts in self._texts.items()},
        )

    def _digest(
        self, docname: str, language: Language, targets: Mapping[str, str]
    ) -> str:
        """Return a hash of what one document of an edition is made from."""
        made_from = [self._trees[docname], language.locale, self._texts[docname].date]
        made_from += [
            targets.get(codes.normalise(container.whole.source), "")
            for container in self._texts[docname].containers
        ]
        return _hash("\0".join(made_from).encode())

    @cached_property
    def _trees(self) -> dict[str, str]:
        """A hash of each doctree.

        Its date would not do: Sphinx reads some documents at every build, such as those
        with a missing dependency.
        """
        home = Path(self._app.doctreedir)
        return {
            docname: _hash((home / f"{docname}.doctree").read_bytes())
            for docname in self._texts
        }

    def _overrides(
        self, language: Language, targets: Mapping[str, str]
    ) -> dict[str, Any]:
        """Return the configuration of an edition, where it differs from the book's."""
        config = self._app.config
        # Options set one by one on the command line have become parts of these.
        found: dict[str, Any] = {
            name: value
            for name, value in config._raw_config.items()  # noqa: SLF001
            if isinstance(value, dict) and name in config and _can_travel(value)
        }
        found |= config.overrides
        found |= {"extensions": list(config.extensions), "language": language.locale}
        if "epub_language" not in config._raw_config:  # noqa: SLF001
            found["epub_language"] = language.locale.replace("_", "-")
        return found | bookstrings.overrides(config, targets)

    def _tags(self) -> tuple[str, ...]:
        """Return the tags of the build, without those of this builder."""
        builder, tags = self._builder, self._app.tags
        # Sphinx 7 renamed the attribute, and made the tags iterable.
        known = getattr(tags, "_tags" if hasattr(tags, "_tags") else "tags")
        own = {builder.format, builder.name}
        own |= {f"format_{builder.format}", f"builder_{builder.name}"}
        own |= {f"builder_{builder.name.replace('-', '_')}"}
        return tuple(sorted(set(known) - own))

    def _print(self, plan: Plan, jobs: int) -> Outcome | None:
        """Have an edition written; ``None`` when it is up to date. In any thread."""
        templates = getattr(self._builder, "templates", None)
        age = templates.newest_template_mtime() if templates else None
        order = receipt.digest(plan, self._app.config, age)
        whole = not plan.filenames
        if whole and not plan.force and receipt.is_current(plan, order):
            return None
        doctrees = Path(plan.home, "doctrees")
        doctrees.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(plan.doctrees, _ENVIRONMENT), Path(doctrees, _ENVIRONMENT))
        receipt.void(plan)
        prefix = f"[{plan.tag}] " if jobs > 1 else ""
        outcome = press.run(plan, _Show(prefix), color=color_terminal())
        if not outcome.failure and whole:
            receipt.keep(plan, order)
        return outcome

    def _report(self, name: str, edition: Edition, outcome: Outcome | None) -> None:
        """Tell what became of an edition, last of all in one line."""
        for record in outcome.records if outcome else ():
            warning = (record.message, record.location)
            if warning not in self._told:
                self._told.add(warning)
                logger.log(
                    record.level,
                    record.message,
                    location=record.location,
                    type=record.type or None,
                    subtype=record.subtype or None,
                )
        for finding in edition.findings:
            if finding.severity is not Severity.INFO:
                self._warn(name, finding)
        untold = sum(f.severity is Severity.INFO for f in edition.findings)
        if untold:
            logger.info(
                "%s: %d segments stay in the source language: the engine %r has no"
                " translation for them",
                name,
                untold,
                self._config.engine,
            )
        if outcome is None:
            logger.info("%s: the edition is up to date", name)
        logger.info(edition.summary(name))

    def _warn(self, name: str, finding: Finding) -> None:
        document, line = finding.location
        in_book = document in self._builder.env.found_docs
        logger.warning(
            "%s: %s",
            name,
            finding.message,
            location=(document, line) if in_book else f"{document}:",
            type="amts",
            subtype=finding.check,
        )


@dataclass(frozen=True, slots=True)
class _Show:
    """Shows what an edition's build says, line by line."""

    prefix: str

    def __call__(self, line: str) -> None:
        # Editions side by side would overwrite each other's progress.
        if self.prefix and line.endswith("\r"):
            return
        logger.info("%s%s", self.prefix, line, nonl=True)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _can_travel(value: object) -> bool:
    """Tell whether *value* can be sent to another process."""
    try:
        pickle.dumps(value)
    except (pickle.PicklingError, TypeError, AttributeError):
        return False
    return True
