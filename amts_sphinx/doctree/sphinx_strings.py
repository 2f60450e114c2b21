"""The words that Sphinx and docutils put into a doctree while they read.

"Added in version 1.2", "Parameters" or "Contents" become text of the document, in the
source language. Sphinx's catalogues translate them, not an engine. They are recognised
at certain nodes only, since an author may write the same words.
"""

from __future__ import annotations

import gettext
import os
import re
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import sphinx
from babel.messages.pofile import read_po
from docutils import nodes
from docutils.languages import get_language
from sphinx import addnodes

from amts_sphinx.core import kept

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from babel.messages.catalog import Message

_LOCALE: Final = Path(sphinx.__file__).parent / "locale"
#: The files of Sphinx that put words into doctrees.
_WRITERS: Final = re.compile(r"(?:.*sphinx/)?(?:domains|ext|directives|roles)\b")
#: What stands between two messages of a catalogue.
_BETWEEN: Final = re.compile(rb"\n\s*\n")
#: What each message has whose location one of :data:`_WRITERS` may be.
_MAY_BE_WRITTEN: Final = re.compile(rb"(?m)^#:.*(?:domains|ext|directives|roles)\b")
#: The files of Sphinx that put words on every page.
_SHOWERS: Final = re.compile(
    r"(?:^|sphinx/)((?:themes/.*|builders/html/__init__\.py|environment/adapters/\w+\.py"
    r"|writers/html5?\.py)$)"
)
#: What each message has whose location may be one of :data:`_SHOWERS`.
_MAY_BE_SHOWN: Final = re.compile(
    rb"(?m)^#:.*(?:themes/|builders/html/|environment/adapters/|writers/html)"
)
_HOLE: Final = re.compile(r"%(?:\(\w+\))?[sd]")
#: The least number of characters that a pattern has outside of its placeholders.
_LEAST: Final = 4
#: What writers put before a note, by the name of its node.
_ADMONITIONS: Final = {
    **{kind: kind.capitalize() for kind in ("attention", "caution", "danger", "error")},
    **{kind: kind.capitalize() for kind in ("hint", "important", "note", "tip")},
    "seealso": "See also",
    "warning": "Warning",
}
#: What writers put before a number, if ``numfig`` is on.
NUMBERED: Final = ("Section %s", "Fig. %s", "Table %s", "Listing %s")
_LABELLED_TOPICS: Final = {"contents", "abstract", "dedication"}


def _of_sphinx(wanted: re.Pattern[bytes]) -> Iterator[Message]:
    """Yield Sphinx's messages without plurals, those whose block has what is *wanted*.

    Most are of other files, and to parse them takes most of the time.
    """
    blocks = _BETWEEN.split((_LOCALE / "sphinx.pot").read_bytes())
    some = b"\n\n".join(block for block in blocks if wanted.search(block))
    return (each for each in read_po(BytesIO(some)) if isinstance(each.id, str))


@cache
def _messages() -> tuple[str, ...]:
    """Return the messages, in English, that Sphinx writes while it reads."""
    return tuple(
        str(message.id)
        for message in _of_sphinx(_MAY_BE_WRITTEN)
        if any(_WRITERS.match(path) for path, _ in message.locations)
    )


@cache
def _translations(locale: str) -> gettext.NullTranslations:
    try:
        return gettext.translation("sphinx", str(_LOCALE), [locale])
    except OSError:
        return gettext.NullTranslations()


def own_text(message: str, locale: str) -> str:
    """Return a message of Sphinx's in a language; in English where it has none."""
    return _translations(locale).gettext(message)


class _Missing(gettext.NullTranslations):
    """Says of a message only that no catalogue has it."""

    def gettext(self, message: str) -> str:
        """Return what no message is."""
        return f"\0{message}"


@cache
def _probe(locale: str) -> gettext.NullTranslations:
    try:
        found = gettext.translation("sphinx", str(_LOCALE), [locale])
    except OSError:
        return _Missing()
    found.add_fallback(_Missing())
    return found


@cache
def _shown(*, in_themes: bool = False) -> frozenset[str]:
    """Return the messages that readers see on any page: those of themes, or others."""
    return frozenset(
        str(message.id)
        for message in _of_sphinx(_MAY_BE_SHOWN)
        if any(
            ("/themes/" in path) is in_themes and _is_shown(path, line)
            for path, line in message.locations
        )
    )


def _is_shown(path: str, line: int | None) -> bool:
    """Tell whether a message at a line of Sphinx's code is for readers.

    What is between ``__(`` and ``)`` is for who builds the book.
    """
    found = _SHOWERS.search(path)
    if not found or "/themes/" in path:
        return bool(found)
    try:
        lines = (_LOCALE.parent / found[1]).read_text("utf-8").splitlines()
    except OSError:
        return False
    around = "".join(lines[max(0, (line or 1) - 2) : line])
    return bool(re.search(r"(?<![\w_])_\(", around)) and "__(" not in around


def lacking(messages: Iterable[str], locale: str) -> list[str]:
    """Return those of Sphinx's *messages* that its catalogue has not in a language.

    docutils' labels count among them: they are messages that docutils has its own
    translation of.
    """
    if locale.partition("_")[0] == "en":
        return []
    if isinstance(_probe(locale), _Missing):
        # No word of the pages is in the language.
        messages = {*messages, *_shown(), *_shown(in_themes=True)}
    own, theirs = _labels("en"), _labels(locale)
    translated = {own[key] for key in own if theirs.get(key, own[key]) != own[key]}
    return [
        message
        for message in sorted(set(messages))
        if _probe(locale).gettext(message).startswith("\0")
        and message not in translated
    ]


class Package(NamedTuple):
    """An extension or a theme, which may have catalogues."""

    folder: str
    version: str


@cache
def around_pages(
    of_theme: frozenset[str],
    locale: str,
    packages: tuple[Package, ...],
    home: Path | None = None,
) -> list[str]:
    """Return what pages show around their text that is in no catalogue of a language.

    :param of_theme: the strings of templates
    :param home: the folder of what is kept for the next build
    """
    if not of_theme or locale.partition("_")[0] == "en":
        return []  # what is written has no such pages, or has them as they are
    path = home / f"around-{locale}.pickle" if home else None
    made_of = sorted(of_theme), packages, sphinx.__display_version__
    found: list[str] | None = kept.load(path, *made_of) if path else None
    if found is None:
        known = [_catalogues(Path(package.folder), locale) for package in packages]
        found = [
            message
            for message in sorted(of_theme | _shown())
            if _probe(locale).gettext(message).startswith("\0")
            and not any(message in each for each in known)
        ]
        if path:
            kept.save(path, found, *made_of)
    return found


def _catalogues(package: Path, locale: str) -> frozenset[str]:
    """Return the messages of the catalogues that a package has for a language."""
    folders = [Path(place) for place, _, _ in os.walk(package)]
    found = {
        path
        for folder in folders
        if folder.name == "LC_MESSAGES"
        for path in folder.glob("*.mo")
    }
    names = {(path.parent.parent.parent, path.stem) for path in found}
    return frozenset(
        message
        for folder, domain in names
        for message in _messages_of(domain, folder, locale)
    )


def _messages_of(domain: str, folder: Path, locale: str) -> list[str]:
    """Return what a catalogue translates."""
    try:
        found = gettext.translation(domain, str(folder), [locale])
    except (OSError, UnicodeError):
        return []
    catalogue: Mapping[object, str] = getattr(found, "_catalog", {})
    return [key for key, reply in catalogue.items() if isinstance(key, str) and reply]


def labels_of(doctree: nodes.document) -> set[str]:
    """Return the messages that writers put before the notes of *doctree*."""
    elements = doctree.findall(nodes.Element)
    kinds = {n.tagname for n in elements if isinstance(n, nodes.Admonition)}
    return {_ADMONITIONS[kind] for kind in kinds & _ADMONITIONS.keys()}


@cache
def _labels(locale: str) -> Mapping[str, str]:
    """Return docutils' labels, such as ``contents``, in a language."""
    labels: Mapping[str, str] = get_language(locale).labels
    return labels


class _Pattern(NamedTuple):
    """A message with placeholders, in the source language."""

    #: What is around its placeholders.
    fixed: tuple[str, ...]
    #: The same in the target language, with ``%s`` for each of them.
    target: str
    #: The message in English.
    message: str

    @property
    def longest(self) -> str:
        """The part that the fewest texts hold."""
        return max(self.fixed, key=len)

    @property
    def expression(self) -> str:
        """A regular expression for what the message becomes."""
        return "(.+?)".join(map(re.escape, self.fixed))

    def match(self, text: str) -> re.Match[str] | None:
        """Match all of *text*."""
        # An expression is compiled for the few texts that it may match.
        if all(part in text for part in self.fixed):
            return re.fullmatch(self.expression, text)
        return None


class _Tables:
    """The messages that Sphinx writes while it reads, by their texts."""

    def __init__(self, source: str, target: str, extra: Mapping[str, str]) -> None:
        in_source = _translations(source).gettext
        in_target = _translations(target).gettext
        self.exact: dict[str, str] = {}
        self.patterns: list[_Pattern] = []
        #: The messages, in English, that the texts stand for.
        self.messages: dict[str, str] = {}
        for message in _messages():
            text = in_source(message)
            reply = extra.get(message) or in_target(message)
            if _HOLE.search(text):
                self._add_pattern(text, reply, message)
            else:
                self.exact.setdefault(text, reply)
                # Some words, such as an index's "module", are never translated.
                self.exact.setdefault(message, reply)
                self.messages.setdefault(text, message)
        # The longest pattern is the most specific one.
        self.patterns.sort(key=lambda each: -len(each.expression))
        #: Most texts hold nothing of any pattern, and the others of few.
        self._by_part = [(each.longest, each) for each in self.patterns]

    def find(self, text: str) -> tuple[_Pattern, re.Match[str]] | None:
        """Return the most specific pattern that all of *text* matches."""
        for part, pattern in self._by_part:
            if part in text and (match := pattern.match(text)):
                return pattern, match
        return None

    def _add_pattern(self, text: str, target: str, message: str) -> None:
        fixed = tuple(_HOLE.split(text))
        enough = len("".join(fixed).strip()) >= _LEAST
        if enough and "%(" not in text + target and _holes(text) == _holes(target):
            self.patterns.append(_Pattern(fixed, _HOLE.sub("%s", target), message))


class UiStrings:
    """Sphinx's own texts in the source language, each with the one in the target's."""

    def __init__(
        self, source: str, target: str = "", extra: Mapping[str, str] | None = None
    ) -> None:
        """Take two Sphinx locales; without *target*, strings are only recognised.

        :param extra: targets of messages that the catalogue of *target* lacks
        """
        self._extra = extra or {}
        self._locales = source, target or source
        self._known: dict[str, str | None] = {}
        here, there = map(_labels, self._locales)
        self._label = {here[key]: self._of_label(here[key], there, key) for key in here}

    @cached_property
    def _tables(self) -> _Tables:
        """What many books have nothing of, and takes some time to read."""
        return _Tables(*self._locales, self._extra)

    def _of_label(self, text: str, there: Mapping[str, str], key: str) -> str:
        reply = there.get(key, text)
        return self._extra.get(text, reply) if reply == text else reply

    def message_of(self, text: str) -> str | None:
        """Return the message that *text* was made of, in English."""
        text = text.rstrip(" :").removesuffix(".")
        if text in self._tables.messages:
            return self._tables.messages[text]
        if found := self._tables.find(text):
            return found[0].message
        return text if text in self._label else None

    def exact(self, text: str) -> str | None:
        """Return the target of a message without placeholders."""
        return self._tables.exact.get(text)

    def label(self, text: str) -> str | None:
        """Return the target of a docutils label."""
        return self._label.get(text)

    def pattern(self, text: str) -> str | None:
        """Return the target of a message whose placeholders are filled."""
        if text not in self._known:
            self._known[text] = self._match(text)
        return self._known[text]

    def _match(self, text: str) -> str | None:
        if found := self._tables.find(text):
            pattern, match = found
            return pattern.target % match.groups()
        return None


def _holes(message: str) -> int:
    return len(_HOLE.findall(message))


def ancestor(node: nodes.Element, height: int) -> nodes.Element | None:
    """Return the parent of the parent … *height* times."""
    found: nodes.Element | None = node
    for _ in range(height):
        found = found.parent if found is not None else None
    return found


def counterpart(node: nodes.Element, strings: UiStrings) -> str | None:
    """Return the text of *node* in the target language, if Sphinx added that text.

    :returns: ``None`` when the text of the node is the author's
    """
    if isinstance(node, nodes.field_name):
        if isinstance(ancestor(node, 3), addnodes.desc_content):
            return strings.exact(node.astext())
    elif isinstance(node, nodes.rubric):
        # "Notes" or "Examples" in what napoleon makes of a docstring.
        if isinstance(node.parent, addnodes.desc_content):
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
