"""Turn inline markup into codes, and keep the nodes that each code stands for.

A node that holds words to translate becomes ``<g>``. A node that goes into the edition
unchanged, or that Sphinx fills when it writes, becomes ``<x/>``.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

from docutils import nodes
from sphinx import addnodes

from amts_sphinx.core import inline_codes
from amts_sphinx.core.inline_codes import collapse
from amts_sphinx.core.units import Code
from amts_sphinx.doctree.classify import (
    HOLES,
    OPAQUE,
    holds_prose_in_literal,
    is_invisible,
    is_name,
    is_opaque,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from amts_sphinx.doctree.classify import SegmentRules

#: The texts between two keys of a combination.
_JOINTS: Final = frozenset({"+", "-", "^", " "})
_CJK: Final = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
#: A line break between two characters of a script that has no blanks between words.
_SEAM: Final = re.compile(rf"(?<={_CJK})\s*\n\s*|\s*\n\s*(?={_CJK})")


class Slot(NamedTuple):
    """The nodes that a code stands for."""

    #: The nodes that take the code's place; more than one for a combination of keys.
    outer: tuple[nodes.Node, ...]
    #: For a paired code, the node that takes the words inside the code.
    inner: nodes.Element | None


class Coder:
    """Turns the inline children of one container into coded text."""

    def __init__(self, rules: SegmentRules) -> None:
        self._rules = rules
        self._values = dict(rules.values)
        self.names: list[Code] = []
        self.slots: list[Slot] = []
        #: Nodes that a reader does not see. They get no code: their position in the
        #: container does not matter, and translators would lose them.
        self.invisible: list[nodes.Node] = []

    def code(self, children: Iterable[nodes.Node]) -> str:
        """Return *children* as coded text; its codes continue the numbering."""
        return "".join(
            self._node(group[0]) if len(group) == 1 else self._keys(group)
            for group in _grouped(children)
        )

    def _keys(self, group: Sequence[nodes.Node]) -> str:
        """Code a combination of keys, which newer versions of Sphinx split."""
        text = "".join(node.astext() for node in group)
        return inline_codes.empty(self._add(group, None, "literal", text))

    def _node(self, node: nodes.Node) -> str:
        if isinstance(node, nodes.Text):
            return self._text(node)
        if not isinstance(node, nodes.Element) or is_invisible(node):
            self.invisible.append(node)
            return ""
        if "accelerator" in node["classes"]:
            # The underlined letter of a label; it differs from language to language.
            return inline_codes.escape(node.astext())
        if holds_prose_in_literal(node):
            return self._with_holes(node)
        if is_opaque(node, self._rules):
            return inline_codes.empty(
                self._add(node, None, kind_of(node), equiv_of(node))
            )
        inner = self._innermost(node)
        number = self._add(node, inner, kind_of(node), equiv_of(node))
        return f"{inline_codes.opening(number)}{self.code(inner.children)}</g>"

    def _text(self, node: nodes.Text) -> str:
        text = node.astext()
        if text in self._values:
            return inline_codes.empty(
                self._add(node, None, "value", self._values[text])
            )
        if not self._rules.spaced:
            text = _SEAM.sub("", text)
        return inline_codes.escape(collapse(text))

    def _innermost(self, node: nodes.Element) -> nodes.Element:
        """Return the deepest of elements that each hold only the next one."""
        while len(node.children) == 1:
            child = node.children[0]
            if not isinstance(child, nodes.Element) or is_opaque(child, self._rules):
                break
            node = child
        return node

    def _with_holes(self, node: nodes.Element) -> str:
        """Code a reference with placeholders that Sphinx fills: ``Figure %s``."""
        literal = node.children[0]
        if not isinstance(literal, nodes.Element):
            raise TypeError(f"a literal was expected in {node.tagname}")
        number = self._add(node, literal, kind_of(node), equiv_of(node))
        coded = inline_codes.opening(number)
        for part in HOLES.split(literal.astext()):
            if HOLES.fullmatch(part):
                coded += inline_codes.empty(
                    self._add(nodes.Text(part), None, "hole", part)
                )
            else:
                coded += inline_codes.escape(collapse(part))
        return coded + "</g>"

    def _add(
        self,
        outer: nodes.Node | Sequence[nodes.Node],
        inner: nodes.Element | None,
        kind: str,
        equiv: str,
    ) -> int:
        number = len(self.slots) + 1
        # An element is a sequence of its children, so the one test must be for a node.
        group = (outer,) if isinstance(outer, nodes.Node) else tuple(outer)
        self.slots.append(Slot(group, inner))
        self.names.append(Code(number, inner is not None, kind, equiv))
        return number


def _grouped(children: Iterable[nodes.Node]) -> list[list[nodes.Node]]:
    """Return *children* one by one, but the keys of a combination together."""
    groups: list[list[nodes.Node]] = []
    for node in children:
        before = groups[-1] if groups else []
        if _is_key(node) and len(groups) > 1 and _joins_keys(before):
            between = groups.pop()
            if _is_key(groups[-1][-1]):
                groups[-1] += [*between, node]
                continue
            groups.append(between)
        groups.append([node])
    return groups


def _is_key(node: nodes.Node) -> bool:
    return isinstance(node, nodes.literal) and "kbd" in node["classes"]


def _joins_keys(group: Sequence[nodes.Node]) -> bool:
    return len(group) == 1 and isinstance(group[0], nodes.Text) and group[0] in _JOINTS


def kind_of(node: nodes.Element) -> str:
    """Return the kind of a code: a role with its domain, or a node's name."""
    if isinstance(node, addnodes.pending_xref):
        domain = node.get("refdomain") or ""
        return f"{domain}:{node.get('reftype', '')}"
    return node.tagname


def equiv_of(node: nodes.Element) -> str:
    """Return the text or the target of *node*, the same in every edition of a book.

    It is empty for markup without a meaning of its own, such as emphasis.
    """
    if isinstance(node, (addnodes.pending_xref, addnodes.download_reference)):
        return str(node.get("reftarget", ""))
    if isinstance(node, nodes.image):
        return PurePosixPath(node.get("uri", "")).name
    if isinstance(node, nodes.reference):
        return str(node.get("refuri", ""))
    if isinstance(node, (*OPAQUE, nodes.strong, nodes.emphasis)):
        is_named = isinstance(node, OPAQUE) or is_name(node)
        return collapse(node.astext()).strip() if is_named else ""
    return ""
