"""Alignment of two documents: drift, languages, executors, bounds, a gold set."""

from __future__ import annotations

import os
import random
import re
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from alignment_gold import BOOK, agreement, evaluate, read_document
from corpus_toys import ES, TR, ZH, pairs

from amts_sphinx.align import align_documents
from amts_sphinx.core.units import Container, LanguagePair, Location, Segment
from amts_sphinx.readers import markdown
from amts_sphinx.text.segmentation import container

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.align import Pairing

ROOT: Final = Path(__file__).parent.parent
CORPUS: Final = Path(os.environ.get("AMTS_D2L") or ROOT.parent / "shared/corpora/d2l")

#: A document: its blocks, each with its kind.
Blocks = list[tuple[str, str]]


def document(blocks: Sequence[tuple[str, str]], language: str) -> list[Container]:
    """Return the containers of blocks of text without codes."""
    found = []
    for line, (kind, text) in enumerate(blocks, 1):
        whole = Segment(text, kind, Location("a", line))
        found.append(container(whole, 2, language, by_sentence=True))
    return found


def toy(pair: LanguagePair, count: int) -> tuple[Blocks, Blocks]:
    """Return a book of *count* paragraphs of three sentences, with titles."""
    plain = [
        (source, target)
        for source, target in pairs(pair, 6 * count)
        if "<" not in source
    ]
    sides: tuple[Blocks, Blocks] = ([], [])
    blank = " " if pair.target != "zh" else ""
    for number in range(count):
        three = plain[number * 3 % len(plain) :][:3]
        if number % 8 == 0:
            for side, text in zip(sides, three[0], strict=True):
                side.append(("title", text.rstrip(".。")))
        sides[0].append(("paragraph", " ".join(source for source, _ in three)))
        sides[1].append(("paragraph", blank.join(target for _, target in three)))
    return sides


def align(source: Blocks, target: Blocks, pair: LanguagePair) -> list[Pairing]:
    documents = [(document(source, pair.source), document(target, pair.target))]
    return align_documents(documents, pair)[0]


def links(pairings: Sequence[Pairing]) -> set[tuple[int, int]]:
    """Return the blocks that were paired one to one."""
    return {
        (p.blocks.first, p.blocks.start) for p in pairings if p.blocks.shape == (1, 1)
    }


@pytest.mark.parametrize("pair", [ES, TR, ZH, LanguagePair("en", "es-MX")], ids=str)
def test_equal_books_go_one_by_one(pair: LanguagePair) -> None:
    if pair.target == "es-MX":
        source, target = toy(ES, 80)
    else:
        source, target = toy(pair, 80)
    found = align(source, target, pair)
    assert links(found) == {(n, n) for n in range(len(source))}
    shapes = {bead.shape for pairing in found for bead, _ in pairing.sentences}
    assert shapes == {(1, 1)}
    assert not any(pairing.moved for pairing in found)


@pytest.mark.parametrize("pair", [ES, TR, ZH], ids=str)
@pytest.mark.parametrize("side", [0, 1])
def test_blocks_that_one_side_lacks_leave_the_others(
    pair: LanguagePair, side: int
) -> None:
    both = toy(pair, 80)
    gone = {20, 21, 50}
    kept = [n for n in range(len(both[0])) if n not in gone]
    left = (both[0], [both[1][n] for n in kept])
    if side == 0:
        left = ([both[0][n] for n in kept], both[1])
    found = links(align(*left, pair))
    wanted = {(n, place) for place, n in enumerate(kept)}
    if side == 0:
        wanted = {(b, a) for a, b in wanted}
    assert len(found & wanted) >= len(wanted) - 2
    assert len(found - wanted) <= 1


def test_merged_and_split_sentences_are_one_bead() -> None:
    source, target = toy(ZH, 80)
    merged = target[10][1].replace("。", "，", 1)
    target[10] = ("paragraph", merged)
    split = target[30][1].replace("一个", "一个。", 1)
    target[30] = ("paragraph", split)
    by_block = {p.blocks.first: p for p in align(source, target, ZH)}
    assert (2, 1) in {bead.shape for bead, _ in by_block[10].sentences}
    assert (1, 2) in {bead.shape for bead, _ in by_block[30].sentences}


def test_a_section_that_moved_is_found() -> None:
    source, target = toy(ZH, 96)
    titles = [n for n, (kind, _) in enumerate(target) if kind == "title"]
    start, end = titles[2], titles[3]
    moved = target[:start] + target[end:] + target[start:end]
    found = align(source, moved, ZH)
    there = {(p.blocks.first, p.blocks.start) for p in found if p.moved}
    first = len(target) - (end - start)
    assert there == {(start + n, first + n) for n in range(end - start)}
    assert len(links(found)) == len(source)


def test_a_side_without_text() -> None:
    source, target = toy(ES, 8)
    for ours, theirs in ((source, []), ([], target), ([], [])):
        found = align(ours, theirs, ES)
        assert len(found) == len(ours) + len(theirs)
        assert not any(all(pairing.blocks.shape) for pairing in found)
    assert align_documents([], ES) == []


def test_a_language_without_a_splitter() -> None:
    """Characters stand for words in scripts without blanks that nobody splits."""
    source, target = toy(ZH, 80)
    found = align(source, target, LanguagePair("en", "ja"))
    assert links(found) == {(n, n) for n in range(len(source))}


def test_capitals_with_and_without_dots_are_the_same() -> None:
    source, target = toy(TR, 80)
    shouted = [(kind, text.replace("i", "İ").upper()) for kind, text in target]
    found = align(source, shouted, TR)
    assert links(found) == {(n, n) for n in range(len(source))}
    sure = [p.score.coverage for p in found]
    assert min(sure) > 0.4


def test_whoever_carries_it_finds_the_same() -> None:
    documents = []
    for number in range(6):
        source, target = toy(ZH, 40)
        rng = random.Random(number)
        kept = sorted(rng.sample(range(len(target)), len(target) - 3))
        documents.append(
            (document(source, "en"), document([target[n] for n in kept], "zh"))
        )
    told: list[tuple[int, int]] = []
    alone = align_documents(
        documents, ZH, progress=lambda done, whole: told.append((done, whole))
    )
    assert told[-1][0] == told[-1][1]
    assert told == sorted(told)
    with ThreadPoolExecutor(2) as threads:
        assert align_documents(documents, ZH, threads) == alone
    with ProcessPoolExecutor(2, get_context("spawn")) as processes:
        assert align_documents(documents, ZH, processes) == alone


def peak() -> int:
    """Return the most kilobytes that this process had, since its program was loaded.

    What ``getrusage`` tells of a program includes the process that started it.
    """
    found = re.search(
        r"^VmHWM:\s+(\d+) kB",
        Path("/proc/self/status").read_text("utf-8"),
        re.MULTILINE,
    )
    assert found
    return int(found[1])


def align_a_very_long_document() -> tuple[float, int]:
    """Return the share of blocks that were paired, and the kilobytes it took."""
    source, target = toy(ZH, 16_700)
    sizes = [len(document(side, tag)) for side, tag in ((source, "en"), (target, "zh"))]
    documents = [(document(source, "en"), document(target, "zh"))]
    assert sum(len(c.segments) for c in documents[0][0]) > 50_000
    before = peak()
    [found] = align_documents(documents, ZH)
    return len(links(found)) / sizes[0], peak() - before


@pytest.mark.slow
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="needs Linux: it reads /proc"
)
def test_a_very_long_document_in_bounded_memory() -> None:
    # In a process of its own: the peak of one that did more before would not rise.
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        paired, grown = pool.submit(align_a_very_long_document).result()
    assert paired > 0.95
    assert 0 < grown < 2**20  # kilobytes


@pytest.mark.parametrize(
    ("name", "pair", "strict", "link"),
    [
        ("bicycle.en-zh", ZH, 0.91, 0.93),
        ("bread.en-zh", ZH, 0.87, 0.9),
        ("market.en-es", ES, 0.94, 0.96),
        ("river.en-es", ES, 0.92, 0.93),
    ],
)
def test_sentences_that_were_linked_by_hand(
    name: str, pair: LanguagePair, strict: float, link: float
) -> None:
    (source, target), links = read_document(
        BOOK / f"{name}.txt", (pair.source, pair.target)
    )
    assert len(links) > 20
    [found] = align_documents([(source, target)], pair)
    scores = agreement(found, links)
    assert scores.strict[2] > strict
    assert scores.link[2] > link


@pytest.mark.skipif(
    not CORPUS.is_dir(), reason="needs the corpus of d2l: name its folder in AMTS_D2L"
)
def test_the_gold_set() -> None:
    books = [markdown.read_tree(CORPUS / tag, tag) for tag in ZH]
    names = [name for name in books[0] if name in books[1]]
    prose = [
        {name: [c for c in book[name] if c.level] for name in names} for book in books
    ]
    documents = [(prose[0][name], prose[1][name]) for name in names]
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        found = align_documents(documents, ZH, pool)
    agreement = evaluate(prose[0], prose[1], dict(zip(names, found, strict=True)))
    assert agreement.beads > 150
    assert agreement.strict[2] > 0.9
    assert agreement.link[2] > 0.93
