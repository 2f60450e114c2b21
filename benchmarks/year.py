"""A year of a book and of its translators: none of their sentences may be lost.

::

    python benchmarks/year.py

The source goes through revisions of every kind: words, moves, renames, splits, merges,
deletions and returns, markup, quotes. Between them two people deliver corrections in
TMX, CSV, PO and XLIFF, save in the page of ``amts review serve``, translate work files
with translate-toolkit (``pip install translate-toolkit``), and change lines of the home
file; they disagree; a delivery holds little of what it should; a file
leaves the list and returns. After each revision the book is translated in process, once
with the memory of all the year and once with a new one: both must publish the same, but
for the form of quotes, which a machine copies from the source that it was asked.

In the end each text that a person ever delivered is *published*, *corrected* by the
same person, *in conflict* and shown, *stale* with the sentence that replaced it, or
*retired* and found by ``amts memory history``. What is none of these is *lost*; what
stands for a sentence of the book, and is neither published nor shown, is *silent*.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import year_doors

from amts_sphinx import formats
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import (
    HUMAN,
    Code,
    Container,
    Edition,
    LanguagePair,
    Location,
    Segment,
    State,
    TranslationUnit,
)
from amts_sphinx.engine.registry import create_engine
from amts_sphinx.memory import predecessors
from amts_sphinx.memory.delivery import deliver
from amts_sphinx.memory.importing import BookFiles, learn_book
from amts_sphinx.memory.memory import Memory
from amts_sphinx.text import segmentation
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PAIR: Final = LanguagePair("en", "de")
#: What reviewers work in: the page, a text editor, and a work file.
_DOORS: Final = ("page", "editor", "work.xlf")
_SUBJECTS: Final = (
    "gauge",
    "funnel",
    "sensor",
    "roof",
    "wire",
    "page",
    "tank",
    "valve",
)
_QUOTES: Final = dict.fromkeys(map(ord, "“”„"), '"')
_VERBS: Final = ("fills", "rusts", "breaks", "turns", "shines", "leaks")


def _first_book() -> dict[str, list[str]]:
    """Return the paragraphs of each document: of one, two and three sentences."""
    book: dict[str, list[str]] = {}
    for number, name in enumerate(("intro", "guide", "reference")):
        book[name] = [
            " ".join(
                f'The {subject} "number" {10 * number + part} {_VERBS[place % 6]} in'
                f' <g id="{part + 1}">spring</g>.'
                for part in range(1 + place % 3)
            )
            for place, subject in enumerate(_SUBJECTS)
        ]
    return {
        name: [inline_codes.localise(text)[0] for text in texts]
        for name, texts in book.items()
    }


@dataclass
class Year:
    """The book, its files and what people delivered."""

    folder: Path
    book: dict[str, list[str]] = field(default_factory=_first_book)
    names: tuple[str, ...] = ()
    #: Source, target and author of every text, in the order of delivery.
    texts: list[tuple[str, str, str]] = field(default_factory=list)
    requested: int = 0
    new: int = 0
    differences: int = 0
    overwritten: int = 0
    seen: set[str] = field(default_factory=set)
    edition: Edition | None = None
    warnings: list[str] = field(default_factory=list)
    #: How many texts came in by each door.
    by_door: Counter[str] = field(default_factory=Counter)

    @property
    def files(self) -> BookFiles:
        """The files of the book."""
        return BookFiles(self.folder, "en", "memory/{language}.home.tmx", self.names)

    def containers(self) -> list[Container]:
        """Return the book as it is now."""
        return [
            _container(text, document)
            for document, texts in self.book.items()
            for text in texts
        ]

    def sentences(self, container: int) -> tuple[Segment, ...]:
        """Return the sentences of one paragraph."""
        return self.containers()[container].segments

    def build(self, memory: Memory) -> None:
        """Translate the book with all the year's memory, and with a new one."""
        self.edition = self._translate(memory)
        self.requested += self.edition.usage.translated
        sentences = {s.key for c in self.containers() for s in c.segments}
        people = {key for key, unit in self.edition.units.items() if unit.by_human}
        self.new += len(sentences - self.seen - people)
        self.seen |= sentences
        with (
            tempfile.TemporaryDirectory() as other,
            closing(Memory(Path(other, "memory.sqlite"))) as fresh,
        ):
            again = self._translate(fresh)
        ours, theirs = (
            {
                key: (_straight(unit.target), unit.by_human)
                for key, unit in each.units.items()
            }
            for each in (self.edition, again)
        )
        self.differences += sum(ours.get(k) != theirs.get(k) for k in ours | theirs)

    def _translate(self, memory: Memory) -> Edition:
        learn_book(memory, self.files, _quietly, self.warnings.append)
        translator = Translator(memory, create_engine("pseudo", {}), profile_for("de"))
        return translator.translate(self.containers(), PAIR)

    def deliver(
        self, memory: Memory, name: str, author: str, sources: Iterable[str], mark: str
    ) -> None:
        """Have *author* translate *sources* and deliver them in a file."""
        units = [
            TranslationUnit(
                source,
                _german(source, mark),
                PAIR,
                HUMAN,
                State.REVIEWED,
                author=author,
            )
            for source in sources
        ]
        before = self._lines()
        if name in _DOORS:
            done = {*self._by_door(memory, name, author, [*sources], mark)}
            units = [unit for unit in units if unit.source in done]
        else:
            path = self.folder.parent / name
            formats.write(path, units, PAIR)
            deliver(memory, self.files, path, author=author, tell=self.warnings.append)
        self.texts += [(unit.source, unit.target, author) for unit in units]
        after = self._lines()
        # A line may only make way for another text of the same source.
        self.overwritten += sum(source not in after for source in before)

    def _by_door(
        self, memory: Memory, name: str, author: str, sources: list[str], mark: str
    ) -> list[str]:
        """Have *author* work as reviewers do, and return the sources that were done."""
        assert self.edition is not None
        here = year_doors.at_hand(memory, self.files, self.edition, self.containers())
        german = partial(_german, mark=mark)
        if name == "page":
            done = year_doors.by_page(here, author, sources, german)
        elif name == "editor":
            done = year_doors.by_editor(here, sources, german)
        else:
            path = self.folder.parent / name
            done = year_doors.by_toolkit(here, path, author, sources, german)
        assert done, (name, sources)
        self.by_door[name] += len(done)
        return done

    def _lines(self) -> set[str]:
        path = self.files.home_of("de")
        if path is None or not path.exists():
            return set()
        return {unit.key for unit in formats.read(path, PAIR)}

    def list_file(self, name: str, author: str, sources: Iterable[str]) -> None:
        """Put a file of *author* beside the book, and into the list."""
        units = [
            TranslationUnit(s, _german(s, author), PAIR, HUMAN, State.REVIEWED)
            for s in sources
        ]
        formats.write(self.folder / name, units, PAIR)
        self.texts += [(unit.source, unit.target, author) for unit in units]
        self.names = (*dict.fromkeys((*self.names, name)),)

    def fates(self, memory: Memory) -> Counter[str]:
        """Return what became of the texts."""
        assert self.edition is not None
        conflicts = {
            (key, each.unit.target)
            for key, found in memory.conflicts(PAIR).items()
            for between in found
            for each in between
        }
        documents = {
            name: [s.key for t in texts for s in _container(t, name).segments]
            for name, texts in self.book.items()
        }
        wanted = [
            key
            for keys in documents.values()
            for key in keys
            if not (unit := self.edition.units.get(key)) or not unit.by_human
        ]
        former = predecessors.find(memory, PAIR, documents, wanted)
        stale = {match.unit.key for match in former.values()}
        last = {(source, author): target for source, target, author in self.texts}
        book = {key for keys in documents.values() for key in keys}
        book |= {c.whole.key for c in self.containers()}
        said = memory.statements(PAIR, [source for source, _, _ in self.texts])
        shown = " ".join(self._published())
        counts: Counter[str] = Counter()
        for source, target, author in self.texts:
            key = inline_codes.normalise(source)
            known = any(each.unit.target == target for each in said.get(key, ()))
            words = inline_codes.plain(target)
            if words in shown:
                fate = "published"
            elif (key, target) in conflicts:
                fate = "in conflict"
            elif last[source, author] != target:
                fate = "corrected" if known else "lost"
            elif key in stale:
                fate = "stale"
            elif not known:
                fate = "lost"
            elif key in book and any(
                each.unit.target == target and each.stands for each in said[key]
            ):
                fate = "corrected" if self._is_named(target) else "silent"
            else:
                fate = "retired"
            counts[fate] += 1
        return counts

    def _published(self) -> Iterable[str]:
        """Yield the words of the edition."""
        assert self.edition is not None
        with closing(Memory(self.folder / ".amts" / "other.sqlite")) as memory:
            translator = Translator(
                memory, create_engine("pseudo", {}), profile_for("de")
            )
            for container in self.containers():
                target = translator.target(container, self.edition)
                yield inline_codes.plain(target or "")

    def _is_named(self, target: str) -> bool:
        """Tell whether a line of the home file names *target* as corrected."""
        path = self.files.home_of("de")
        units = formats.read(path, PAIR) if path and path.exists() else ()
        return any(target in unit.corrects for unit in units)


def _quietly(_text: str) -> None:
    """Say nothing."""


def _straight(target: str) -> str:
    """Return *target* with one form of quotes: a machine copies those of its source."""
    return inline_codes.normalise(target.translate(_QUOTES))


def _german(source: str, mark: str) -> str:
    """Return a translation that tells who made it, with the codes of *source*."""
    return source.replace("The ", f"Die {mark} ").replace(" in ", " im ")


def _container(text: str, document: str) -> Container:
    codes = tuple(
        Code(piece.id, paired=piece.type == "open", kind="emphasis", equiv="")
        for piece in inline_codes.tokens(text)
        if piece.id
    )
    whole = Segment(text, "paragraph", Location(document), codes)
    return segmentation.container(whole, 0, "en", by_sentence=True)


def _edit(document: str, place: int, old: str, new: str) -> Callable[..., None]:
    def step(year: Year, _memory: Memory) -> None:
        text = year.book[document][place]
        assert old in text, (text, old)
        made = text.replace(old, new, 1)
        year.book[document][place] = inline_codes.localise(made)[0]

    return step


def _move(year: Year, _memory: Memory) -> None:
    year.book["guide"].append(year.book["intro"].pop(0))


def _rename(year: Year, _memory: Memory) -> None:
    year.book["manual"] = year.book.pop("guide")


def _split(year: Year, _memory: Memory) -> None:
    texts = year.book["manual"]
    year.book["manual"], year.book["more"] = texts[:4], texts[4:]


def _merge(year: Year, _memory: Memory) -> None:
    year.book["intro"] += year.book.pop("more")


def _delete(year: Year, _memory: Memory) -> None:
    year.deleted = year.book["reference"][2:5]  # type: ignore[attr-defined]
    del year.book["reference"][2:5]


def _return(year: Year, _memory: Memory) -> None:
    year.book["reference"][2:2] = year.deleted  # type: ignore[attr-defined]


def _quotes(year: Year, _memory: Memory) -> None:
    year.book["intro"] = [
        text.replace('"number"', "“number”") for text in year.book["intro"]
    ]


def _without_markup(year: Year, _memory: Memory) -> None:
    text = inline_codes.plain(year.book["reference"][0])
    year.book["reference"][0] = inline_codes.escape(text)


def _by(
    name: str, author: str, mark: str, *places: int, whole: bool = False
) -> Callable[..., None]:
    """Return a step in which *author* delivers some paragraphs of the book."""

    def step(year: Year, memory: Memory) -> None:
        containers = year.containers()
        sources = [
            segment.source
            for place in places
            for segment in (
                (containers[place].whole,) if whole else containers[place].segments
            )
        ]
        if name.endswith(".csv"):  # it holds no codes
            sources = [source for source in sources if "<" not in source]
        year.deliver(memory, name, author, sources, mark)

    return step


def _listed(*places: int, name: str = "listed.tmx") -> Callable[..., None]:
    def step(year: Year, _memory: Memory) -> None:
        containers = year.containers()
        year.list_file(
            name, "Carl", [s.source for p in places for s in containers[p].segments]
        )

    return step


def _unlisted(year: Year, _memory: Memory) -> None:
    year.kept_names, year.names = year.names, ()  # type: ignore[attr-defined]


def _listed_again(year: Year, _memory: Memory) -> None:
    year.names = year.kept_names  # type: ignore[attr-defined]


def _truncated(year: Year, _memory: Memory) -> None:
    units = list(formats.read(year.folder / "listed.tmx", PAIR))
    formats.write(year.folder / "listed.tmx", units[: len(units) // 2], PAIR)


_YEAR: Final[list[tuple[str, list[Callable[..., None]]]]] = [
    ("the first edition", []),
    ("Ann corrects (TMX)", [_by("ann.tmx", "Ann", "A1", 0, 1, 2, 9)]),
    ("plain words", [_edit("intro", 3, ' in <g id="1">spring</g>', ""),
                     _edit("intro", 6, ' in <g id="1">spring</g>', "")]),
    ("Bob corrects (CSV)", [_by("bob.csv", "Bob", "B1", 3, 6)]),
    ("Carl's file is listed", [_listed(4, 5, 10, 11, 12, 13)]),
    ("a word", [_edit("intro", 1, "rusts", "rots")]),
    ("Ann and Bob disagree (PO, XLIFF)",
     [_by("ann.po", "Ann", "A2", 3), _by("bob.xlf", "Bob", "B2", 2)]),
    ("a paragraph as a whole", [_by("ann.tmx", "Ann", "A3", 14, 17, whole=True)]),
    ("one of its sentences", [_by("bob.tmx", "Bob", "B3", 14)]),
    ("a typo in a paragraph", [_edit("reference", 1, "funnel", "Funnel")]),
    ("a move", [_move]),
    ("a rename", [_rename]),
    ("a split", [_split]),
    ("a merge", [_merge]),
    ("a deletion", [_delete]),
    ("Carl's file is truncated", [_truncated]),
    ("Carl's file leaves the list", [_unlisted]),
    ("what was deleted returns", [_return]),
    ("Carl's file returns", [_listed_again, _listed(4, 5, 10, 11, 12, 13)]),
    ("quotes", [_quotes]),
    ("emphasis is dropped", [_without_markup]),
    ("Ann corrects herself (TMX)", [_by("ann.tmx", "Ann", "A4", 0, 1)]),
    ("Ann reviews in the page", [_by("page", "Ann", "A5", 5, 6, 15, 16)]),
    ("a work file comes back (XLIFF)", [_by("work.xlf", "Bob", "B4", 7, 8, 18, 19)]),
    ("Bob changes lines (editor)", [_by("editor", "Bob", "B5", 7, 15, 18)]),
    ("a word in what was reviewed", [_edit("intro", 4, "0 leaks", "0 drips")]),
    ("the page after the change", [_by("page", "Bob", "B6", 8, 9, 16)]),
    ("Ann's work file", [_by("work.xlf", "Ann", "A6", 15, 16, 20, 21)]),
]  # fmt: skip


def main() -> int:
    """Print the year, and what became of people's texts."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home, "book")
        folder.mkdir()
        year = Year(folder)
        with closing(Memory(folder / ".amts" / "memory.sqlite")) as memory:
            for number, (name, steps) in enumerate(_YEAR, 1):
                for step in steps:
                    step(year, memory)
                before, different = year.requested, year.differences
                year.build(memory)
                assert year.edition is not None
                conflicts = sum(f.check == "conflict" for f in year.edition.findings)
                print(
                    f"{number:2} {name:34} requested {year.requested - before:3}"
                    f"  conflicts {conflicts:2}  differs from a new clone"
                    f" {year.differences - different}"
                )
            fates = year.fates(memory)
    print(f"{len(year.texts)} texts of people:", dict(sorted(fates.items())))
    print("by reviewers' doors:", dict(year.by_door))
    print(
        f"requested {year.requested}, new sentences {year.new};"
        f" lost {fates['lost']}, silent {fates['silent']},"
        f" overwritten {year.overwritten}, different in a new clone {year.differences}"
    )
    bad = fates["lost"] + fates["silent"] + year.overwritten + year.differences
    return int(bool(bad or year.requested != year.new))


if __name__ == "__main__":
    raise SystemExit(main())
