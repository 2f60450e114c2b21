"""The strings that templates show: those of the book's own, and those of its theme.

A string is marked by ``{% trans %}`` or ``_()``. Themes also have words that are not
marked, such as ``aria-label="Toggle the sidebar"``: an edition replaces them where its
templates are read, see :class:`Words`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jinja2
from jinja2 import Environment, TemplateSyntaxError
from jinja2.ext import Extension, extract_from_ast
from jinja2.lexer import Token
from sphinx.util import logging

from amts_sphinx import _compat
from amts_sphinx.core import kept
from amts_sphinx.doctree.conf_strings import texts_of_options, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jinja2.lexer import TokenStream
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)
#: The name of a template of pages, and not of scripts or styles.
_OF_PAGES: Final = re.compile(r".*(?<!\.js)(?<!\.css)\.(?:html|htm|xhtml|jinja|j2)")
#: What marks a string; the last is that of sphinx-book-theme.
_MARKS: Final = ("_", "gettext", "ngettext", "translate")
#: Where the strings of a theme are kept for the next build.
_KEPT: Final = "theme.pickle"
#: Elements without prose, and comments.
_NO_PROSE: Final = "script|style|code|pre|kbd|samp|textarea|math|template"
#: What a piece of a template is made of, as far as its words matter.
_PIECE: Final = re.compile(
    rf"<!--|<(?:{_NO_PROSE})\b"
    r"""|(?<=[\s"'])(?:aria-label|title|alt|placeholder)="(?P<value>[^"<>]*)\""""
    r"|>(?P<text>[^<>]+)(?=</(?!a\b)|<a\s)|[<>]",
    re.IGNORECASE,
)
#: A piece that begins with what leads to a link, such as "Powered by".
_LEAD: Final = re.compile(r"(?P<text>[^<>]+)(?=<a\s)")
#: A message that is a name: it leads to whom it names.
_NAME: Final = re.compile(r"""\s*<a\s[^>]*href=["']?https?:[^>]*>[^<]*</a>\s*""")
_CLOSED: Final = re.compile(r"</[^<>]*$")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
#: A text of more words is no label: some themes have pages about their own errors.
_LABEL: Final = 6


def messages(app: Sphinx) -> set[str]:
    """Return what the templates of the book itself mark.

    Sphinx shows each by its catalogue, and a book can add one; what is in neither goes
    to the engine.
    """
    found = kept.stamps(_of_book(app), _OF_PAGES)
    return _messages([path for path, *_ in found], set())


def of_theme(app: Sphinx) -> frozenset[str]:
    """Return what a theme shows: its templates, marked or not, and its options.

    It is nothing if the edition has no templates.
    """
    own = _of_book(app)
    folders = [each for each in _compat.template_folders(app) if each not in own]
    if not folders:
        return frozenset()
    options = texts_of_options(_compat.theme_defaults(app.builder))
    # Reading them takes longer than all else of a build that has nothing to do.
    path = Path(app.doctreedir, ".amts", _KEPT)
    made_of = kept.stamps(folders, _OF_PAGES), jinja2.__version__
    found: frozenset[str] | None = kept.load(path, *made_of)
    if found is None:
        words = set[str]()
        marked = _messages([path for path, *_ in made_of[0]], words)
        found = frozenset(marked | words)
        kept.save(path, found, *made_of)
    return found | {*options.values()}


def _of_book(app: Sphinx) -> list[Path]:
    names = written(app.config).get("templates_path", ())
    return [Path(app.confdir, name) for name in names]


def _messages(paths: Iterable[str], words: set[str]) -> set[str]:
    """Return what templates mark.

    :param words: takes what else they show
    """

    def note(text: str) -> str:
        words.add(text)
        return text

    environment = Environment(
        autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"]
    )
    replace_words(environment, note)
    found: set[str] = set()
    for path in paths:
        try:
            tree = environment.parse(Path(path).read_text("utf-8"), path)
        except (OSError, UnicodeError, TemplateSyntaxError) as exc:
            logger.info("%s: its strings are not translated: %s", path, exc)
        else:
            found |= {
                message
                for _, _, said in extract_from_ast(tree, gettext_functions=_MARKS)
                # Of one thing and of several there are two messages.
                for message in ((said,) if isinstance(said, str) else said or ())
                if message and not _NAME.fullmatch(message)
            }
    return found


class _Unmarked(Extension):
    """Changes the words of templates that are not marked, before they are compiled."""

    #: What becomes of a text.
    change: Callable[[str], str]

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens of a template; those of scripts and styles as they are."""
        if not _OF_PAGES.fullmatch(str(stream.name)):
            yield from stream
            return
        words = Words(type(self).change)
        for token in stream:
            value = words.see(token.type, token.value)
            yield Token(token.lineno, token.type, value)


def replace_words(environment: Environment, change: Callable[[str], str]) -> None:
    """Have *environment* read templates with their words changed, as :class:`Words`."""
    if environment.cache is not None:
        environment.cache.clear()  # a template may have been read before
    kind = type("Unmarked", (_Unmarked,), {"change": staticmethod(change)})
    environment.add_extension(kind)


class Words:
    """Changes the words that a template has between its tags, piece by piece.

    Changed is what is surely whole: the value of an attribute that people see or hear,
    all text of an element, what begins a line before a link ("Powered by"). What Jinja
    puts together of several pieces stays.
    """

    def __init__(self, change: Callable[[str], str]) -> None:
        """Take what becomes of a text, its blanks made single."""
        self._change = change
        self._in_tag = False
        #: What ends the part without prose that the last piece ended in.
        self._until: re.Pattern[str] | None = None
        self._kinds = ["", ""]
        self._in_message = False

    def see(self, kind: str, value: Any) -> Any:
        """Return what becomes of a token of Jinja's, in the order of the template."""
        if self._kinds[1] == "block_begin" and kind == "name":
            # What is marked is a message of its own.
            self._in_message = value == "trans" or (
                self._in_message and value != "endtrans"
            )
        self._kinds = [self._kinds[1], kind]
        if kind != "data" or self._in_message:
            return value
        return "".join(self._pieces(value))

    def _pieces(self, text: str) -> Iterator[str]:
        position = 0
        # What stands behind a value of Jinja's may go on with it.
        lead = None if self._kinds[0] == "variable_end" else _LEAD.match(text)
        if lead and not (self._until or self._in_tag):
            yield self._leading(lead["text"])
            position = lead.end()
        while position < len(text):
            if self._until is not None:
                end = self._until.search(text, position)
                if end is None:
                    break
                yield text[position : end.end()]
                position, self._until = end.end(), None
                self._in_tag = False
                continue
            match = _PIECE.search(text, position)
            if match is None:
                break
            start, end_ = match.span()
            if match["value"] is not None:
                yield text[position:start]
                yield self._attribute(match) if self._in_tag else match[0]
            elif match["text"] is not None:
                yield text[position : start + 1]
                yield self._between(match, text)
                self._in_tag = False
            else:
                yield text[position:end_]
                self._open(match[0])
            position = end_
        yield text[position:]

    def _open(self, piece: str) -> None:
        if piece == "<!--":
            self._until = re.compile("-->")
        elif len(piece) > 1:
            self._until = re.compile(f"</{piece[1:]}\\s*>", re.IGNORECASE)
        else:
            self._in_tag = piece == "<"

    def _attribute(self, match: re.Match[str]) -> str:
        value = match["value"]
        start = match.start("value") - match.start()
        return f'{match[0][:start]}{self._changed(value)}"'

    def _between(self, match: re.Match[str], text: str) -> str:
        """Return what becomes of the words behind a tag."""
        if match.string.startswith("</", match.end()):
            goes_on = _CLOSED.search(text, 0, match.start())
            return match["text"] if goes_on else self._text(match["text"])
        return self._leading(match["text"])

    def _leading(self, text: str) -> str:
        """Return what becomes of words before a link, if a sentence begins there."""
        is_first = text.lstrip()[:1].isupper() and text[-1:].isspace()
        return self._text(text) if is_first else text

    def _text(self, text: str) -> str:
        bare = text.strip()
        if len(_WORD.findall(text)) > _LABEL or bare.endswith((".", ":")):
            return text
        return self._changed(text)

    def _changed(self, text: str) -> str:
        bare = text.strip()
        if not bare[:1].isalpha() or not _WORD.search(bare):
            return text
        target = self._change(" ".join(bare.split()))
        if any(target.count(sign) > bare.count(sign) for sign in '<>"'):
            return text  # a catalogue is not written for an attribute
        return text.replace(bare, target)
