"""Editions as source: what is lost, what stays byte by byte, what an update touches.

    python benchmarks/export_source.py --identity FOLDER [FOLDER …]
    python benchmarks/export_source.py --people SOURCE TARGET --languages en zh

Nothing is written into the folders. See ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.build.source_files import SourceFile
from amts_sphinx.build.source_trees import pages_of
from amts_sphinx.cli import main as amts
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import AmtsError
from amts_sphinx.readers.blocks import ReadingRules
from amts_sphinx.readers.markdown_syntax import D2LBOOK, prepare
from amts_sphinx.readers.pages import blocks, read
from amts_sphinx.writers import pages, strict
from amts_sphinx.writers.markdown import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from amts_sphinx.core.units import Container

#: What only tools read, in d2lbook's and in MyST's documents.
_LABELS: Final = re.compile(
    r":(?:label|eqlabel|width|height|begin_tab):`[^`]*`|:end_tab:"
)
_TARGETS: Final = re.compile(r"^[ \t]*\([\w:.-]+\)=[ \t]*$", re.MULTILINE)
#: The kinds of pieces that must all be there again, by the names that parsers have.
_KINDS: Final = {
    "code_inline": "code", "Code": "code", "math_inline": "formulas",
    "math_single": "formulas", "math_inline_double": "formulas", "Math": "formulas",
    "link_open": "links", "Link": "links", "image": "images", "Image": "images",
    "myst_role": "roles", "fence": "code blocks", "code_block": "code blocks",
    "colon_fence": "code blocks", "CodeBlock": "code blocks",
    "math_block": "display formulas", "math_block_label": "display formulas",
    "em_open": "emphasis", "Emph": "emphasis", "strong_open": "strong",
    "Strong": "strong", "hardbreak": "hard breaks", "LineBreak": "hard breaks",
    "html_block": "HTML", "RawInline": "HTML", "RawBlock": "HTML",
    "footnote_ref": "footnotes", "Note": "footnotes",
}  # fmt: skip


def main() -> int:
    """Print the figures; the exit status is 1 where something is lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--identity", nargs="+", type=Path, default=[])
    parser.add_argument("--people", nargs=2, type=Path)
    parser.add_argument("--languages", nargs=2, default=("en", "zh"))
    options = parser.parse_args()
    lost = sum(identity(folder, options.languages[0]) for folder in options.identity)
    if options.people:
        with tempfile.TemporaryDirectory() as home:
            source, target = options.people
            lost += people(Path(home), source, target, options.languages)
    return 1 if lost else 0


def identity(folder: Path, language: str) -> int:
    """Write each file untranslated, and with every text in capitals.

    :returns: how many files differ by a byte, or lose something
    """
    rules = ReadingRules(language, figure_captions=True)
    found: Counter[str] = Counter()
    began = time.process_time()
    for path in pages_of(folder):
        try:
            file = SourceFile.of((folder / path).read_bytes(), path, rules)
        except AmtsError as exc:
            print(f"  not read: {exc}")
            continue
        same, shouted = [], []
        for page in file.parts:
            own = {n: Target(c.whole.source) for n, c in enumerate(page.containers)}
            same.append(pages.write(page, own, rules).text)
            loud = {n: _capitals(c) for n, c in enumerate(page.containers)}
            written = pages.write(page, loud, rules)
            shouted.append(written.text)
            found["texts"] += len(loud)
            found["in capitals"] += len(written.texts)
            found["refused"] += len(written.stays)
        found["files"] += 1
        found["differ"] += file.with_parts(same) != file.data
        again = SourceFile.of(file.with_parts(shouted), path, rules)
        found["lose something"] += _lost(file, again).total() > 0
    found["CPU s"] = round(time.process_time() - began)
    print(f"identity {folder}: " + _shown(found))
    return found["differ"] + found["lose something"]


def _capitals(container: Container) -> Target:
    whole = container.whole.source
    pieces = inline_codes.tokens(whole)
    return Target(
        "".join(
            inline_codes.escape(inline_codes.unescape(piece.coded).upper())
            if piece.type == "text"
            else piece.coded
            for piece in pieces
        )
    )


def people(home: Path, source: Path, target: Path, languages: tuple[str, str]) -> int:
    """Write the book with people's units, and update the tree that people have."""
    units, tree = str(home / "units.tmx"), home / "tree"
    book = Path(shutil.copytree(source, home / "book"))
    (book / "config.ini").touch()
    pair = ["--languages", *languages]
    amts(["parallel", str(source), str(target), *pair, "-o", units, "-j", "1"])
    began = time.process_time()
    options = ["--language", languages[1], "--units", units]
    amts(["export-source", str(book), *options, "-o", str(tree), "--engine", "none"])
    print(f"written in {time.process_time() - began:.0f} s of CPU, without pandoc's")
    lost = _compare(book, tree, languages)
    return lost + _update(home, book, target, options, languages)


def _compare(book: Path, tree: Path, languages: tuple[str, str]) -> int:
    """Count what each page of the tree has lost."""
    lost: Counter[str] = Counter()
    had: Counter[str] = Counter()
    rules = [ReadingRules(tag, figure_captions=True) for tag in languages]
    for path in pages_of(book):
        ours = SourceFile.of((book / path).read_bytes(), path, rules[0])
        theirs = SourceFile.of((tree / path).read_bytes(), path, rules[1])
        had += _inventory(ours)
        lost += _lost(ours, theirs)
        had["pages"] += 1
        lost["other block structure"] += _structure(ours) != _structure(theirs)
    print("had:  " + _shown(had))
    print("lost: " + (_shown(lost) or "nothing"))
    return lost.total()


def _found(file: SourceFile) -> Iterator[strict.Found]:
    for page in file.parts:
        prepared = prepare(page.text)
        yield from strict.blocks(prepared.text, prepared.dialect)
        if prepared.dialect == D2LBOOK and strict.has_pandoc():
            yield from strict.pandoc(prepared.text)


def _structure(file: SourceFile) -> list[object]:
    """Return the kinds of the blocks, in order, by both parsers."""
    return [found.what[0] for found in _found(file)]


def _pieces(file: SourceFile) -> Counter[tuple[str, str]]:
    """Count all that must be there again, by its kind and its content."""
    found: Counter[tuple[str, str]] = Counter()
    for block in _found(file):
        kind, inside = block.what[0], block.what[-1]
        if kind in _KINDS:
            found[_KINDS[kind], str(block.what)] += 1
        if isinstance(inside, frozenset):
            for piece, count in inside:
                if piece[0] in _KINDS:
                    found[_KINDS[piece[0]], str(piece)] += count
    text = "\n".join(page.text for page in file.parts)
    for label in [*_LABELS.findall(text), *_TARGETS.findall(text)]:
        found["labels", label.strip()] += 1
    return found


def _inventory(file: SourceFile) -> Counter[str]:
    return _by_kind(_pieces(file))


def _lost(ours: SourceFile, theirs: SourceFile) -> Counter[str]:
    return _by_kind(_pieces(ours) - _pieces(theirs))


def _by_kind(found: Counter[tuple[str, str]]) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for (kind, _), count in found.items():
        kinds[kind] += count
    return kinds


def _update(
    home: Path,
    book: Path,
    target: Path,
    options: list[str],
    languages: tuple[str, str],
) -> int:
    """Change the source ten times, and update the pages that people have."""
    tree = Path(shutil.copytree(target, home / "people"))
    for path in pages_of(book):
        if (tree / path).exists():
            record = path.with_name(f"{path.stem}_origin{path.suffix}")
            shutil.copy(book / path, tree / record)
    before = {path: (tree / path).read_bytes() for path in pages_of(tree)}
    changed = list(_change(book, languages[0]))
    print(f"changed in the source: {', '.join(map(str, changed))}")
    began = time.process_time()
    command = ["export-source", str(book), *options, "-o", str(tree)]
    amts([*command, "--engine", "pseudo"])
    print(f"updated in {time.process_time() - began:.0f} s of CPU")
    touched = [p for p in before if before[p] != (tree / p).read_bytes()]
    rules = ReadingRules(languages[1], figure_captions=True)
    kept = total = 0
    for path in touched:
        then, now = (
            Counter(b.content for b in blocks(read(data.decode(), str(path), rules)))
            for data in (before[path], (tree / path).read_bytes())
        )
        kept += (then & now).total()
        total += then.total()
    foreign = set(touched) - set(changed)
    print(
        f"pages touched: {len(touched)} of {len(before)}, {len(foreign)} of them"
        f" without a change; of their {total} blocks {kept} are the same, byte for"
        " byte"
    )
    return len(foreign)


def _change(book: Path, language: str) -> Iterator[Path]:
    """Change one block in each of ten pages; each way of changing comes in turn."""
    paths = [path for path in pages_of(book) if path.suffix == ".md"]
    rules = ReadingRules(language)
    for number in range(10):
        path = paths[len(paths) * number // 10]
        text = (book / path).read_bytes().decode()
        found = blocks(read(text, str(path), rules))
        prose = [
            b for b in found if b.shape == ("paragraph",) and b.texts[1] > b.texts[0]
        ]
        start, end = prose[len(prose) // 2].span
        new = (
            text[start:end]
            .replace(" the ", " this very ", 1)
            .replace(" a ", " one ", 1),
            f"{text[start:end].rstrip()}\nOne more sentence.\n\n",
            f"{text[start:end]}One more paragraph.\n\n",
            "",
            f"An *earlier* paragraph with `code`.\n\n{text[start:end]}",
        )[number % 5]
        (book / path).write_bytes((text[:start] + new + text[end:]).encode())
        yield path


def _shown(counts: Counter[str]) -> str:
    parts: Iterable[tuple[str, int]] = counts.items()
    return ", ".join(
        f"{name} {count}" for name, count in parts if count or name == "differ"
    )


if __name__ == "__main__":
    sys.exit(main())
