"""What an edition holds: its words translated, everything else as in the source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from docutils import nodes
from sphinx import addnodes

from amts_sphinx.core import inline_codes
from amts_sphinx.doctree.classify import SegmentRules
from amts_sphinx.doctree.sites import Finder
from amts_sphinx.doctree.sphinx_strings import UiStrings
from amts_sphinx.edition.publish import Targets, publish

if TYPE_CHECKING:
    from conftest import BuiltTwice, MakeBook, Marks, Say

LATIN = re.compile(r"[A-Za-z]{3,}")
PAGES = [
    ("inline", "index"),
    ("inline", "other"),
    ("pages", "index"),
    ("pages", "soil"),
    ("pages", "water"),
    ("pages", "lone"),
    ("blocks", "index"),
    ("strings", "index"),
    ("index", "index"),
    ("only", "index"),
    ("quotes", "index"),
]


@pytest.mark.parametrize("name", dict(PAGES))
def test_an_edition_has_the_warnings_of_its_source(
    twice: BuiltTwice, name: str
) -> None:
    pair = twice[name]
    assert (pair.source.status, pair.edition.status) == (0, 0), pair.edition.warned
    strict = [w for w in pair.edition.warned.splitlines() if "not found" not in w]
    assert strict == pair.source.warned.splitlines()


@pytest.mark.parametrize(("name", "page"), PAGES)
def test_everything_but_words_is_as_in_the_source(
    twice: BuiltTwice, marks: Marks, name: str, page: str
) -> None:
    source, edition = twice[name].source.page(page), twice[name].edition.page(page)
    assert marks(edition) == marks(source)
    assert edition.get("lang") == "zh-CN"


def test_titles_are_translated_wherever_they_show(twice: BuiltTwice, say: Say) -> None:
    edition = twice["pages"].edition
    water, soil = say("Water"), say("Good soil")
    assert edition.text("water", "//h1")[0].startswith(f"2. {water}")
    [title] = edition.text("water", "//title")
    assert title == f"2. {water} — {say('The Garden Book')}"
    contents = edition.text("index", "//div[@class='body']//li[@class='toctree-l1']/a")
    assert contents == [f"1. {soil}", f"2. {say('All about watering')}"]
    assert edition.text("index", "//p[@class='caption']/span")[:1] == [
        say("Chapters of the book")
    ]
    sidebar = edition.text("soil", "//div[@class='sphinxsidebar']//li/a")
    assert f"2. {say('All about watering')}" in sidebar
    assert edition.text("soil", "//link[@rel='next']/@title") == [f"2. {water}"]
    assert edition.text("soil", "//link[@rel='prev']/@title") == [
        say("Welcome to the garden")
    ]
    assert say("A lonely page") in edition.text("lone", "//h1")[0]
    assert f"1.1. {say('Clay and sand')}" in edition.text("soil", "//h2")[0]
    assert edition.text("index", "//p/a[@href='soil.html']") == [soil]


def test_what_search_engines_read_is_translated(twice: BuiltTwice, say: Say) -> None:
    page = twice["pages"].edition
    meta = "//meta[@name='{}']/@content"
    assert page.text("index", meta.format("description")) == [say("How a garden grows")]
    assert page.text("index", meta.format("keywords")) == [say("garden, soil")]
    assert page.text("index", meta.format("author")) == ["Nobody Special"]


def test_blocks_of_their_own_are_translated(twice: BuiltTwice, say: Say) -> None:
    [body] = twice["pages"].edition.text("water", "//div[@class='body']")
    for text in ("A remark aside", "A topic apart", "A rubric here", "An old gardener"):
        assert say(text) in body
    assert not LATIN.search(body)


#: What a paragraph of the inline root says → what the edition's says, with [words].
PARAGRAPHS = {
    "Type": "[Type] make all [to begin, or] Ctrl+C [to stop.]",
    "Equation": "[Equation] (1) [adds, as] (1) [does.]",
    "Read": "[Read] [Opening words] [and] [the closing part] [and] [Closing words].",
    "The document": "[The document] [Closing words] [and] [another one] [follow, not]"
    " [Closing words].",
    "As": "[An] [RH] [meter, as] PEP 8 [says, and] RFC 2324 [too.]",
    "A note": "[A note] [1] [here, another] [2] [there, and a work] [Tull1733]"
    " [besides.]",
    "Run": "[Run] sow, [edit] /etc/name/bed, [call] plant_tree().",
    "Follow": "[Follow the] [inner] [link, and] [this target] [too.]",
    "This": "[This] [whole sentence is a link]. [So is this] [emphasis here].",
}


def bare(text: str) -> str:
    """Return *text* without blanks and punctuation, whose forms differ."""
    return re.sub(r"[\W_]", "", text)


@pytest.mark.parametrize("start", PARAGRAPHS)
def test_paragraphs(twice: BuiltTwice, say: Say, start: str) -> None:
    wanted = PARAGRAPHS[start]
    said = re.sub(r"\[(\d|Tull1733)\]", r"\1", wanted)
    said = re.sub(r"\[([^]]*)\]", lambda m: say(m[1]), said)
    texts = twice["inline"].edition.text("index", "//div[@class='body']//p")
    assert bare(said) in [bare(text) for text in texts]


def test_references_show_the_translated_title(twice: BuiltTwice, say: Say) -> None:
    texts = twice["inline"].edition.text("index", "//a[@href='#tbl-rows']/span")
    assert texts == [
        "表 1",
        f"{say('Panel')}1",
        f"{say('Panel')}1{say('with')}{say('Rows of beans')}",
    ]


def test_texts_in_attributes(twice: BuiltTwice, say: Say) -> None:
    edition = twice["inline"].edition
    assert edition.text("index", "//img/@alt") == [say("a green leaf")]
    assert edition.text("index", "//abbr/@title") == [say("relative humidity")]


def test_no_word_is_left(twice: BuiltTwice) -> None:
    page = twice["inline"].edition.page("index")
    [body] = page.xpath("//div[@class='body']")
    kept = "self::code or self::kbd or self::strong or contains(@class, 'math')"
    kept += " or contains(@class, 'pep') or contains(@class, 'rfc')"
    kept += " or contains(@class, 'citation') or contains(@class, 'label')"
    kept += " or starts-with(text(), 'https://') or contains(@class, 'download')"
    words = body.xpath(f".//text()[not(ancestor::*[{kept}])]")
    assert set(LATIN.findall(" ".join(words))) == {"Day", "Zero", "Tull"}


def test_figures_and_code_stay(twice: BuiltTwice, say: Say) -> None:
    [body] = twice["blocks"].edition.text("index", "//div[@class='body']")
    for text in (
        "Caption of the figure",
        "Legend of the figure.",
        'print("code stays as it is")',
        "parsed code stays too",
        'doctest_line("stays")',
        "This brand name sentence stays.",
        "This classed sentence stays.",
        "A line block stays by its node name",
        "Brandname here",
        "words in math stay",
        "raw words stay",
    ):
        assert text in body
    for text in (
        "Prices at market",
        "Red apples",
        "In one cell.",
        "Listing of a program",
        "be verbose",
        "definition term",
        "Custom admonition title",
        "Nested bullet",
        "Alpha words",
        "Centered words",
        "A line with a break and blanks.",
    ):
        assert say(text) in body
        assert text not in body
    alts = twice["blocks"].edition.text("index", "//img/@alt")
    assert alts == ["leaf seen from above", say("second leaf alone")]


def test_what_tags_choose_is_translated(twice: BuiltTwice, say: Say) -> None:
    texts = twice["only"].edition.text("index", "//div[@class='body']//p")
    shown = ["Words for the web.", "Words for a workday.", "Words under a condition."]
    assert texts == [say(text) for text in shown]


def test_smart_quotes_reach_the_engine_and_the_reader(twice: BuiltTwice) -> None:
    [first, second, third] = twice["quotes"].edition.text(
        "index", "//div[@class='body']//p"
    )
    assert "“" in first
    assert 'it\'s "plain" -- here' in second
    assert "<" in third
    assert "&" in third
    assert not LATIN.search(first + third)


def test_the_index_is_grouped_by_pinyin(twice: BuiltTwice, say: Say) -> None:
    edition = twice["index"].edition
    letters = edition.text("genindex", "//h2")
    assert set(letters) - {"符号"} <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert letters == sorted(letters, key=lambda letter: (letter != "符号", letter))
    entries = " ".join(edition.text("genindex", "//table//li"))
    for text in (
        "apple tree",
        "ripe pear",
        "loop",
        "main entry",
        "shown",
        "stroll",
        "good water",
    ):
        assert say(text) in entries
    names = ("SOIL", "dry", "RFC 2324", "RAIN")
    for text in (*names, "os.path", "--verbose", "garden.beds", "dig()", "见"):
        assert text in entries
    assert "Bed" in entries
    assert "class in" not in entries
    assert say("Beds and how to dig them") in " ".join(
        edition.text("py-modindex", "//td")
    )


def test_a_letter_of_the_index_is_in_the_order_of_pinyin(make_book: MakeBook) -> None:
    book = make_book("index")
    under = "传感器; 漂移", "传感器; 测量", "词语", "插值", "测量", "climate", "程序"
    entries = "".join(f"   single: {text}\n" for text in under)
    book.write("index.rst", f"Words\n=====\n\n.. index::\n{entries}\nThese.\n")
    edition = book.build("amts-zh", engine="none")
    # Ce, cha, cheng, chuan and under it ce, piao; ci, cl.
    wanted = "测量 插值 程序 传感器 测量 漂移 词语 climate"
    cells = edition.text("genindex", "//table[contains(@class, 'index')]//td")
    assert " ".join(cells) == wanted


def test_the_heading_of_a_term_in_the_index_is_translated(
    make_book: MakeBook, say: Say
) -> None:
    book = make_book("index")
    terms = "   tide : Deep water\n      It rises.\n\n   rope : R\n      It ties.\n"
    book.write("index.rst", f"Words\n=====\n\n.. glossary::\n\n{terms}")
    source, edition = book.build("html"), book.build("amts-zh", engine="pseudo")
    assert source.text("genindex", "//h2") == ["Deep water", "R"]
    assert edition.text("genindex", "//h2") == ["R", say("Deep water")]


def doctree(text: str, *kids: nodes.Node) -> nodes.document:
    paragraph = nodes.paragraph("", text, *kids)
    nothing: Any = None  # neither settings nor a reporter
    document = nodes.document(nothing, nothing)
    document += paragraph
    return document


def publish_in(tree: nodes.document, target: str) -> nodes.Element:
    """Publish *target* in the one paragraph of *tree*, and return the paragraph."""
    finder = Finder(SegmentRules("en"), UiStrings("en", "es"))
    [site] = finder.sites(tree)
    assert inline_codes.verify(site.coded, target) == ""
    content = Targets({inline_codes.normalise(site.coded): target})
    assert publish(tree, finder, content, {}) == 1
    paragraph = tree.children[0]
    assert isinstance(paragraph, nodes.Element)
    return paragraph


def test_the_original_nodes_are_moved() -> None:
    literal, strong = nodes.literal("", "x"), nodes.strong("", "bold", ids=["b"])
    target = nodes.target(ids=["here"])
    kids = (literal, nodes.Text(" and "), strong, target)
    paragraph = publish_in(
        doctree("See ", *kids), '<g id="2">FUERTE &amp; más</g> y <x id="1"/>'
    )
    assert [child for child in paragraph if isinstance(child, nodes.Element)] in (
        [strong, literal, target],
        [target, strong, literal],
    )
    assert paragraph.astext() == "FUERTE & más y x"
    assert strong.parent is literal.parent is target.parent is paragraph


@pytest.mark.parametrize(
    ("text", "target", "shown"),
    [
        ("Really?", "Vraiment\u202f?", "Vraiment\u202f?"),
        ("10\u00a0km", "10\u00a0km", "10\u00a0km"),
        ("\u00a0\u00a0Part", "Teil", "\u00a0\u00a0Teil"),
        (" \u2003Part\u00a0", "Teil", "\u2003Teil\u00a0"),
        ("Part \n", "Teil", "Teil"),
        ("a\u00a0b", "«\u00a0A\u2007B\u00a0»\u202f!", "«\u00a0A\u2007B\u00a0»\u202f!"),
    ],
)
def test_no_break_spaces_reach_the_reader(text: str, target: str, shown: str) -> None:
    paragraph = publish_in(doctree(text), target)
    assert paragraph.astext() == shown


def test_nested_codes_may_change_their_order() -> None:
    inner = nodes.emphasis("", "deep")
    link = nodes.reference("", "", nodes.Text("a "), inner, refuri="https://a.example")
    paragraph = publish_in(
        doctree("See ", link), 'VE <g id="1"><g id="2">HONDO</g> UN</g>'
    )
    assert paragraph.astext() == "VE HONDO UN"
    assert link.children[0] is inner


def test_a_reference_keeps_what_it_points_at() -> None:
    words = nodes.inline("", "those words", classes=["std", "std-ref"])
    reference = addnodes.pending_xref(
        "", words, refdomain="std", reftype="ref", refexplicit=True, reftarget="t"
    )
    paragraph = publish_in(doctree("See ", reference), 'VE <g id="1">ESO</g>')
    assert paragraph.children[1] is reference
    assert reference.children == [words]
    assert words.astext() == "ESO"


def figure() -> nodes.document:
    tree = doctree("Some words.")
    tree += nodes.figure("", nodes.caption("", "A leaf"))
    return tree


def test_a_caption_that_a_person_translated_is_published() -> None:
    """Figures are skipped: no engine is asked for their texts."""
    finder = Finder(SegmentRules("en"), UiStrings("en", "es"))
    kinds = {site.coded: site.by_people for site in finder.sites(figure())}
    assert kinds == {"Some words.": False, "A leaf": True}
    machine = {"Some words.": "Unas palabras.", "A leaf": "MACHINE"}
    tree = figure()
    publish(tree, finder, Targets(machine, people={"A leaf": "Una hoja"}), {})
    assert tree.astext().split("\n\n") == ["Unas palabras.", "Una hoja"]
    [caption] = tree.findall(nodes.caption)
    assert "language-en" not in caption.parent["classes"]


def test_a_caption_without_a_person_s_translation_says_its_language() -> None:
    finder = Finder(SegmentRules("en"), UiStrings("en", "es"))
    tree = figure()
    publish(tree, finder, Targets({"A leaf": "MACHINE"}), {})
    assert tree.astext().split("\n\n") == ["Some words.", "A leaf"]
    elements = tree.findall(nodes.Element)
    marked = [n.tagname for n in elements if "language-en" in n.get("classes", "")]
    assert marked == ["paragraph", "figure"]


def test_what_the_author_marked_in_the_source_language_is_marked_no_more() -> None:
    finder = Finder(SegmentRules("en"), UiStrings("en", "es"))
    tree = doctree("Some words.")
    [paragraph] = tree.findall(nodes.paragraph)
    paragraph["classes"].append("language-en")
    publish(tree, finder, Targets({"Some words.": "Unas palabras."}), {})
    assert paragraph["classes"] == []
