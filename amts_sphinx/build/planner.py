"""Plan an edition: what its own process must know, from the book and its targets."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amts_sphinx import _compat
from amts_sphinx.config.settings import checked
from amts_sphinx.doctree import conf_strings
from amts_sphinx.doctree.collect import rules
from amts_sphinx.edition.plan import FORMAT, BoundText, EditionPlan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.application import Sphinx
    from sphinx.builders import Builder

    from amts_sphinx.core.languages import Language
    from amts_sphinx.doctree.collect import DocumentTexts


@dataclass(frozen=True, slots=True)
class Order:
    """What ``sphinx-build`` was asked for."""

    #: Each language with the directory its edition goes to.
    editions: Mapping[Language, Path]
    #: Write everything, even what is up to date.
    force: bool
    #: Source files given on the command line.
    filenames: tuple[str, ...] = ()

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
    #: The sources among them whose targets are of a former version.
    stale: frozenset[str] = frozenset()


class Planner:
    """Plans the editions of one book."""

    def __init__(
        self,
        app: Sphinx,
        builder: Builder,
        texts: Mapping[str, DocumentTexts],
        form: str,
    ) -> None:
        """Take the book as it was read.

        :param texts: by document
        :param form: the name of the builder that is to write the editions
        """
        self._app = app
        self._builder = builder
        self._texts = texts
        self._format = form

    def plan(self, language: Language, content: Content, order: Order) -> EditionPlan:
        """Return the plan of one edition of *order*."""
        app = self._app
        return EditionPlan(
            tag=language.tag,
            locale=language.locale,
            source_locale=app.config.language or "en",
            format=self._format,
            srcdir=str(app.srcdir),
            confdir=str(app.confdir),
            outdir=str(order.editions[language]),
            doctrees=str(app.doctreedir),
            home=str(Path(app.doctreedir, ".amts", language.tag)),
            overrides=self._overrides(language, content.targets),
            tags=self._tags(),
            verbosity=app.verbosity,
            parallel=max(1, app.parallel // order.at_a_time(app.parallel)),
            quiet=app.quiet,
            force=order.force,
            filenames=order.filenames,
            rules=rules(app.config),
            targets=content.targets,
            drafts=content.drafts,
            stale=content.stale,
            bound=content.bound,
            notice=checked(app.config).draft_notice,
            digests={d: self._digest(d, language, content) for d in self._texts},
            dates={docname: texts.date for docname, texts in self._texts.items()},
        )

    def _digest(self, docname: str, language: Language, content: Content) -> str:
        """Return a hash of what one document of an edition is made from."""
        made_from = [_compat.stamp(FORMAT), self._trees[docname], language.locale]
        made_from.append(self._texts[docname].date)
        made_from.append(str(checked(self._app.config).draft_notice))
        for container in self._texts[docname].containers:
            key = container.whole.key
            marks = "*" * (key in content.drafts) + "~" * (key in content.stale)
            made_from += [content.targets.get(key, ""), marks]
        made_from.append(repr([*content.bound.get(docname, {}).items()]))
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
            for name, value in _compat.given_values(config).items()
            if isinstance(value, dict) and _can_travel(value)
        }
        found |= config.overrides
        found |= {"extensions": list(config.extensions), "language": language.locale}
        if not _compat.is_given(config, "epub_language"):
            found["epub_language"] = language.locale.replace("_", "-")
        return found | conf_strings.overrides(config, targets)

    def _tags(self) -> tuple[str, ...]:
        """Return the tags of the build, without those of this builder."""
        builder = self._builder
        own = {builder.format, builder.name}
        own |= {f"format_{builder.format}", f"builder_{builder.name}"}
        own |= {f"builder_{builder.name.replace('-', '_')}"}
        return tuple(sorted(_compat.tags_of(self._app) - own))


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _can_travel(value: object) -> bool:
    """Tell whether *value* can be sent to another process."""
    try:
        pickle.dumps(value)
    except (pickle.PicklingError, TypeError, AttributeError):
        return False
    return True
