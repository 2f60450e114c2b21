"""Plan an edition: what its own process must know, from the book and its targets."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from amts_sphinx import _compat
from amts_sphinx.build import site
from amts_sphinx.config.settings import checked
from amts_sphinx.core.languages import spellings_of
from amts_sphinx.doctree import conf_strings, given, images
from amts_sphinx.doctree.collect import rules
from amts_sphinx.edition.plan import FORMAT, BoundText, EditionPlan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sphinx.application import Sphinx
    from sphinx.builders import Builder

    from amts_sphinx.build.gather import Material
    from amts_sphinx.core.languages import Language


@dataclass(frozen=True, slots=True)
class Order:
    """What ``sphinx-build`` was asked for."""

    #: Each language with the directory its edition goes to.
    editions: Mapping[Language, Path]
    #: Write everything, even what is up to date.
    force: bool
    #: Source files given on the command line.
    filenames: tuple[str, ...] = ()
    #: Whether it is of all editions, each in a folder of its own.
    whole: bool = False

    def at_a_time(self, jobs: int) -> int:
        """Return how many editions are written side by side with ``-j`` *jobs*."""
        return max(1, min(jobs, len(self.editions)))


@dataclass(frozen=True, slots=True)
class Content:
    """The texts that an edition publishes."""

    #: Coded targets by normalised source of the whole container.
    targets: Mapping[str, str]
    #: The sources among them whose targets are drafts.
    drafts: frozenset[str]
    #: What is published at one place only, as :attr:`.EditionPlan.bound`.
    bound: Mapping[str, Mapping[tuple[str, int | None], BoundText]]
    #: Coded targets by people of texts that no engine is asked for, as figures.
    figures: Mapping[str, str]
    #: The sources among them whose targets are of a former version.
    stale: frozenset[str] = frozenset()
    #: The sources among them whose targets are a machine's, and no drafts.
    machine: frozenset[str] = frozenset()
    #: Those of :attr:`targets` of which some is in the source language: with a code
    #: around that.
    partial: Mapping[str, str] = field(default_factory=dict)
    #: The ids of the texts of each container, by its normalised source, where pages
    #: show them to reviewers.
    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Planner:
    """Plans the editions of one book."""

    def __init__(
        self, app: Sphinx, builder: Builder, material: Material, form: str
    ) -> None:
        """Take the book as it was read.

        :param form: the name of the builder that is to write the editions
        """
        self._app = app
        self._builder = builder
        self._material = material
        self._texts = material.texts
        self._format = form

    def plan(
        self,
        language: Language,
        content: Content,
        order: Order,
        present: Iterable[Language],
    ) -> EditionPlan:
        """Return the plan of one edition of *order*.

        :param present: the languages of the editions that a reader will find
        """
        app = self._app
        config = checked(app.config).for_language(language.tag)
        command = given.command_line(app)
        strings = conf_strings.strings(
            [
                *self._material.lacking(language),
                *self._material.around(language),
                *checked(app.config).strings,
            ],
            content.targets,
        )
        return EditionPlan(
            tag=language.tag,
            locale=language.locale,
            source_locale=app.config.language or "en",
            format=self._format,
            srcdir=str(app.srcdir),
            confdir=str(app.confdir) if command.has_conf else None,
            outdir=str(order.editions[language]),
            doctrees=str(app.doctreedir),
            home=str(Path(app.doctreedir, ".amts", language.tag)),
            overrides={
                **command.overrides,
                **self._without_catalogues(),
                "language": language.locale,
            },
            tags=self._tags(language),
            verbosity=app.verbosity,
            parallel=max(1, app.parallel // order.at_a_time(app.parallel)),
            quiet=app.quiet,
            force=order.force,
            filenames=order.filenames,
            rules=rules(app.config),
            targets=content.targets,
            drafts=content.drafts,
            stale=content.stale,
            partial=content.partial,
            bound=content.bound if config.machine_notice else _untold(content.bound),
            machine=content.machine if config.machine_notice else frozenset(),
            review=config.review_url if content.units else None,
            units=content.units,
            notice=config.draft_notice,
            digests={
                conf_strings.CONF: self._digest_around(strings, content),
                **{d: self._digest(d, language, content) for d in self._texts},
            },
            dates={docname: texts.date for docname, texts in self._texts.items()},
            written=given.facts(app.config),
            figures=content.figures,
            strings=strings,
            site=site.of(app.config, language, present, whole=order.whole),
        )

    def _digest_around(self, strings: Mapping[str, str], content: Content) -> str:
        """Return a hash of what all pages of an edition show beside their own text."""
        found = sorted(strings.items())
        for each in self._material.records:
            found.append((each.whole.key, content.targets.get(each.whole.key, "")))
        for container in self._material.containers:
            if container.whole.location.docname != conf_strings.CONF:
                break
            key = container.whole.key
            found.append((key, content.targets.get(key, "")))
        return _hash(repr(found).encode())

    def _digest(self, docname: str, language: Language, content: Content) -> str:
        """Return a hash of what one document of an edition is made from."""
        made_from = [_compat.stamp(FORMAT), self._trees[docname], language.locale]
        made_from.append(self._texts[docname].date)
        config = checked(self._app.config).for_language(language.tag)
        made_from.append(f"{config.draft_notice} {config.machine_notice}")
        for container in self._texts[docname].containers:
            key = container.whole.key
            marks = "*" * (key in content.drafts) + "~" * (key in content.stale)
            marks += "=" * (key in content.machine)
            marks += " ".join(content.units.get(key, ()))
            target = content.partial.get(key) or content.targets.get(key, "")
            made_from += [target, marks]
        made_from.append(repr([*content.bound.get(docname, {}).items()]))
        for container in self._texts[docname].figures:
            made_from.append(content.figures.get(container.whole.key, ""))
        for text in conf_strings.metadata(self._builder.env, docname).values():
            made_from.append(conf_strings.translated(text, content.targets))
        made_from += images.localised(self._app, docname, language)
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

    def _without_catalogues(self) -> dict[str, bool]:
        """Return what keeps Sphinx from compiling the catalogues of the project.

        They would appear among the project's files. Only words that it has in place of
        Sphinx's own are needed.
        """
        folders = [Path(self._app.srcdir, d) for d in self._app.config.locale_dirs]
        own = (next(each.glob("*/LC_MESSAGES/sphinx.po"), None) for each in folders)
        return {} if any(own) else {"gettext_auto_build": False}

    def _tags(self, language: Language) -> tuple[str, ...]:
        """Return the tags of an edition: those of the build, and its own.

        Its own are ``amts`` and, for each spelling of its language, ``amts_zh_Hant``.
        """
        spellings = {f"amts_{s.replace('-', '_')}" for s in spellings_of(language.tag)}
        tags = tags_of(self._app, self._builder)
        return tuple(sorted({*tags, "amts", *spellings}))


def _untold(
    bound: Mapping[str, Mapping[tuple[str, int | None], BoundText]],
) -> dict[str, dict[tuple[str, int | None], BoundText]]:
    """Return *bound* without what is told of machines' texts."""
    return {
        docname: {place: text._replace(machine=False) for place, text in texts.items()}
        for docname, texts in bound.items()
    }


def tags_of(app: Sphinx, builder: Builder) -> tuple[str, ...]:
    """Return the tags of the build, without those of the builder itself."""
    own = {builder.format, builder.name}
    own |= {f"format_{builder.format}", f"builder_{builder.name}"}
    own |= {f"builder_{builder.name.replace('-', '_')}"}
    return tuple(sorted(_compat.tags_of(app) - own))


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
