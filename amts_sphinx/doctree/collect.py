"""The transform after parsing: take each document's text while Sphinx reads it.

The result is kept in Sphinx's environment, so that a later build need not load the
doctrees of documents that have not changed.
"""

from __future__ import annotations

import pickle
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from sphinx.transforms import SphinxTransform

from amts_sphinx.config.settings import checked
from amts_sphinx.core.inline_codes import unescape
from amts_sphinx.doctree import messages
from amts_sphinx.doctree.classify import SegmentRules
from amts_sphinx.doctree.conf_strings import today, values
from amts_sphinx.doctree.segments import with_sites
from amts_sphinx.doctree.sites import Finder
from amts_sphinx.doctree.sphinx_strings import UiStrings, labels_of
from amts_sphinx.doctree.stays import names, stays

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

    from amts_sphinx.core.units import Container
    from amts_sphinx.doctree.messages import MessageText
    from amts_sphinx.doctree.stays import Stay

_ATTRIBUTE: Final = "amts_texts"


class DocumentTexts(NamedTuple):
    """The texts of one document."""

    containers: tuple[Container, ...]
    #: The text of ``|today|`` when the document was read.
    date: str
    #: The messages of Sphinx, in English, that readers see in it.
    labels: frozenset[str] = frozenset()
    #: The texts of skipped figures, which are published if a person translated them.
    figures: tuple[Container, ...] = ()
    #: Those of the texts that gettext knows.
    messages: tuple[MessageText, ...] = ()
    #: The messages of the document that hold no words.
    wordless: frozenset[str] = frozenset()
    #: What else stays in the source language.
    stays: tuple[Stay, ...] = ()


def texts_of(env: BuildEnvironment) -> dict[str, DocumentTexts]:
    """Return the texts of the book by document."""
    return {docname: pickle.loads(packed) for docname, packed in _packed(env).items()}


def change(
    env: BuildEnvironment,
    docname: str,
    changed: Callable[[DocumentTexts], DocumentTexts],
) -> None:
    """Change what is kept of a document that is being read."""
    packed = _packed(env)
    texts = changed(pickle.loads(packed[docname]))
    packed[docname] = pickle.dumps(texts, pickle.HIGHEST_PROTOCOL)


def _packed(env: BuildEnvironment) -> dict[str, bytes]:
    """Return the pickled texts by document: the dictionary in the environment.

    They are pickled one by one, since most builds only load and save them.
    """
    packed: dict[str, bytes] | None = getattr(env, _ATTRIBUTE, None)
    if packed is None:
        packed = {}
        setattr(env, _ATTRIBUTE, packed)
    return packed


def rules(config: Config) -> SegmentRules:
    """Return the rules that the configuration gives for finding texts."""
    ours = checked(config)
    return SegmentRules(
        ours.source_language.tag,
        spaced=ours.source_language.spaced,
        by_sentence=ours.reads_sentences,
        skip=ours.skip,
        figure_captions=ours.figure_captions,
        values=values(config),
    )


@cache
def _finder(rules: SegmentRules, locale: str) -> Finder:
    return Finder(rules, UiStrings(locale))


class CollectTexts(SphinxTransform):
    """Takes the texts of the document that is being read."""

    # docutils compares priorities as text of three digits, so this one is the last.
    # Before it, the doctree still holds helper nodes of Sphinx's own transforms.
    default_priority = 999
    #: Whether to say of the texts that gettext knows how they are written.
    how_written: ClassVar[bool] = False

    def apply(self, **_: Any) -> None:
        """Run on one document."""
        if self.config.amts_edition_plan:
            return
        finder = _finder(rules(self.config), self.config.language or "en")
        sites = list(finder.sites(self.document))
        found = [*with_sites(self.document, self.env.docname, finder, sites)]
        known = tuple(messages.texts(self.document, found, written=self.how_written))
        labels: set[str | None] = {*labels_of(self.document)}
        labels |= {
            finder.strings.message_of(unescape(s.coded)) for s in sites if s.baked
        }
        texts = DocumentTexts(
            tuple(container for site, container in found if not site.by_people),
            today(self.config),
            frozenset(filter(None, labels)),
            tuple(container for site, container in found if site.by_people),
            known,
            frozenset(messages.others(self.document, known)),
            tuple(stays(self.document, self.env.docname, finder)),
        )
        packed = pickle.dumps(texts, pickle.HIGHEST_PROTOCOL)
        _packed(self.env)[self.env.docname] = packed


def names_in(app: Sphinx, docname: str) -> list[Stay]:
    """Return what is the same in every language in a document that has been read."""
    finder = _finder(rules(app.config), app.config.language or "en")
    return [*names(app.env.get_doctree(docname), docname, finder)]


def _purge(_: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _packed(env).pop(docname, None)


def _merge(
    _: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment
) -> None:
    """Take over the texts of documents that another process read."""
    theirs = _packed(other)
    _packed(env).update({d: theirs[d] for d in docnames if d in theirs})


def register(app: Sphinx) -> None:
    """Add the transform, and keep the environment right."""
    app.add_transform(messages.NumberMessages)
    app.add_transform(messages.CompareMessages)
    app.add_transform(messages.KeepSubstitutions)
    app.add_transform(CollectTexts)
    app.connect("env-get-outdated", messages.want_for_catalogues)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
