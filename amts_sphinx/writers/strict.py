"""What strict parsers find in a document, so that two of them can be compared.

Our own reader is lenient. Whether a page that was written is sound is for the parsers
to say that build books: MyST's, and pandoc, which d2lbook uses.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast
from unicodedata import east_asian_width

from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from amts_sphinx.core.errors import AmtsError
from amts_sphinx.readers.markdown import is_prose
from amts_sphinx.readers.markdown_syntax import D2LBOOK, MYST
from amts_sphinx.writers import myst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

#: The extensions of MyST that books use: what is markup with one of them must stay,
#: whether or not a book has it.
_EXTENSIONS: Final = frozenset(
    {"dollarmath", "colon_fence", "deflist", "tasklist", "amsmath", "fieldlist"}
    | {"attrs_inline", "strikethrough", "substitution"}
)
#: Inline tokens that are words, or whose content may change with them.
_WORDS: Final = frozenset({"text", "text_special", "softbreak"})
#: What leads from a role to its target.
_TARGET: Final = re.compile(r"<([^<>]+)>$")
#: Roles without a target of their own, whose words are translated.
_SHOWN: Final = frozenset(
    {"sub", "subscript", "sup", "superscript", "guilabel", "menuselection", "abbr"}
    | {"emphasis", "strong"}
)
#: Seconds that pandoc may take for a page.
_PATIENCE: Final = 120


class Found(NamedTuple):
    """One block as a parser found it."""

    #: What must be the same in a translation.
    what: tuple[Any, ...]
    #: Its first line, from 0; ``None``: the parser does not say.
    line: int | None = None
    #: The line behind it, from 0.
    end: int = 0
    #: Its words, where the parser does not say its line.
    words: str = ""


@lru_cache(3)
def _parser(dialect: str) -> MarkdownIt:
    """Return the strictest parser that there is for a dialect."""
    if dialect == MYST:
        try:
            return myst.parser(_EXTENSIONS)
        except AmtsError:
            pass  # myst-parser is not installed
    md = MarkdownIt("commonmark").enable("table")
    for plugin in (front_matter_plugin, footnote_plugin, deflist_plugin):
        md.use(plugin)
    md.use(colon_fence_plugin).use(amsmath_plugin)
    loose = dialect != D2LBOOK
    md.use(dollarmath_plugin, allow_space=loose, allow_digits=loose, double_inline=True)
    return md


def blocks(text: str, dialect: str) -> list[Found]:
    """Return the blocks of a document, as the parser of its dialect finds them."""
    return list(_blocks(_parser(dialect).parse(text), 0, dialect))


def _blocks(tokens: list[Token], before: int, dialect: str) -> Iterator[Found]:
    for token in tokens:
        line = before + token.map[0] if token.map else None
        end = before + token.map[1] if token.map else 0
        if token.type == "inline":
            yield Found(("inline", _inline(token)), line, end)
        elif token.type in {"fence", "colon_fence"} and is_prose(token.info):
            name, _, _ = token.info.strip().partition("}")
            yield Found((token.type, token.markup, name), line, end)
            inside = _parser(dialect).parse(token.content)
            yield from _blocks(inside, (line or 0) + 1, dialect)
        else:
            what = token.type, token.tag, token.markup, token.info, token.content
            yield Found((*what, str(token.attrs)), line, end)


def _inline(token: Token) -> frozenset[tuple[Any, int]]:
    """Return the pieces of inline markup, in any order."""
    found = Counter(map(_piece, token.children or ()))
    found.pop(None, None)
    return frozenset(found.items())


def _piece(token: Token) -> tuple[str, ...] | None:
    kind, content = token.type, " ".join(token.content.split())
    if kind in _WORDS or token.nesting == -1:
        return None
    if kind == "myst_role":
        name = str(token.meta["name"])
        target = _TARGET.search(content)
        if target or name in _SHOWN:
            return kind, name, target[1] if target else ""
        return kind, name, content
    if kind == "image":
        return kind, str(sorted({**token.attrs, "alt": ""}.items()))
    return kind, content, str(sorted(token.attrs.items())), str(token.meta.get("label"))


def has_pandoc() -> bool:
    """Tell whether pandoc is installed."""
    return shutil.which("pandoc") is not None


def pandoc(text: str) -> list[Found]:
    """Return the blocks of a document as pandoc finds them.

    :raises AmtsError: pandoc fails
    """
    command = ["pandoc", "--from", "markdown", "--to", "json"]
    try:
        done = subprocess.run(
            command,
            input=text.encode(),
            capture_output=True,
            check=True,
            timeout=_PATIENCE,
        )
        document = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as exc:
        raise AmtsError(f"pandoc cannot read the page: {exc}") from exc
    return list(_pandoc_blocks(document["blocks"]))


#: What pandoc has around words.
_PANDOC_AROUND: Final = frozenset(
    {"Emph", "Strong", "Strikeout", "Superscript", "Subscript", "Note", "LineBreak"}
)
#: How many characters a line has that pandoc writes, how many of them a column has for
#: its border, and how many a character of double width takes.
_PAGE: Final = 72
_BORDER: Final = 3
_WIDE: Final = 2
#: Blocks that hold inline markup.
_PANDOC_TEXTS: Final = frozenset({"Para", "Plain", "Header", "LineBlock"})


def _pandoc_blocks(node: Any) -> Iterator[Found]:
    """Yield the blocks of a part of pandoc's tree, in order."""
    if isinstance(node, list):
        for each in node:
            yield from _pandoc_blocks(each)
    elif isinstance(node, dict):
        kind, content = node.get("t"), cast("Any", node.get("c"))
        if kind in _PANDOC_TEXTS:
            inside: list[tuple[str, ...]] = []
            words: list[str] = []
            _pandoc_inline(content, inside, words)
            level = content[0] if kind == "Header" else ""
            shape = frozenset(Counter(inside).items())
            yield Found((kind, level, shape), words="".join(words))
        elif kind in {"CodeBlock", "RawBlock", "HorizontalRule"}:
            yield Found((kind, json.dumps(content)))
        elif kind is not None:
            yield Found((kind,))
            if kind == "Table":
                yield from _narrow_cells(content)
            yield from _pandoc_blocks(content)


def _narrow_cells(table: Any) -> Iterator[Found]:
    """Yield the cells of a table that hold one narrow character a line.

    d2lbook has pandoc draw the table anew, as wide as the signs below its header say.
    A character of double width breaks a column that is as narrow as that.
    """
    _, _, columns, head, bodies, foot = table
    narrow = {
        number
        for number, (_, width) in enumerate(columns)
        if width["t"] == "ColWidth" and int(width["c"] * _PAGE) - _BORDER < _WIDE
    }
    rows = [*head[1], *(row for body in bodies for row in body[2] + body[3]), *foot[1]]
    for _, cells in rows:
        for number, cell in enumerate(cells):
            if number in narrow:
                words: list[str] = []
                _pandoc_inline(cell[-1], [], words)
                text = "".join(words)
                is_wide = any(east_asian_width(char) in "WF" for char in text)
                yield Found(("cell", is_wide), words=text)


def _pandoc_inline(node: Any, found: list[tuple[str, ...]], words: list[str]) -> None:
    if isinstance(node, list):
        for each in node:
            _pandoc_inline(each, found, words)
    elif isinstance(node, dict):
        kind, content = str(node.get("t")), cast("Any", node.get("c"))
        if kind == "Str":
            words.append(str(content))
        elif kind in {"Code", "Math", "RawInline"}:
            found.append((kind, "".join(json.dumps(content).split())))
        elif kind in {"Link", "Image"}:
            found.append((kind, str(content[2])))
            _pandoc_inline(content[1], found, words)
        else:
            if kind in _PANDOC_AROUND:
                found.append((kind,))
            _pandoc_inline(content, found, words)
