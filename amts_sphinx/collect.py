"""The hook after parsing: note each document's texts while Sphinx reads it.

They are kept in the environment, so that a later build knows them without looking at a
doctree again.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sphinx.transforms import SphinxTransform

from amts_sphinx.bookstrings import today, values
from amts_sphinx.config import checked
from amts_sphinx.inline import Rules
from amts_sphinx.segments import containers
from amts_sphinx.sites import Finder
from amts_sphinx.uistrings import UiStrings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

    from amts_sphinx.units import Container

_ATTRIBUTE: Final = "amts_texts"


class Texts(NamedTuple):
    """The texts of one document."""

    containers: tuple[Container, ...]
    #: What ``|today|`` said when the document was read.
    date: str


def texts_of(env: BuildEnvironment) -> dict[str, Texts]:
    """Return the texts of the book by document; the dictionary of the environment."""
    texts: dict[str, Texts] | None = getattr(env, _ATTRIBUTE, None)
    if texts is None:
        texts = {}
        setattr(env, _ATTRIBUTE, texts)
    return texts


def rules(config: Config) -> Rules:
    """Return the rules that the configuration gives for finding texts."""
    ours = checked(config)
    return Rules(
        ours.source_language.tag,
        spaced=ours.source_language.spaced,
        by_sentence=ours.by_sentence,
        skip=ours.skip,
        figure_captions=ours.figure_captions,
        values=values(config),
    )


@cache
def _finder(rules: Rules, locale: str) -> Finder:
    return Finder(rules, UiStrings(locale))


class CollectTexts(SphinxTransform):
    """Notes the texts of the document that is being read."""

    # docutils sorts priorities as text of three digits, so this is the last there is;
    # only then has Sphinx taken its own helpers out of the doctree.
    default_priority = 999

    def apply(self, **_: Any) -> None:
        """Run on one document."""
        if self.config.amts_edition_plan:
            return
        finder = _finder(rules(self.config), self.config.language or "en")
        found = containers(self.document, self.env.docname, finder)
        texts_of(self.env)[self.env.docname] = Texts(found, today(self.config))


def _purge(_: Sphinx, env: BuildEnvironment, docname: str) -> None:
    texts_of(env).pop(docname, None)


def _merge(
    _: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment
) -> None:
    """Take the texts that another process read."""
    theirs = texts_of(other)
    texts_of(env).update({d: theirs[d] for d in docnames if d in theirs})


def register(app: Sphinx) -> None:
    """Add the transform, and keep the environment right."""
    app.add_transform(CollectTexts)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
