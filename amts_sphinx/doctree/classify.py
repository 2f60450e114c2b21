"""Which nodes hold words to translate, and which go into the edition unchanged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from docutils import nodes
from sphinx import addnodes

from amts_sphinx.core.languages import known_language
from amts_sphinx.doctree import sphinx_strings

OPAQUE: Final = (
    nodes.literal,
    nodes.math,
    nodes.footnote_reference,
    nodes.citation_reference,
    nodes.image,
    nodes.raw,
    nodes.substitution_reference,
    nodes.problematic,
    nodes.generated,
    addnodes.desc_inline,
    addnodes.number_reference,
    addnodes.literal_strong,
    addnodes.literal_emphasis,
    addnodes.manpage,
)
#: Classes that Sphinx's roles give to names of things: a program, a MIME type, a PEP.
_NAMES: Final = frozenset(
    {"cve", "cwe", "pep", "rfc", "command", "program", "manpage", "makevar"}
    | {"mailheader", "mimetype", "newsgroup"}
)
#: Those of them that may have a title of their own, and what they show without one.
_NUMBERED: Final = frozenset({"cve", "cwe", "pep", "rfc"})
_NUMBER: Final = re.compile(r"(?:PEP|RFC|CVE|CWE)[ -]?\d")
#: A word that looks like the name of a file.
_FILE: Final = re.compile(r"\S*[./_\\]\S*")
#: The roles whose explicit text Sphinx keeps in a literal although it is prose, be it a
#: single word. That of other roles is prose if it is several words, none of them code.
_PROSE_IN_LITERAL: Final = frozenset({"any", "numref", "download"})
_CODE_IN_WORDS: Final = re.compile(
    r"[_=/\\\\<>{}$#@*|]|[^\W\d][.:\[]\w|\w\(|::|(?<!\S)-|(?<!\S)\.\w"
    r"|(?<!\w)[a-z]+[A-Z]"
)
#: A class that names the language of a text, as docutils knows it.
_LANGUAGE: Final = re.compile(r"language-([a-zA-Z]{2,3}(?:[-_]\w{2,8})*)")
#: The attributes that roles for references give to what they make.
_OF_ROLE: Final = frozenset({"refexplicit", "reftarget", "reftype"})
#: The placeholders in the text of ``:numref:`` that Sphinx fills when it writes.
HOLES: Final = re.compile(r"(%s|\{name\}|\{number\})")
_LETTER: Final = re.compile(r"[^\W\d_]")
#: How the names of footnotes begin that sphinxcontrib-bibtex makes of its entries.
_CITED: Final = "footcite-"
#: Elements that hold no prose, nor do the elements inside them.
_CODE: Final = (
    nodes.FixedTextElement,
    nodes.raw,
    nodes.math_block,
    nodes.option_group,
    nodes.system_message,
    nodes.docinfo,
    addnodes.productionlist,
    addnodes.desc_signature,
    addnodes.highlightlang,
)


@dataclass(frozen=True, slots=True)
class SegmentRules:
    """Which text is taken from a doctree, and how it is split."""

    #: The source language, as a BCP 47 tag.
    language: str
    #: Whether that language has blanks between its words.
    spaced: bool = True
    #: Whether segments are sentences, not paragraphs.
    by_sentence: bool = True
    #: Names of nodes or of their classes that are left in the source language.
    skip: frozenset[str] = frozenset()
    #: Whether figures are translated: captions, legends and alternative texts.
    figure_captions: bool = False
    #: Texts of default substitutions, such as ``|today|``, with the name of each.
    values: tuple[tuple[str, str], ...] = ()


def is_untranslated(node: nodes.Element, rules: SegmentRules) -> bool:
    """Tell whether the author or the configuration keeps *node* as it is."""
    # Each element of each document is asked: not by get(), which is slow.
    classes = node.attributes.get("classes", ())
    if "notranslate" in classes or node.attributes.get("translate") == "no":
        return True
    marked = language_of(node)
    if marked and not same_language(marked, rules.language):
        return True
    return bool(rules.skip) and (
        node.tagname in rules.skip or not rules.skip.isdisjoint(classes)
    )


def language_of(node: nodes.Element) -> str:
    """Return the language that the author marked *node* with; empty if with none."""
    said = node.attributes
    classes: list[str] = said.get("classes", [])
    for name in classes:
        if found := _LANGUAGE.fullmatch(name):
            return found[1]
    return str(said.get("lang") or said.get("xml:lang") or "")


def same_language(tag: str, other: str) -> bool:
    """Tell whether two tags name one language, in whatever region or script.

    What is no tag, such as the name of a programming language, differs from none.
    """
    here, there = known_language(tag), known_language(other)
    if here is None or there is None:
        return True
    return here.tag.partition("-")[0] == there.tag.partition("-")[0]


def is_invisible(node: nodes.Node) -> bool:
    """Tell whether the reader sees nothing of *node*: an index entry, an anchor."""
    if isinstance(node, nodes.target):
        return not node.children
    return isinstance(node, nodes.Invisible)


def is_opaque(node: nodes.Element, rules: SegmentRules) -> bool:
    """Tell whether an inline node holds nothing to translate."""
    if holds_prose_in_literal(node):
        return False
    if isinstance(node, OPAQUE) or is_untranslated(node, rules):
        return True
    if sphinx_strings.is_version_label(node) or is_name(node):
        return True
    return _is_filled(node) or _is_wordless(node, rules)


def is_name(node: nodes.Element) -> bool:
    """Tell whether *node* is the name of a thing, such as a program or an RFC."""
    classes = _NAMES.intersection(node["classes"])
    if classes and classes <= _NUMBERED:
        return bool(_NUMBER.match(node.astext()))
    return bool(classes)


def _is_filled(node: nodes.Element) -> bool:
    """Tell whether Sphinx replaces the text of a reference when it writes.

    It does so where the author gave no text of their own, except for ``:term:``.
    Roles of extensions may make references of a class of their own.
    """
    is_of_role = node.attributes.keys() >= _OF_ROLE
    if not (is_of_role or isinstance(node, addnodes.pending_xref)):
        return False
    if any(isinstance(child, addnodes.pending_xref_condition) for child in node):
        return True
    return not node.get("refexplicit") and node.get("reftype") != "term"


def _is_wordless(node: nodes.Element, rules: SegmentRules) -> bool:
    text = node.astext()
    if not _LETTER.search(text):
        return True
    if isinstance(node, nodes.reference) and _is_address(text, node.get("refuri", "")):
        return True
    return all(
        isinstance(child, nodes.Element) and is_opaque(child, rules)
        for child in node.children
    )


def _is_address(text: str, uri: str) -> bool:
    """Tell whether the text of a link is only its address."""
    bare = uri.partition("://")[2] or uri.removeprefix("mailto:")
    return bool(text) and text.rstrip("/") in {uri.rstrip("/"), bare.rstrip("/")}


def holds_prose_in_literal(node: nodes.Element) -> bool:
    """Tell whether *node* is a reference whose explicit text is in a literal."""
    if isinstance(node, addnodes.download_reference):
        role = "" if _FILE.fullmatch(node.astext()) else "download"
    elif isinstance(node, addnodes.pending_xref):
        role = node.get("reftype", "")
    else:
        return False
    if not (
        role
        and node.get("refexplicit")
        and len(node.children) == 1
        and isinstance(node.children[0], nodes.literal)
    ):
        return False
    text = HOLES.sub("", node.astext())
    if not _LETTER.search(text):
        return False
    if role in _PROSE_IN_LITERAL - {"any"}:
        return True
    several = role in _PROSE_IN_LITERAL or len(text.split()) > 1
    return several and not _CODE_IN_WORDS.search(text)


def is_code(node: nodes.Element) -> bool:
    """Tell whether nothing in *node* is prose."""
    if isinstance(node, nodes.Invisible):
        # autosummary's table is a subclass of comment, but readers see it.
        return type(node).__name__ != "autosummary_table"
    if isinstance(node, nodes.label):
        # The number of a note; elsewhere, such as at a tab, it is text.
        return isinstance(node.parent, (nodes.footnote, nodes.citation))
    if isinstance(node, nodes.footnote):
        return any(name.startswith(_CITED) for name in node["names"])
    return isinstance(node, _CODE) or _is_signature(node)


def _is_signature(node: nodes.Element) -> bool:
    """Tell whether *node* names an object or a parameter, with what belongs to it.

    Outside of signatures it does so in the first column of an autosummary, and, with
    numpydoc, before the description of a parameter or an exception.
    """
    if isinstance(node, nodes.entry):
        table = sphinx_strings.ancestor(node, 5)
        is_first = node.parent is not None and node.parent.index(node) == 0
        return is_first and type(table).__name__ == "autosummary_table"
    if isinstance(node, (nodes.term, nodes.classifier)):
        field = sphinx_strings.ancestor(node, 4)
        return isinstance(field, nodes.field) and isinstance(
            sphinx_strings.ancestor(field, 2), addnodes.desc_content
        )
    return False


def is_container(node: nodes.Element) -> bool:
    """Tell whether the children of *node* are text and inline markup."""
    if isinstance(node, nodes.TextElement) and not isinstance(node, nodes.Inline):
        return any(isinstance(child, (nodes.Text, nodes.Inline)) for child in node)
    # field_body, entry and others may hold bare text.
    return any(isinstance(child, nodes.Text) for child in node.children)
