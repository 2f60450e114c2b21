"""Parts of the endpoint that are easier to test by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from corpus_toys import ES, pairs

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.endpoint import fault_plan, markup, service_model
from amts_sphinx.endpoint.service_error import ServiceError
from amts_sphinx.endpoint.translation_models import Customization, TranslationModels
from amts_sphinx.endpoint.usage import RequestRates

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
    rendered = '<p><u translate="no">c</u> D <i>B</i>A</p><p>e</p>'
    assert page.render() == rendered


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
def make(tmp_path: Path) -> Callable[[], TranslationModels]:
    """Return a function that makes models without a base."""
    return lambda: TranslationModels([], tmp_path, 50)


def test_codes_survive_every_model(make: Callable[[], TranslationModels]) -> None:
    examples = {inline_codes.plain(s): inline_codes.plain(t) for s, t in pairs(ES, 200)}
    source = 'The big <g id="1">model</g> reads &lt;x&gt; <x id="2"/> zebras.'
    for custom in (
        Customization({}, {}),
        Customization(examples, {}),
        Customization(examples, {"zebras": "<cebras>"}),
    ):
        [target] = make().translate([source], ES, custom)
        assert not inline_codes.verify(source, target)
        assert target != source
    assert "&lt;cebras&gt;" in target


def test_terms_are_used_wherever_there_is_one(
    make: Callable[[], TranslationModels],
) -> None:
    custom = Customization({}, {"rain": "lluvia & más"})
    targets = make().translate(['Rain, train <g id="1">rain</g>'], ES, custom)
    assert targets == ['lluvia &amp; más, ţŕåîîñ <g id="1">lluvia &amp; más</g>']


def test_one_language_is_left_as_it_is(make: Callable[[], TranslationModels]) -> None:
    assert make().translate(["Rain"], LanguagePair("en", "en")) == ["Rain"]


def test_models_are_kept(make: Callable[[], TranslationModels], tmp_path: Path) -> None:
    examples = {inline_codes.plain(s): inline_codes.plain(t) for s, t in pairs(ES, 200)}
    first = make().translate(["The big model reads."], ES, Customization(examples, {}))
    [kept] = tmp_path.rglob("*.npz")
    made = kept.stat().st_mtime_ns
    assert (
        make().translate(["The big model reads."], ES, Customization(examples, {}))
        == first
    )
    assert kept.stat().st_mtime_ns == made


def test_statuses_are_those_of_the_model() -> None:
    shapes = service_model.service().error_shapes
    errors = {shape.name: shape.metadata.get("error", {}) for shape in shapes}
    known = {n: e["httpStatusCode"] for n, e in errors.items() if "httpStatusCode" in e}
    assert {name: service_model.status_of(name) for name in known} == known


def test_request_rates_are_those_of_a_second() -> None:
    rates = RequestRates()
    for _ in range(5):
        rates.spend("StartTextTranslationJob", 0)
    with pytest.raises(ServiceError) as caught:
        rates.spend("StartTextTranslationJob", 0.1)
    assert caught.value.code == "ThrottlingException"
    rates.spend("StartTextTranslationJob", 0.25)
    rates.spend("DescribeTextTranslationJob", 0.1)
    for _ in range(1000):
        rates.spend("TranslateText", 0)


def test_a_fault_may_last_some_seconds() -> None:
    """As a lost network does: what happens after them does not count."""
    fault = fault_plan.read(
        {"on": "*", "kind": "reset", "lasts": 60, "count": None, "after": 1}, "it"
    )
    times = [0.0, 5.0, 20.0, 65.0, 65.1, 70.0]
    happened = [fault.happens("S3:GetObject", "", at) for at in times]
    assert happened == [False, True, True, True, False, False]
