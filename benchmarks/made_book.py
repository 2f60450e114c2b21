"""Write a book of any size, the same each time, to measure builds with.

Its pages are alike: headings, paragraphs, a list, code, cross-references, an index
entry. So what a page costs can be told from what a book costs.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SYLLABLES: Final = "ba co du fe gi ho ju ka le mi no pu ra se ti vo wu".split()
#: Different words of a book, as of a long technical one.
_WORDS: Final = 3000
#: What every sentence has some of, as English has: the rest is chosen evenly.
_COMMON: Final = "the of a and to in is that it for with as".split()
_CONF: Final = 'project = "A Made Book"\nextensions = []\nhtml_theme = "alabaster"\n'
#: The first word of so many is a common one.
_EVERY: Final = 3
_SECTIONS: Final = 4
#: Pages of a part: each page shows the parts beside its text.
_PART: Final = 25
_PARAGRAPHS: Final = 3
_SENTENCES: Final = 3


def write(folder: Path, pages: int) -> None:
    """Write a book of so many *pages*, in parts, into a new *folder*."""
    folder.mkdir(parents=True)
    chance = random.Random(1)
    words = ["".join(chance.choices(_SYLLABLES, k=3)) for _ in range(_WORDS)]
    names = [f"page{number:04}" for number in range(pages)]
    (folder / "conf.py").write_text(_CONF, "utf-8")
    parts = [names[start : start + _PART] for start in range(0, pages, _PART)]
    inner = [f"part{number:03}" for number in range(len(parts))]
    for name, title, inside in zip(
        ("index", *inner),
        ("The book", *(f"Part {number}" for number in range(len(parts)))),
        (inner, *parts),
        strict=True,
    ):
        lines = [title, "=" * len(title), "", ".. toctree::", ""]
        text = "\n".join([*lines, *(f"   {each}" for each in inside), ""])
        (folder / f"{name}.rst").write_text(text, "utf-8")
    for name in names:
        text = "\n".join(_page(name, names, words, chance))
        (folder / f"{name}.rst").write_text(f"{text}\n", "utf-8")


def _page(
    name: str, names: list[str], words: list[str], chance: random.Random
) -> Iterator[str]:
    """Yield the lines of one page."""
    yield from _heading(_sentence(words, chance, 3), "=", f"{name}-top")
    yield from (f".. index:: {chance.choice(words)}", "")
    for section in range(_SECTIONS):
        yield from _heading(_sentence(words, chance, 3), "-", f"{name}-{section}")
        for _ in range(_PARAGRAPHS):
            yield from (_sentence(words, chance) for _ in range(_SENTENCES))
            other = f"{chance.choice(names)}-{chance.randrange(_SECTIONS)}"
            start = _sentence(words, chance, 4).removesuffix(".")
            yield from (f"{start} *{chance.choice(words)}* in :ref:`{other}`.", "")
        yield from (f"* {_sentence(words, chance, 6)}" for _ in range(3))
        yield from ("", ".. code-block:: python", "")
        yield from (f"   {chance.choice(words)} = {n}" for n in range(3))
        yield ""


def _heading(text: str, mark: str, label: str) -> tuple[str, ...]:
    title = text.removesuffix(".")
    return f".. _{label}:", "", title, mark * len(title), ""


def _sentence(words: list[str], chance: random.Random, length: int = 0) -> str:
    chosen = [
        chance.choice(words if place % _EVERY else _COMMON)
        for place in range(length or chance.randint(8, 20))
    ]
    return " ".join(chosen).capitalize() + "."
