"""Texts in raw HTML that is known to hold words alone."""

from __future__ import annotations

import pytest

from amts_sphinx.doctree import raw_html

BOX = '<div class="sphx-glr-thumbcontainer" id="a" tooltip="{}">'
TITLE = '  <div class="big sphx-glr-thumbnail-title">{}</div>\n</div>'


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        (BOX.format("A boat &amp; a &#x27;net&#x27;. >"), ["A boat & a 'net'. >"]),
        (TITLE.format('A "new" boat'), ['A "new" boat']),
        (BOX.format("One") + TITLE.format("Two"), ["One", "Two"]),
        # What has markup in it, or no end, is left as it is.
        (TITLE.format("A <b>boat</b>"), []),
        ('<div class="sphx-glr-thumbnail-title">A boat', []),
        ('<div class="sphx-glr-thumbcontainer">', []),
        ('<div title="A boat" class="own">Boats</div>', []),
        ("<p>sphx-glr-thumbnail-title</p>", []),
    ],
)
def test_what_is_text(source: str, texts: list[str]) -> None:
    assert [piece.text for piece in raw_html.pieces(source)] == texts


def test_a_text_cannot_become_markup() -> None:
    source = BOX.format("One") + TITLE.format("Two")
    evil = '"><script>x()</script>'
    made = raw_html.replaced(raw_html.replaced(source, 0, evil), 1, "</div>")
    assert [piece.text for piece in raw_html.pieces(made)] == [evil, "</div>"]
    assert "<script" not in made
    assert raw_html.without(made) == raw_html.without(source)
