"""From the book's environment and its targets to the environment of an edition.

The book was parsed once, in the source language. Here its doctrees are translated, and
what the environment knows from them – titles, tables of contents, labels, index – is
collected again. Nothing is read a second time.

The order of things: Sphinx has loaded a copy of the book's environment; every document
whose sources, targets or settings changed is *derived* into a :class:`Patch` and a
doctree on disk; then all patches, old and new, are applied to the environment.
"""

from __future__ import annotations

import pickle
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.environment.collectors.title import TitleCollector
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.util.docutils import LoggingReporter
from sphinx.util.nodes import clean_astext

from amts_sphinx import _compat
from amts_sphinx.doctree import conf_strings, images, records
from amts_sphinx.doctree.sites import Finder
from amts_sphinx.doctree.sphinx_strings import UiStrings, is_todo
from amts_sphinx.edition import (
    blog,
    collation,
    draft_notice,
    registries,
    source_notice,
)
from amts_sphinx.edition.plan import Patch
from amts_sphinx.edition.publish import Targets, publish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from amts_sphinx.edition.plan import EditionPlan, EditionState

#: Elements whose text Sphinx may show for a label that points at or around them.
_TITLES: Final = (
    nodes.title,
    nodes.caption,
    nodes.term,
    nodes.field_name,
    nodes.rubric,
)


def derive(app: Sphinx, plan: EditionPlan, state: EditionState, today: str) -> set[str]:
    """Make the environment of *app* that of the edition.

    :param state: what is known from the last time; it is brought up to date
    :param today: what ``|today|`` says in the edition
    :returns: the documents that must be written again
    """
    env = app.env
    deriver = _Deriver(app, plan, today)
    old, fresh = state.patches, set[str]()
    state.patches = {}
    for docname in sorted(env.found_docs):
        patch = old.get(docname)
        if patch is None or not deriver.is_current(docname, patch):
            patch = deriver.patch(docname)
            fresh.add(docname)
        state.patches[docname] = patch
    for docname, patch in state.patches.items():
        deriver.translate_posts(docname, patch)
        _apply(env, docname, patch)
    images.note(env, {name: patch.images for name, patch in state.patches.items()})
    blog.name_labels(app, plan)
    deriver.translate_registries()
    conf_strings.translate_synopses(env, plan.targets)
    conf_strings.translate_metadata(env, plan.targets)
    env.temp_data.clear()
    if _shown_elsewhere(old) != _shown_elsewhere(state.patches):
        # Every page may show another's title, in its sidebar or in a reference.
        return set(env.found_docs)
    return fresh


class _Deriver:
    """Derives documents, one by one."""

    def __init__(self, app: Sphinx, plan: EditionPlan, today: str) -> None:
        self._app = app
        self._plan = plan
        self._today = today
        self._labels = _labels_by_document(app.env)
        strings = UiStrings(plan.source_locale, plan.locale, plan.strings)
        self._finder = Finder(plan.rules, strings)

    def is_current(self, docname: str, patch: Patch) -> bool:
        """Tell whether *patch* and the doctree on disk are made from the same."""
        same = patch.digest == self._plan.digests[docname]
        return same and self._kept(docname).exists()

    def patch(self, docname: str) -> Patch:
        """Translate a document, keep its doctree, and return what it adds."""
        doctree = _load(Path(self._plan.doctrees, f"{docname}.doctree"))
        # The collectors' visitors report to it, as they do when a document is read.
        doctree.reporter = LoggingReporter(str(self._app.env.doc2path(docname)))
        named = self._titled(docname, doctree)
        plan = self._plan
        published = self._publish(docname, doctree)
        draft_notice.tell(doctree, plan.tag, drafts=plan.notice)
        is_source = plan.notice and not published
        if is_source and source_notice.has_words(doctree, self._finder):
            source_notice.tell(doctree, plan.tag)
        collation.sort_index(doctree, self._plan.tag)
        collation.sort_glossaries(doctree, self._plan.tag)
        chosen = self._collect(docname, doctree)
        doctree.reporter = cast("LoggingReporter", None)
        _dump(doctree, self._kept(docname))
        env = self._app.env
        _compat.hand_over_doctree(env, docname, doctree)
        return Patch(
            self._plan.digests[docname],
            env.titles[docname],
            env.longtitles[docname],
            env.tocs[docname],
            [e for node in doctree.findall(addnodes.index) for e in node["entries"]],
            {label: _text_of(node, title) for label, (node, title) in named.items()},
            [n for n in doctree.findall(nodes.Element) if is_todo(n)],
            chosen,
        )

    def _publish(self, docname: str, doctree: nodes.document) -> int:
        """Replace the texts of a document; return how many there are."""
        plan = self._plan
        values = {plan.dates.get(docname, ""): self._today}
        content = Targets(
            plan.targets,
            plan.drafts,
            plan.figures,
            plan.bound.get(docname, {}),
            plan.stale,
            plan.machine,
            plan.units,
            plan.partial,
        )
        return publish(doctree, self._finder, content, values)

    def translate_posts(self, docname: str, patch: Patch) -> None:
        """Translate what is shown of a document in the lists of a blog."""
        env = self._app.env

        def title(text: str) -> str:
            if text == env.titles[docname].astext():
                return patch.title.astext()
            return conf_strings.translated(text, self._plan.targets)

        blog.translate(env, docname, title, partial(self._publish, docname))

    def translate_registries(self) -> None:
        """Translate what extensions keep in the environment."""
        env, targets = self._app.env, self._plan.targets
        registries.translate(env, self._finder, targets)
        records.translate_tooltips(
            env, lambda text: conf_strings.translated(text.strip(), targets)
        )

    def _collect(self, docname: str, doctree: nodes.document) -> images.Choice:
        """Let Sphinx collect the titles and contents of a document again.

        :returns: the images of the edition's language that it shows
        """
        env = self._app.env
        env.prepare_settings(docname)
        chosen = images.choose(env, docname, doctree)
        env.toctree_includes.pop(docname, None)  # collecting appends to it
        TitleCollector().process_doc(self._app, doctree)
        TocTreeCollector().process_doc(self._app, doctree)
        return chosen

    def _titled(
        self, docname: str, doctree: nodes.document
    ) -> dict[str, tuple[nodes.Element, str]]:
        """Return the element that gives each label its title, before translation."""
        return {
            label: (found, title)
            for label, (node_id, title) in self._labels.get(docname, {}).items()
            if (found := _title_of(doctree, node_id, title)) is not None
        }

    def _kept(self, docname: str) -> Path:
        return Path(self._plan.home, "doctrees", f"{docname}.doctree")


def _apply(env: BuildEnvironment, docname: str, patch: Patch) -> None:
    env.titles[docname] = patch.title
    env.longtitles[docname] = patch.long_title
    env.tocs[docname] = patch.toc
    env.domaindata["index"]["entries"][docname] = patch.entries
    if patch.todos:
        env.domaindata["todo"]["todos"][docname] = patch.todos
    labels = env.domaindata["std"]["labels"]
    for label, title in patch.labels.items():
        labels[label] = (*labels[label][:2], title)


def _labels_by_document(
    env: BuildEnvironment,
) -> dict[str, dict[str, tuple[str, str]]]:
    """Return each document's labels: node id and title, by label."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for label, (docname, node_id, title) in env.domaindata["std"]["labels"].items():
        found.setdefault(docname, {})[label] = (node_id, title)
    return found


def _title_of(
    doctree: nodes.document, node_id: str, title: str
) -> nodes.Element | None:
    """Return the element that gave a label its title, before it is translated."""
    node = doctree.ids.get(node_id)
    if node is None or not title:
        return None
    for found in node.findall(nodes.Element):
        if isinstance(found, addnodes.toctree):
            if found.get("caption") == title:
                return found
        elif isinstance(found, _TITLES) and clean_astext(found) == title:
            return found
    return None


def _text_of(node: nodes.Element, title: str) -> str:
    if isinstance(node, addnodes.toctree):
        return str(node.get("caption", title))
    return clean_astext(node)


def _shown_elsewhere(patches: Mapping[str, Patch]) -> dict[str, tuple[object, ...]]:
    return {docname: patch.shown_elsewhere() for docname, patch in patches.items()}


def _load(path: Path) -> nodes.document:
    with path.open("rb") as file:
        return cast("nodes.document", pickle.load(file))


def _dump(doctree: nodes.document, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        pickle.dump(doctree, file, pickle.HIGHEST_PROTOCOL)
