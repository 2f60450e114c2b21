"""What an edition's own Sphinx build gets to know, and what it keeps for the next one.

Both are pickled by one process and read by another of the same build, in the doctree
directory, as Sphinx does with its environment.
"""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sphinx.addnodes import toctree

from amts_sphinx import _compat
from amts_sphinx.core import atomic
from amts_sphinx.doctree.conf_strings import CONF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docutils import nodes

    from amts_sphinx.doctree.classify import SegmentRules
    from amts_sphinx.doctree.images import Choice

#: Raised with each change of what an edition is made from, or of how it is derived:
#: editions of an earlier format are made anew. It is no part of what an engine's
#: translations are known by, so that an upgrade pays for nothing.
FORMAT: Final = 6
#: The folder of an edition with what its pages show to reviewers of their texts.
REVIEW_DATA: Final = "_amts"
_STATE: Final = "state.pickle"


class BoundText(NamedTuple):
    """What is published at one place."""

    #: Coded; ``None``: the source stays.
    target: str | None
    #: Whether an engine drafted some of it.
    draft: bool
    #: Whether some of it is what a person made of a former version.
    stale: bool = False
    #: Whether some of it is a machine's, and no draft.
    machine: bool = False


class Sibling(NamedTuple):
    """One edition of the book, as the pages of all editions name it."""

    #: BCP 47.
    tag: str
    #: Its name in its own language.
    name: str
    #: Where its root is: relative to the root of this edition, with a slash at the end.
    #: Or absolute.
    path: str
    #: Its full address, with a slash at the end; empty where that is not known.
    url: str
    #: Whether it is the book itself, in the source language.
    is_source: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """What the pages of one edition tell of the site that it is part of."""

    #: All editions in the order of ``conf.py``, this one among them; the book itself
    #: first, where it is published.
    siblings: tuple[Sibling, ...] = ()
    #: Whether each page leads to itself in the other editions.
    switcher: bool = False
    #: Whether places of a page lead to the same places of the book itself.
    originals: bool = False
    #: Whether each page names its counterparts to search engines.
    alternates: bool = False
    #: The full address of this edition, with a slash at the end.
    url: str = ""
    #: The full address of the page that leads readers to their language, for those
    #: whose language is not among the editions; empty: the book itself is for them.
    chooser: str = ""


@dataclass(frozen=True, slots=True)
class EditionPlan:
    """One edition to write: everything its process must know."""

    #: BCP 47.
    tag: str
    #: Sphinx's ``language`` for the edition, and for the book.
    locale: str
    source_locale: str
    #: The name of the Sphinx builder that writes it.
    format: str
    srcdir: str
    #: ``None``: there is no ``conf.py``.
    confdir: str | None
    outdir: str
    #: The directory of the book's doctrees, in the source language.
    doctrees: str
    #: The edition's own directory for doctrees and state.
    home: str
    overrides: Mapping[str, Any]
    tags: tuple[str, ...]
    verbosity: int
    parallel: int
    quiet: bool
    #: Write everything, even what is up to date.
    force: bool
    #: Source files given on the command line.
    filenames: tuple[str, ...]
    rules: SegmentRules
    #: Coded targets by normalised source.
    targets: Mapping[str, str]
    #: The sources among them whose targets are drafts.
    drafts: frozenset[str]
    #: What is published at one place only, by the document, then by normalised source
    #: and line.
    bound: Mapping[str, Mapping[tuple[str, int | None], BoundText]]
    #: Whether a page with drafts has a notice for its readers.
    notice: bool
    #: What each document is made from: it is derived again when that changes.
    digests: Mapping[str, str]
    #: The text of ``|today|`` when each document was read.
    dates: Mapping[str, str]
    #: What ``conf.py`` gave for the book, of the values that hold texts; and its
    #: ``project``, ``language`` and addresses.
    written: Mapping[str, Any] = field(default_factory=dict)
    #: Coded targets by people of the texts that no engine is asked for, as figures.
    figures: Mapping[str, str] = field(default_factory=dict)
    #: Sphinx's own messages that its catalogue lacks, and strings of templates, each
    #: with its target.
    strings: Mapping[str, str] = field(default_factory=dict)
    #: What the pages show of other editions.
    site: Site = Site()
    #: The sources among those of :attr:`targets` whose targets are of a former version.
    stale: frozenset[str] = frozenset()
    #: The sources among them whose targets are a machine's, and no drafts; empty where
    #: readers are not told of those.
    machine: frozenset[str] = frozenset()
    #: Those of :attr:`targets` of which some is in the source language, by normalised
    #: source: with a code around that, whose number the source does not have.
    partial: Mapping[str, str] = field(default_factory=dict)
    #: Where each text can be worked on: an address with ``{unit}``, which may be empty.
    #: ``None``: the edition is not for reviewers.
    review: str | None = None
    #: The ids of the texts of each container, by its normalised source; for reviewers.
    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where the edition goes, and in which format."""
        return f"{self.format} {self.outdir}"

    @property
    def around(self) -> str:
        """What all pages show beside their own text, as a digest."""
        return f"{self.digests.get(CONF, '')} {self.site} {self.review}"

    @property
    def path(self) -> Path:
        """Where the plan is kept for the edition's process."""
        return Path(self.home, "plan.pickle")


class Patch(NamedTuple):
    """What one document adds to the environment of an edition."""

    digest: str
    title: nodes.title
    long_title: nodes.title
    toc: nodes.bullet_list
    entries: list[tuple[str, ...]]
    #: Titles of labels, by label.
    labels: dict[str, str]
    todos: list[nodes.Element]
    images: Choice

    def shown_elsewhere(self) -> tuple[object, ...]:
        """Return what other pages than the document's own may show of it."""
        return (
            self.title.astext(),
            self.long_title.astext(),
            self.toc.astext(),
            [(t.get("caption"), t["entries"]) for t in self.toc.findall(toctree)],
            self.labels,
        )


@dataclass(slots=True)
class EditionState:
    """What an edition's process knows from the last time."""

    patches: dict[str, Patch] = field(default_factory=dict)
    #: For each place that the edition was ever written to
    #: (:attr:`EditionPlan.place`), the documents that were derived since, and are not
    #: yet written there.
    pending: dict[str, set[str]] = field(default_factory=dict)
    #: What all pages show beside their own text, as a digest.
    around: str = ""


def load_state(home: str) -> EditionState:
    """Return the state kept in *home*; an empty one if it cannot be used.

    It can always be made again. So a state that is damaged, or that another version
    of this package, of Sphinx or of docutils wrote, counts as not there.
    """
    try:
        with Path(home, _STATE).open("rb") as file:
            # The stamp is read first: what follows may need classes that are gone.
            if pickle.load(file) != _compat.stamp(FORMAT):
                return EditionState()
            state = pickle.load(file)
    except Exception:  # noqa: BLE001 - unpickling can raise whatever the classes raise
        return EditionState()
    return state if isinstance(state, EditionState) else EditionState()


def save_state(home: str, state: EditionState) -> None:
    """Keep *state* in *home*."""
    save_pickles(Path(home, _STATE), _compat.stamp(FORMAT), state)


def save_pickles(path: Path, *values: object) -> None:
    """Write *values* so that another process sees them whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        for value in values:
            pickle.dump(value, file, pickle.HIGHEST_PROTOCOL)
    atomic.move(draft, path)
