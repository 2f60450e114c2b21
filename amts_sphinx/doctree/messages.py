"""Which message of gettext each text of a document is.

Sphinx translates the messages of a document while it reads it, element by element. Each
element gets a number before that. So the same text is found again in a reading of the
book with catalogues, whatever became of its words.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple
from weakref import WeakKeyDictionary

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util.nodes import extract_messages

from amts_sphinx.doctree.sites import KEY, RAW, index_parts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from amts_sphinx.core.units import Container
    from amts_sphinx.doctree.coder import Slot
    from amts_sphinx.doctree.sites import Site


class _Numbered(NamedTuple):
    """An element that has a message, or an index entry."""

    #: Kept, so that no other element gets its identity.
    node: nodes.Element
    number: int
    #: Of an index entry, nothing.
    message: str
    #: Its children before Sphinx translates.
    children: list[nodes.Node]
    #: What holds its text after the document is read: itself, or what is around it.
    holder: nodes.Element
    #: What stands before its text in that: the name of a parameter, and its type.
    head: tuple[nodes.Node, ...] = ()


#: The numbers of a document that is being read, by the identity of the element. They
#: are not attributes of it: other extensions copy those.
_NUMBERS: Final[WeakKeyDictionary[nodes.document, dict[int, _Numbered]]] = (
    WeakKeyDictionary()
)


#: The attribute of an environment that says whether messages are numbered.
_WANTED: Final = "amts_numbers_messages"


class MessagePlace(NamedTuple):
    """Where in a document a text is, the same in each reading of it."""

    #: Of the element among those that have messages, or among the index entries.
    number: int
    #: Empty for the text of the element itself; else what holds it.
    kind: str = ""
    attribute: str = ""
    position: tuple[int, ...] = ()
    #: From 1: a text may be split among several elements within the one.
    occurrence: int = 1


class Span(NamedTuple):
    """How one code of a text is written."""

    paired: bool
    #: The name of its node, such as ``strong``.
    kind: str
    #: Its source, as far as docutils kept it.
    raw: str
    #: The words that readers see.
    words: str
    #: Whether it is a hole in the text of a reference, such as ``%s``.
    is_hole: bool


class Written(NamedTuple):
    """How a text is written."""

    #: Of the codes 1, 2, 3, …
    spans: tuple[Span, ...]
    #: Node names and sources of what is around the whole text, the outer first.
    around: tuple[tuple[str, str], ...]
    #: How many of the codes stand before the message, and are no part of it.
    head: int = 0


class MessageText(NamedTuple):
    """A text of a document, with its message."""

    place: MessagePlace
    #: As gettext has it.
    message: str
    container: Container
    #: Whether Sphinx has put a translation there.
    done: bool = False
    #: Where that was asked for.
    written: Written | None = None


class NumberMessages(SphinxTransform):
    """Gives each element that has a message its number, before Sphinx translates."""

    default_priority = 19

    def apply(self, **_: Any) -> None:
        """Run on one document."""
        if getattr(self.env, _WANTED, False):
            number_messages(self.document)


def want(env: BuildEnvironment) -> None:
    """Have the messages of documents numbered that are read from now on."""
    setattr(env, _WANTED, True)


def want_for_catalogues(
    app: Sphinx, env: BuildEnvironment, *_: object
) -> Collection[str]:
    """Have the messages numbered once the book has catalogues; most have none.

    :returns: the documents to read again, since they were read without
    """
    if getattr(env, _WANTED, False) or not _has_catalogues(app):
        return ()
    want(env)
    return env.found_docs


def _has_catalogues(app: Sphinx) -> bool:
    dirs = app.config.locale_dirs if app.config.amts_gettext else ()
    there = [path for each in dirs if (path := Path(app.srcdir, each)).is_dir()]
    if not there:
        return False
    from amts_sphinx.formats.catalogues import folders  # most books need none of it

    return bool(folders(there))


class CompareMessages(SphinxTransform):
    """Sees which elements have new children, after Sphinx has translated.

    Sphinx's own mark says otherwise in some versions: of a message that is equal to its
    source, and of alternative texts.
    """

    default_priority = 21

    def apply(self, **_: Any) -> None:
        """Run on one document."""
        known = _NUMBERS.get(self.document, {})
        for key, each in known.items():
            if each.node.children is not each.children:
                known[key] = each._replace(children=[])


class KeepSubstitutions(SphinxTransform):
    """Puts an element around what stands for a substitution, after translating.

    So the text has a code in its place, and the reference itself can be written again.
    """

    # Before those of docutils and Sphinx put its text there.
    default_priority = 200
    #: Whether that is wanted.
    wanted: ClassVar[bool] = False

    def apply(self, **_: Any) -> None:
        """Run on one document."""
        if not self.wanted:
            return
        for node in [*self.document.findall(nodes.substitution_reference)]:
            # One within a link is the words of that.
            if not isinstance(node.parent, (nodes.reference, addnodes.pending_xref)):
                raw = node.rawsource or f"|{node.astext()}|"
                kept = nodes.generated(raw)
                node.replace_self(kept)
                kept += node


def number_messages(document: nodes.document) -> None:
    """Give numbers to the elements of *document* that have messages."""
    known: dict[int, _Numbered] = {}
    for number, (node, message) in enumerate(extract_messages(document)):
        # A table of contents has several: its texts are told apart by attributes.
        # The text of a version directive is an element of its own, beside the label,
        # until Sphinx has translated.
        is_passing = isinstance(node, nodes.inline) and node.get("translatable")
        holder = node.parent if is_passing else node
        head = tuple(holder.children[: holder.index(node)]) if is_passing else ()
        numbered = _Numbered(node, number, message, node.children, holder, head)
        known.setdefault(id(holder), numbered)
    for number, node in enumerate(document.findall(addnodes.index)):
        known[id(node)] = _Numbered(node, number, "", node.children, node)
    _NUMBERS[document] = known


def others(document: nodes.document, found: Iterable[MessageText]) -> set[str]:
    """Return the messages of a document that are no texts: they hold no words.

    The numbers of the document are forgotten.
    """
    known = {each.message for each in _NUMBERS.pop(document, {}).values()}
    return known - {each.message for each in found} - {""}


def texts(
    document: nodes.document,
    found: Iterable[tuple[Site, Container]],
    *,
    written: bool = False,
) -> Iterator[MessageText]:
    """Yield those of the texts of a document that have a message.

    :param document: as Sphinx has read it just now
    :param found: its sites, with their texts
    :param written: whether to say how they are written
    """
    known = _NUMBERS.get(document)
    if not known:
        return
    seen: dict[tuple[object, ...], int] = {}
    for site, container in found:
        each = _numbered(site, known)
        if each is None:
            continue
        kind = site.kind if site.attribute else ""
        place = each.number, kind, site.attribute, site.position
        seen[place] = seen.get(place, 0) + 1
        yield MessageText(
            MessagePlace(*place, seen[place]),
            _attribute(site) if site.attribute else each.message,
            container,
            done=each.node.children is not each.children,
            written=_written(site, each) if written else None,
        )


def _numbered(site: Site, known: Mapping[int, _Numbered]) -> _Numbered | None:
    """Return the element whose message a site is, or a part of."""
    node: nodes.Element | None = site.node
    if site.attribute:
        # gettext knows neither the headings of an index nor texts within raw HTML.
        is_heading = isinstance(node, addnodes.index) and site.position[1] == KEY
        is_ours = is_heading or site.attribute == RAW
        return None if is_ours else known.get(id(node))
    while node is not None and id(node) not in known:
        node = node.parent
    return known[id(node)] if node is not None else None


def _written(site: Site, message: _Numbered) -> Written:
    around: list[tuple[str, str]] = []
    node: nodes.Element | None = None if site.attribute else site.node
    while node is not None and node is not message.holder:
        around.insert(0, (node.tagname, node.rawsource))
        node = node.parent
    head = {id(each) for each in message.head}
    count = sum(id(slot.outer[0]) in head for slot in site.slots)
    return Written(tuple(map(_span, site.slots)), tuple(around), count)


def _span(slot: Slot) -> Span:
    node = slot.outer[0]
    words = slot.inner.astext() if slot.inner is not None else ""
    paired = slot.inner is not None
    if not isinstance(node, nodes.Element):
        text = node.astext()
        return Span(paired, "", text, words, is_hole=True)
    raw = node.rawsource if len(slot.outer) == 1 else ""
    return Span(paired, node.tagname, raw, words, is_hole=False)


def _attribute(site: Site) -> str:
    """Return the text of an attribute as it is written."""
    value = site.node[site.attribute]
    if not site.position:
        return str(value)
    row, field, *part = site.position
    entry = value[row]
    return str(index_parts(entry)[part[0]] if part else entry[field])
