"""The words that Sphinx and docutils put into a doctree while they read.

"Added in version 1.2", "Parameters" or "Contents" become text of the document, in the
source language. Sphinx's catalogues translate them, not an engine. They are recognised
at certain nodes only, since an author may write the same words.
"""

from __future__ import annotations

import gettext
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sphinx
from babel.messages.pofile import read_po
from docutils import nodes
from docutils.languages import get_language
from sphinx import addnodes

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOCALE: Final = Path(sphinx.__file__).parent / "locale"
#: The files of Sphinx that put words into doctrees.
_WRITERS: Final = re.compile(r"(?:.*sphinx/)?(?:domains|ext|directives|roles)\b")
_HOLE: Final = re.compile(r"%(?:\(\w+\))?[sd]")
#: The least number of characters that a pattern has outside of its placeholders.
_LEAST: Final = 4
_LABELLED_TOPICS: Final = {"contents", "abstract", "dedication"}


@cache
def _messages() -> tuple[str, ...]:
    """Return the messages, in English, that Sphinx writes while it reads."""
    with (_LOCALE / "sphinx.pot").open("rb") as file:
        return tuple(
            message.id
            for message in read_po(file)
            if isinstance(message.id, str)
            and any(_WRITERS.match(path) for path, _ in message.locations)
        )


@cache
def _translations(locale: str) -> gettext.NullTranslations:
    try:
        return gettext.translation("sphinx", str(_LOCALE), [locale])
    except OSError:
        return gettext.NullTranslations()


@cache
def _labels(locale: str) -> Mapping[str, str]:
    """Return docutils' labels, such as ``contents``, in a language."""
    labels: Mapping[str, str] = get_language(locale).labels
    return labels


class UiStrings:
    """Sphinx's own texts in the source language, each with the one in the target's."""

    def __init__(self, source: str, target: str = "") -> None:
        """Take two Sphinx locales; without *target*, strings are only recognised."""
        in_source = _translations(source).gettext
        in_target = _translations(target or source).gettext
        self._exact: dict[str, str] = {}
        self._patterns: list[tuple[re.Pattern[str], str]] = []
        for message in _messages():
            text = in_source(message)
            if _HOLE.search(text):
                self._add_pattern(text, in_target(message))
            else:
                self._exact.setdefault(text, in_target(message))
                # Some words, such as an index's "module", are never translated.
                self._exact.setdefault(message, in_target(message))
        # The longest pattern is the most specific one.
        self._patterns.sort(key=lambda row: -len(row[0].pattern))
        self._known: dict[str, str | None] = {}
        here, there = _labels(source), _labels(target or source)
        self._label = {here[key]: there.get(key, here[key]) for key in here}

    def _add_pattern(self, text: str, target: str) -> None:
        fixed = _HOLE.split(text)
        enough = len("".join(fixed).strip()) >= _LEAST
        if enough and "%(" not in text + target and _holes(text) == _holes(target):
            found = "(.+?)".join(map(re.escape, fixed))
            self._patterns.append((re.compile(found), _HOLE.sub("%s", target)))

    def exact(self, text: str) -> str | None:
        """Return the target of a message without placeholders."""
        return self._exact.get(text)

    def label(self, text: str) -> str | None:
        """Return the target of a docutils label."""
        return self._label.get(text)

    def pattern(self, text: str) -> str | None:
        """Return the target of a message whose placeholders are filled."""
        if text not in self._known:
            self._known[text] = self._match(text)
        return self._known[text]

    def _match(self, text: str) -> str | None:
        for pattern, target in self._patterns:
            match = pattern.fullmatch(text)
            if match:
                return target % match.groups()
        return None


def _holes(message: str) -> int:
    return len(_HOLE.findall(message))


def counterpart(node: nodes.Element, strings: UiStrings) -> str | None:
    """Return the text of *node* in the target language, if Sphinx added that text.

    :returns: ``None`` when the text of the node is the author's
    """
    if isinstance(node, nodes.field_name):
        if isinstance(_ancestor(node, 3), addnodes.desc_content):
            return strings.exact(node.astext())
    elif isinstance(node, nodes.title) and node.parent is not None:
        parent = node.parent
        if isinstance(parent, nodes.topic) and _LABELLED_TOPICS & set(
            parent["classes"]
        ):
            return strings.label(node.astext())
        if is_todo(parent):
            return strings.exact(node.astext())
    elif is_version_label(node):
        return _version_label(node.astext(), strings)
    return None


def is_todo(node: nodes.Node) -> bool:
    """Tell whether *node* is an entry of ``sphinx.ext.todo``, loaded or not."""
    return type(node).__name__ == "todo_node"


def is_version_label(node: nodes.Node) -> bool:
    """Tell whether *node* is an "Added in version …" that Sphinx added."""
    return isinstance(node, nodes.inline) and "versionmodified" in node["classes"]


def _version_label(text: str, strings: UiStrings) -> str | None:
    """Translate a version label; the stop or colon after it stays."""
    core = text.rstrip(" :").removesuffix(".")
    target = strings.pattern(core)
    return None if target is None else target + text[len(core) :]


def _ancestor(node: nodes.Element, height: int) -> nodes.Element | None:
    """Return the parent of the parent … *height* times."""
    found: nodes.Element | None = node
    for _ in range(height):
        found = found.parent if found is not None else None
    return found
