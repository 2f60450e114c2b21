"""Coded texts of all kinds, for tests that try very many of them.

The suite tries a few hundred, the same each time. ``AMTS_EXAMPLES=5000 pytest`` tries
that many others.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from amts_sphinx.core import inline_codes

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_MANY: Final = os.environ.get("AMTS_EXAMPLES")
#: How many are tried; no test depends on how long one takes.
FEW_HUNDRED: Final = settings(
    max_examples=int(_MANY or 200),
    derandomize=not _MANY,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
#: Words that each do something else to a tokenizer, a splitter or the letter case.
WORDS: Final = (
    "pump Pump pumps PUMP pump_on Pump_on PUMP_ON _on x_1 X_1 A a I i İ ı ß ẞ ŉ ǅ ﬁ "
    "valve Valve it's It's l'eau L’eau d’ qu'il e.g. E.g. U.S. Dr. Nr. z.B. etc. "
    "numpy.array Numpy.array a.b.c A::b user@host www.example.org http://a.org/B?c=d "
    "3 3.14 1,000 10:30 2nd 3d ３ ٣ 第 水 水泵 泵。 ポンプ ポンプ、 น้ำ ๓ ນ້ຳ ទឹក мост "
    "Мост מים ماء é e\u0301 \u0301 😀 👩\u200d🔬 \u200b \ufeff \u00ad "
    "\u2028 \x0b \x1f \x85 \ue000 \uffff \U00010400 \U00010428"
).split(" ")
MARKS: Final = (
    ". , ; : ! ? … ... 。 ， ； ： ！ ？ ؟ । « » “ ” ‘ ’ \" ' ( ) [ ] { } （ ） 「 」 "
    "- – — / \\ * _ ` ~ # $ % ^ & < > | = + @ ¿ ¡ § ©"
).split(" ")
BLANKS: Final = ("", " ", "  ", "\u00a0", "\n", "\t", "\u3000", "\u2009", "\r\n")
#: Any character but a surrogate, which no file can hold, and NUL, which none may.
ANYTHING: Final = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=4
)

_piece: Final = st.one_of(
    st.sampled_from(WORDS), st.sampled_from(WORDS), st.sampled_from(MARKS), ANYTHING
)


@st.composite
def plain_texts(draw: st.DrawFn, most: int = 10) -> str:
    """Return a plain text of up to *most* pieces."""
    pieces = draw(st.lists(_piece, max_size=most))
    blanks = [draw(st.sampled_from(BLANKS)) for _ in pieces]
    return "".join(b + p for b, p in zip(blanks, pieces, strict=True))


@st.composite
def coded_texts(draw: st.DrawFn, most: int = 10) -> str:
    """Return a coded text: its codes nest, and are numbered from 1 in any order."""
    count = draw(st.integers(0, 4))
    numbers = draw(st.permutations(range(1, count + 1)))
    parts = [inline_codes.escape(draw(plain_texts(most)))]
    around: list[int] = []
    for number in numbers:
        shape = draw(st.sampled_from(("empty", "pair", "open")))
        if shape == "empty":
            parts.append(inline_codes.empty(number))
        else:
            parts.append(inline_codes.opening(number))
            around.append(number)
        parts.append(inline_codes.escape(draw(plain_texts(3))))
        if shape == "pair" or (around and draw(st.booleans())):
            parts.append("</g>")
            around.pop()
            parts.append(inline_codes.escape(draw(plain_texts(3))))
    parts += ["</g>"] * len(around)
    return "".join(parts)


def translations(source: str) -> SearchStrategy[str]:
    """Return what people may write for *source*: another text, with its codes."""
    codes = [p for p in inline_codes.tokens(source) if p.type != "text"]

    @st.composite
    def made(draw: st.DrawFn) -> str:
        parts = [inline_codes.escape(draw(plain_texts(6)))]
        for code in codes:
            parts += [code.coded, inline_codes.escape(draw(plain_texts(3)))]
        return "".join(parts)

    return made()
