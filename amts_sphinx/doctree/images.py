"""Localised images: ``leaf.es.png`` beside ``leaf.png``, as the book names them.

Sphinx chooses among them while it reads, for the language of the book. An edition
chooses again, by Sphinx's own rule.
"""

from __future__ import annotations

import os
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from docutils import nodes
from sphinx.util import i18n
from sphinx.util.images import guess_mimetype

from amts_sphinx import _compat

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from amts_sphinx.core.languages import Language

#: Sphinx's key of an image that a writer has no choice of.
_ONLY: Final = "*"


def localised(app: Sphinx, docname: str, language: Language) -> list[str]:
    """Return the localised images that exist for what a document shows.

    It is for noticing that one has come or gone; :func:`choose` chooses.
    """
    found = []
    for path, (documents, _) in app.env.images.items():
        if docname not in documents:
            continue
        wanted = _named(app, path, docname, language.locale)
        if wanted != path and Path(app.srcdir, wanted).is_file():
            found.append(wanted)
    return sorted(found)


def _named(app: Sphinx, path: str, docname: str, locale: str) -> str:
    """Return what an image is called in a language; *path*: from the source folder."""
    before, dot, extension = path.rpartition(".")
    root = before.removesuffix(f".{app.config.language}")
    folder, slash, name = root.rpartition("/")
    document, _, _ = docname.rpartition("/")
    try:
        return str(
            app.config.figure_language_filename.format(
                root=root,
                ext=f"{dot}{extension}",
                path=f"{folder}{slash}",
                basename=name,
                docpath=document and f"{document}/",
                language=locale,
            )
        )
    except KeyError:
        return path  # Sphinx has said so while it read


class Choice(NamedTuple):
    """What one document shows in an edition in place of what the book shows."""

    #: Paths from the source folder.
    gone: frozenset[str]
    come: tuple[str, ...]


def choose(env: BuildEnvironment, docname: str, doctree: nodes.document) -> Choice:
    """Put the images of the edition's language into *doctree*.

    The environment is to know of them, too: see :func:`note`.

    :param env: that of the edition; *docname* is its present document
    """
    before = _shown(doctree)
    for node in doctree.findall(nodes.image):
        candidates: dict[str, str] = node.get("candidates", {})
        if node["uri"].endswith(f"{os.extsep}*"):
            node["candidates"] = {**candidates, **_of_any_type(env, node["uri"])}
        elif _ONLY in candidates and candidates[_ONLY] == node["uri"]:
            # Older Sphinx keeps the path from the source folder alone.
            written = node.get("original_uri") or f"/{node['uri']}"
            wanted = i18n.search_image_for_language(written, env)
            uri, _ = env.relfn2path(wanted, docname)
            if uri == node["uri"]:
                continue
            node["original_uri"], node["uri"] = written, uri
            node["candidates"] = {_ONLY: uri}
    after = _shown(doctree)
    come = (path for path in after if path not in before)
    return Choice(
        frozenset(before) - frozenset(after),
        tuple(path for path in come if Path(env.srcdir, path).is_file()),
    )


def _shown(doctree: nodes.document) -> list[str]:
    """Return the images of a document, in its order."""
    found: list[str] = []
    for node in doctree.findall(nodes.image):
        found += node.get("candidates", {}).values()
    return found


def note(env: BuildEnvironment, choices: Mapping[str, Choice]) -> None:
    """Have the environment know what each document shows, by the documents' names.

    What no page shows any longer leaves first: the file of another language has its
    name then, as in a book that was read in that language.
    """
    for docname, choice in choices.items():
        for gone in sorted(choice.gone):
            _compat.forget_image(env, docname, gone)
    for docname, choice in choices.items():
        for path in choice.come:
            env.images.add_file(docname, path)


def _of_any_type(env: BuildEnvironment, uri: str) -> dict[str, str]:
    """Return the localised images for ``leaf.*`` by their types."""
    _, pattern = env.relfn2path(i18n.get_image_filename_for_language(f"/{uri}", env))
    return dict(_typed(pattern, Path(env.srcdir)))


def _typed(pattern: str, folder: Path) -> Iterator[tuple[str, str]]:
    names = glob(pattern)  # noqa: PTH207 - the pattern is absolute
    for name in sorted(names, key=len, reverse=True):
        kind = guess_mimetype(name) or f"image/x-{Path(name).suffix[1:]}"
        yield kind, Path(os.path.relpath(name, folder)).as_posix()
