"""What extensions keep in the environment of a document that they read.

Lists, tables and headings are made of it when a page is written, such as those of
sphinx-needs. Some keep nodes, and some the bare text of a title.
"""

from __future__ import annotations

import re
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from docutils import nodes
from sphinx.environment import BuildEnvironment

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Container, Location, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: What Sphinx itself keeps there, and what other modules of this package translate.
_OURS: Final = frozenset(
    {"titles", "longtitles", "tocs", "domaindata", "ablog_posts", "amts_texts"}
)
#: How deep an extension may have put what it keeps.
DEPTH: Final = 8
#: What a post of ablog is listed under, and shows the words of. Authors and places are
#: names.
LABELS: Final = ("tags", "category", "language")
#: The keys of texts that pages show; the last is the word for a kind, "Requirement".
_TEXTS: Final = ("title", "caption", "tooltip", "type_name")
#: What is no text there: an identifier, an address.
_NO_TEXT: Final = re.compile(r"[a-z][a-z0-9_]*|\S*[./:_\\{}<>=]\S+")


class Record(NamedTuple):
    """One text that an extension keeps of a document."""

    docname: str
    line: int | None
    text: str

    @property
    def container(self) -> Container:
        """The text, as what is to be translated."""
        coded = inline_codes.escape(inline_codes.collapse(self.text).strip())
        segment = Segment(coded, "record", Location(self.docname, self.line))
        return Container(segment, (segment,))


class _Place(NamedTuple):
    """Where a record is."""

    record: Record
    holder: Any
    #: Its key there.
    name: str


def kept(env: BuildEnvironment) -> Iterator[Any]:
    """Yield what extensions keep in *env*."""
    own = _OURS.union(BuildEnvironment.__init__.__code__.co_names)
    yield from (value for name, value in vars(env).items() if name not in own)
    for name, domain in env.domains.items():
        if not type(domain).__module__.startswith("sphinx."):
            yield env.domaindata.get(name)


def parts(value: Any) -> list[tuple[Any, Any]] | None:
    """Return the parts of *value* with their names; ``None``: it has no parts.

    Some extensions have classes of their own that are used as dictionaries.
    """
    if isinstance(value, (nodes.Node, str, bytes, type)):
        return None
    if isinstance(value, (list, tuple, set, frozenset)):
        return [*enumerate(value)]
    if is_dataclass(value):
        return [*getattr(value, "__dict__", {}).items()]
    kind = type(value)
    if hasattr(kind, "items") and hasattr(kind, "__getitem__"):
        try:
            return [*value.items()]
        except TypeError:  # it means something else by that
            return None
    return None


def records(env: BuildEnvironment) -> list[Record]:
    """Return the texts that extensions keep of the documents of *env*.

    Only what says which document it is of is taken: anything else may be a setting.
    """
    found = dict.fromkeys(_of_posts(env))
    found |= dict.fromkeys(each.record for each in _places(env))
    return sorted(found, key=lambda each: (each.docname, each.line or 0))


def translate_tooltips(env: BuildEnvironment, target: Callable[[str], str]) -> None:
    """Translate the tooltips among the records, which nobody looks for."""
    for place in [*_places(env)]:
        if place.name == "tooltip" and isinstance(place.holder, dict):
            place.holder[place.name] = target(place.record.text)


def posts(env: BuildEnvironment) -> dict[str, list[dict[str, Any]]]:
    """Return the posts of ablog by document; mostly there are none."""
    found: dict[str, list[dict[str, Any]]] = getattr(env, "ablog_posts", {})
    return found


def _of_posts(env: BuildEnvironment) -> Iterator[Record]:
    """Yield the titles and labels of posts."""
    for docname, some in posts(env).items():
        for post in some:
            labels = (label for kind in LABELS for label in post.get(kind) or ())
            for text in (post["title"], *labels):
                if docname in env.found_docs and inline_codes.has_words(
                    inline_codes.escape(text)
                ):
                    yield Record(docname, None, text)


def _places(env: BuildEnvironment) -> Iterator[_Place]:
    seen: set[int] = set()
    for value in kept(env):
        yield from _of(value, "", env, seen, DEPTH)


def _of(
    value: Any, name: Any, env: BuildEnvironment, seen: set[int], depth: int
) -> Iterator[_Place]:
    """Yield the records in *value*, which is kept by *name*.

    It says which document it is of, or is kept by its name.
    """
    inside = None if depth == 0 or id(value) in seen else parts(value)
    if not inside:
        return
    seen.add(id(value))
    named = {name: part for name, part in inside if isinstance(name, str)}
    docname = named.get("docname", name)
    if isinstance(docname, str) and docname in env.found_docs:
        line = named.get("lineno")
        for key in _TEXTS:
            text = named.get(key)
            if isinstance(text, str) and _is_text(text):
                line = line if isinstance(line, int) else None
                yield _Place(Record(docname, line, text), value, key)
    for key, part in inside:
        yield from _of(part, key, env, seen, depth - 1)


def _is_text(text: str) -> bool:
    bare = text.strip()
    if "\n" in bare or _NO_TEXT.fullmatch(bare):
        return False
    return inline_codes.has_words(inline_codes.escape(bare))
