"""Parts of the endpoint that are easier to look at by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from corpus_toys import ES, pairs

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.endpoint import cbor, markup, service_model
from amts_sphinx.endpoint.quotas import Quotas
from amts_sphinx.endpoint.service_error import ServiceError
from amts_sphinx.endpoint.translator import Linguist, Lore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def segments(text: str) -> list[str]:
    return [run.coded for run in markup.Page(text, whole=False).runs()]


@pytest.mark.parametrize(
    ("text", "coded"),
    [
        ("Rain &amp; <b>snow</b>", ['Rain &amp; <g id="1">snow</g>']),
        ("<p> Rain\n</p><p>Snow</p>", ["Rain", "Snow"]),
        ("a<br>b <img src=x> c", ['a<x id="1"/>b <x id="2"/> c']),
        ('<a href="#"><i>x</i> y</a>', ['<g id="1"><g id="2">x</g> y</g>']),
        ("5 + 7 = <b>12</b>", []),
        ('<b translate="NO">x</b> 1', []),
        ("<script>let x</script><style>p</style>", []),
        ("<div>a <p>b <i>c</i></p> d</div>", ["a", 'b <g id="1">c</g>', "d"]),
        ("<a>a <div>b</div></a>", ["a", "b"]),
        ("<table><tr><td>a</td><th>b</th></tr></table>", ["a", "b"]),
        ('<p><span><span translate="no">x</span>1</span> y</p>', ['<x id="1"/> y']),
    ],
)
def test_one_block_is_one_segment(text: str, coded: list[str]) -> None:
    assert segments(text) == coded


@pytest.mark.parametrize(
    "text",
    [
        "Rain &amp; <b>snow</b> &lt;tag&gt;",
        "<p> Rain\n</p>\n<p>Snow</p> tail",
        '<p>a <i>b <u translate="no">c <s>d</s></u> e</i> f<br>g</p>',
        "<ul><li>a<ul><li>b</li></ul>c</li></ul>",
        "a <!-- b --> c",
        "<p>雨 é \xa0 𝒳</p>",
        "a </div> b",
        "",
    ],
)
def test_a_page_that_is_not_changed_stays(text: str) -> None:
    page = markup.Page(text, whole=False)
    for run in page.runs():
        run.apply(run.coded)
    assert page.render() == text.replace("</div>", "")


def test_codes_may_change_their_order() -> None:
    page = markup.Page(
        "<p>a <i>b</i> <u translate=no>c</u>, d</p><p>e</p>", whole=False
    )
    first, _ = page.runs()
    first.apply('<x id="2"/> D <g id="1">B</g>A')
    said = '<p><u translate="no">c</u> D <i>B</i>A</p><p>e</p>'
    assert page.render() == said


def test_blocks_are_what_can_be_lost() -> None:
    page = markup.Page("<html><body>a<div>b<p>c</p>d</div></body></html>", whole=True)
    assert [block.tag for block in page.blocks()] == ["div", "p"]
    piece = markup.Page("a<div>b<p>c</p>d</div>", whole=False)
    assert [block.tag for block in piece.blocks()] == ["div", "p"]


def test_what_no_document_can_hold_is_left_out() -> None:
    page = markup.Page("<p>a \x0c\x01b</p>", whole=False)
    page.runs()[0].apply("x\x00y\x0c")
    assert page.render() == "<p>xy</p>"


def test_long_blanks_take_no_time() -> None:
    blanks = " " * 100_000
    assert segments(f"<p>{blanks}a{blanks}b{blanks}</p>") == [f"a{blanks}b"]


def test_a_bomb_is_not_expanded() -> None:
    entities = '<!ENTITY a "ha"><!ENTITY b "&a;&a;">'
    text = f"<!DOCTYPE html [{entities}]><html><body><p>x &b; y</p></body></html>"
    assert "haha" not in markup.Page(text, whole=True).render()


def test_deep_nesting_is_no_trouble() -> None:
    text = "<b>" * 5000 + "x" + "</b>" * 5000
    assert isinstance(segments(text), list)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Linguist]:
    """Return a function that makes a linguist who knows nothing yet."""
    return lambda min_pairs=50: Linguist([], tmp_path, min_pairs)


def test_codes_survive_every_way_of_speaking(make: Callable[..., Linguist]) -> None:
    taught = {inline_codes.plain(s): inline_codes.plain(t) for s, t in pairs(ES, 200)}
    source = 'The big <g id="1">model</g> reads &lt;x&gt; <x id="2"/> zebras.'
    for lore in (Lore({}, {}), Lore(taught, {}), Lore(taught, {"zebras": "<cebras>"})):
        [target] = make().translate([source], ES, lore)
        assert not inline_codes.verify(source, target)
        assert target != source
    assert "&lt;cebras&gt;" in target


def test_terms_are_said_wherever_there_is_one(make: Callable[..., Linguist]) -> None:
    lore = Lore({}, {"rain": "lluvia & más"})
    said = make().translate(['Rain, train <g id="1">rain</g>'], ES, lore)
    assert said == ['lluvia &amp; más, ţŕåîîñ <g id="1">lluvia &amp; más</g>']


def test_one_language_is_left_as_it_is(make: Callable[..., Linguist]) -> None:
    assert make().translate(["Rain"], LanguagePair("en", "en")) == ["Rain"]


def test_models_are_kept(make: Callable[..., Linguist], tmp_path: Path) -> None:
    taught = {inline_codes.plain(s): inline_codes.plain(t) for s, t in pairs(ES, 200)}
    first = make().translate(["The big model reads."], ES, Lore(taught, {}))
    [kept] = tmp_path.rglob("*.npz")
    made = kept.stat().st_mtime_ns
    assert make().translate(["The big model reads."], ES, Lore(taught, {})) == first
    assert kept.stat().st_mtime_ns == made


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("00", 0),
        ("1903e8", 1000),
        ("3863", -100),
        ("c1fb41d452d9ec200000", 1363896240.5),
        ("83010203", [1, 2, 3]),
        ("9f0102ff", [1, 2]),
        ("bf6161f5ff", {"a": True}),
        ("a26161016162f6", {"a": 1, "b": None}),
        ("7f657374726561646d696e67ff", "streaming"),
        ("5f42010243030405ff", bytes([1, 2, 3, 4, 5])),
        ("f93c00", 1.0),
        ("1bffffffffffffffff", 2**64 - 1),
    ],
)
def test_values_in_cbor(data: str, value: object) -> None:
    """Most are examples of the RFC."""
    assert cbor.decode(bytes.fromhex(data)) == value


@pytest.mark.parametrize(
    "value",
    [None, True, 0, 23, 24, 2**32, -1, -(2**16), "", "雨" * 300, b"\xff", [[], {}]],
)
def test_what_is_written_in_cbor_can_be_read(value: object) -> None:
    said = {"a": value, "b": [value, 1.5]}
    assert cbor.decode(cbor.encode(said)) == said


@pytest.mark.parametrize(
    "data", ["", "18", "9f01", "fc", "1c", "0000", "81" * 100 + "00", "63ffffff"]
)
def test_what_is_not_cbor(data: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        cbor.decode(bytes.fromhex(data))


def test_statuses_are_those_of_the_model() -> None:
    shapes = service_model.service().error_shapes
    told = {shape.name: shape.metadata.get("error", {}) for shape in shapes}
    known = {n: e["httpStatusCode"] for n, e in told.items() if "httpStatusCode" in e}
    assert {name: service_model.status_of(name) for name in known} == known


def test_quotas_are_those_of_a_second() -> None:
    quotas = Quotas()
    for _ in range(5):
        quotas.spend("StartTextTranslationJob", 0)
    with pytest.raises(ServiceError) as caught:
        quotas.spend("StartTextTranslationJob", 0.1)
    assert caught.value.code == "ThrottlingException"
    quotas.spend("StartTextTranslationJob", 0.25)
    quotas.spend("DescribeTextTranslationJob", 0.1)
    for _ in range(1000):
        quotas.spend("TranslateText", 0)
