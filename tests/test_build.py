"""Whole builds, as a user starts them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import pytest

from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import tmx
from amts_sphinx.memory import importing
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Book, Built, BuiltTwice, MakeBook, Say

FORMATS = ["latex", "text", "epub", "singlehtml", "man"]


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of each source file, but not of the memory beside them."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and ".amts" not in path.parts
    }


class Release(NamedTuple):
    """A book with two editions, built twice."""

    book: Book
    first: Built
    second: Built
    ages: dict[str, int]
    sources: dict[str, str]


@pytest.fixture(scope="module")
def release(make_book: MakeBook) -> Release:
    book = make_book("pages")
    sources = hashes(book.source)
    first = book.build("amts", "-j", "2", engine="recording")
    ages = first.files()
    return Release(book, first, book.build("amts", engine="recording"), ages, sources)


def test_a_release_has_every_edition(release: Release, say: Say) -> None:
    built = release.first
    assert (built.status, built.warned) == (0, "")
    for tag, lang in (("zh", "zh-CN"), ("es", "es")):
        assert built.page(f"{tag}/index").get("lang") == lang
        assert say("Good soil", tag) in built.text(f"{tag}/soil", "//h1")[0]
        assert built.summary(tag)["translated"] == built.summary(tag)["segments"] > 20
    assert built.said.count("reading sources... [100%]") == 1
    assert built.said.rstrip().endswith("/out/amts.")


def test_each_edition_is_one_request(release: Release) -> None:
    asked = release.book.requests()
    assert len(asked) == 2
    assert all(len(set(each)) == len(each) for each in asked)
    # The words around the pages are those that Sphinx lacks, in each language.
    of_book = set(asked[0]) & set(asked[1])
    assert {"Good soil", "Dig first.", "The Garden Book"} <= of_book
    assert len(of_book) >= release.first.summary("zh")["segments"]


def test_a_second_release_does_nothing(release: Release) -> None:
    built = release.second
    assert (built.status, built.warned) == (0, "")
    assert built.files() == release.ages
    for tag in ("zh", "es"):
        assert built.summary(tag)["translated"] == 0
        assert f"amts-{tag}: the edition is up to date" in built.said


def test_sources_are_never_changed(release: Release) -> None:
    assert hashes(release.book.source) == release.sources


def test_a_chinese_edition_has_a_chinese_search(twice: BuiltTwice, say: Say) -> None:
    built = twice["pages"].edition
    assert "dumping search index in" in built.said
    script = (built.out / "_static" / "language_data.js").read_text("utf-8")
    assert "splitQuery" in script
    index = (built.out / "searchindex.js").read_text("utf-8")
    assert "titles" in index
    assert "Good soil" not in index
    for text in ("Good soil", "Rain is free."):
        word = json.dumps(say(text)).strip('"')[:12]  # two characters
        assert word in index or say(text)[:2] in index


@pytest.fixture(scope="module")
def formats(make_book: MakeBook) -> dict[str, Built]:
    """Write one edition with several of Sphinx's builders; the book is read once."""
    book = make_book("pages")

    def build(name: str) -> Built:
        form = ("-D", f"amts_format={name}")
        return book.build("amts-zh", *form, engine="pseudo", out=name)

    return {name: build(name) for name in FORMATS}


@pytest.mark.parametrize("name", FORMATS)
def test_any_builder_writes_an_edition(formats: dict[str, Built], name: str) -> None:
    built = formats[name]
    assert (built.status, built.warned) == (0, "")
    use = built.summary()
    assert use["translated"] + use["recalled"] == use["segments"] > 20
    assert use["findings"] == 0


def test_a_book_in_print(formats: dict[str, Built], say: Say) -> None:
    tex = (formats["latex"].out / "garden.tex").read_text("utf-8")
    assert rf"\title{{{say('A Garden in Print')}}}" in tex
    assert rf"\chapter{{{say('Good soil')}}}" in tex
    assert "Dig first" not in tex
    assert "xeCJK" in tex


def test_a_book_as_text(formats: dict[str, Built], say: Say) -> None:
    text = (formats["text"].out / "soil.txt").read_text("utf-8")
    assert say("Clay and sand") in text
    assert f"{say('Dig first.')}{say('Then wait.')}" in text


def test_a_book_on_one_page(formats: dict[str, Built], say: Say) -> None:
    [body] = formats["singlehtml"].text("index", "//div[@class='body']")
    for text in ("Good soil", "Rain is free.", "Mix both."):
        assert say(text) in body


def test_a_manual_page(formats: dict[str, Built], say: Say) -> None:
    page = (formats["man"].out / "garden.7").read_text("utf-8")
    assert say("the garden manual") in page
    assert "Dig first" not in page


def test_a_book_for_reading_devices(formats: dict[str, Built], say: Say) -> None:
    [path] = formats["epub"].out.glob("*.epub")
    with zipfile.ZipFile(path) as epub:
        names = epub.namelist()
        package = epub.read("content.opf").decode()
        page = epub.read("soil.xhtml").decode()
    assert "<dc:language>zh-CN</dc:language>" in package
    assert f"<dc:title>{say('A Garden to Carry')}</dc:title>" in package
    assert 'xml:lang="zh-CN"' in package
    assert say("Good soil") in page
    assert not [name for name in names if ".amts" in name or "doctree" in name]


def test_one_failing_edition_does_not_stop_the_others(book: Book, say: Say) -> None:
    fails = ("-D", "amts_recording.fails_for=es")
    built = book.build("amts", *fails, engine="recording")
    assert built.status != 0
    assert "1 of 2 editions failed" in built.warned
    assert "amts-es: amts engine: no line to the service for es" in built.warned
    assert "amts-zh: amts" not in built.warned
    assert built.summary("zh")["translated"] == 11
    assert say("Part one") in built.text("zh/part_one", "//h1")[0]
    assert not (built.out / "es" / "index.html").exists()
    again = book.build("amts", engine="recording")
    assert again.status == 0
    assert again.summary("zh")["translated"] == 0
    assert again.summary("es")["translated"] == 11
    # The book is read once, however often an engine fails.
    assert "reading sources... [" not in again.said


def test_a_builder_may_be_named_by_a_locale(book: Book, say: Say) -> None:
    built = book.build("amts-zh_TW", engine="pseudo")
    assert (built.status, built.warned) == (0, "")
    assert built.page("index").get("lang") == "zh-TW"
    assert say("Part one", "zh-TW") in built.text("part_one", "//h1")[0]


@pytest.mark.parametrize(("tag", "lang"), [("de-CH", "de-CH"), ("zh", "zh-CN")])
def test_pages_name_the_language_of_the_edition(
    book: Book, tag: str, lang: str
) -> None:
    built = book.build(f"amts-{tag}", engine="pseudo")
    assert built.page("index").get("lang") == lang
    # Sphinx has a catalogue of German, none of Swiss German.
    assert (built.out / "genindex.html").read_text("utf-8").count(f'lang="{lang}"') == 1


def test_an_unknown_format_is_refused_before_the_engine_is_paid(book: Book) -> None:
    built = book.build("amts-es", "-D", "amts_format=htm", engine="recording")
    assert built.status != 0
    assert "not 'htm'; did you mean 'html'?" in built.warned
    assert "'singlehtml'" in built.warned
    allowed = built.warned.partition("amts_format must be")[2]
    assert "'amts" not in allowed
    assert "'gettext'" not in allowed  # its messages would be translated ones
    assert book.requests() == []


def test_two_builds_at_once_share_one_memory(make_book: MakeBook, say: Say) -> None:
    books = {"zh": make_book("pages"), "es": make_book("pages")}
    memory = books["zh"].source.parent / "shared.sqlite"
    option = ("-D", f"amts_memory={memory}")
    with ThreadPoolExecutor(2) as pool:
        jobs = {
            tag: pool.submit(book.build, f"amts-{tag}", *option, engine="pseudo")
            for tag, book in books.items()
        }
    for tag, job in jobs.items():
        built = job.result()
        assert (built.status, built.warned) == (0, "")
        assert say("Good soil", tag) in built.text("soil", "//h1")[0]
    with Memory(memory) as opened:
        assert len({count.pair.target for count in opened.count()}) == 2


def garbage(path: Path) -> None:
    path.write_text("these are notes of somebody, not a memory " * 20, "utf-8")


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE accounts (id INTEGER)")


def truncated(path: Path) -> None:
    Memory(path).close()
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize("damage", [garbage, foreign, truncated])
def test_a_damaged_memory_is_left_as_it_is(book: Book, damage: object) -> None:
    path = book.source / ".amts" / "memory.sqlite"
    path.parent.mkdir()
    assert callable(damage)
    damage(path)
    before = path.read_bytes()
    built = book.build("amts-es", engine="pseudo")
    assert built.status != 0
    assert str(path) in built.warned
    assert "amts memory" in built.warned
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_without_an_engine_nothing_is_translated(book: Book) -> None:
    built = book.build("amts-es", "-W", engine="none")
    assert (built.status, built.warned) == (0, "")
    numbers = built.summary("es")
    assert numbers["segments"] == numbers["findings"] == 11
    assert numbers["recalled"] == numbers["translated"] == numbers["characters"] == 0
    assert built.text("part_one", "//h1") == ["Part one¶"]


def human(source: str, target: str, tag: str) -> TranslationUnit:
    pair = LanguagePair("en", tag)
    return TranslationUnit(source, target, pair, HUMAN, State.REVIEWED)


def test_files_of_units_are_learnt(book: Book) -> None:
    path = book.source / "es.tmx"
    tmx.write(path, [human("Part one", "Primera parte", "es")], source_language="en")
    option = ("-D", "amts_memory_files=es.tmx")
    built = book.build("amts-es", *option, engine="recording")
    assert (built.status, built.warned) == (0, "")
    assert built.text("part_one", "//h1") == ["Primera parte¶"]
    assert built.summary("es")["recalled"] == 1
    tmx.write(path, [human("Part one", "Parte 1", "es")], source_language="en")
    built = book.build("amts-es", *option, engine="recording")
    assert built.text("part_one", "//h1") == ["Parte 1¶"]
    assert built.summary("es")["translated"] == 0


def test_files_of_one_name_do_not_undo_each_other(tmp_path: Path) -> None:
    paths = []
    for tag, target in (("es", "Una."), ("de", "Eine.")):
        path = tmp_path / tag / "book.tmx"
        path.parent.mkdir()
        tmx.write(path, [human("One.", target, tag)], source_language="en")
        paths.append(path)
    said: list[str] = []
    with Memory(tmp_path / "memory.sqlite") as memory:
        importing.learn_files(memory, paths, said.append)
        assert [unit.target for unit in memory.units()] == ["Eine.", "Una."]
        importing.learn_files(memory, paths, said.append)
    assert len(said) == 2


def test_each_language_has_its_own_engine_and_segments(book: Book) -> None:
    values = {
        "engine.zh": "pseudo",
        "engine.es": "none",
        "segmentation.zh": "paragraph",
    }
    options = [f"-Damts_{name}={value}" for name, value in values.items()]
    built = book.build("amts", *options, engine="")
    assert built.status == 0, built.warned
    chinese, spanish = built.summary("zh"), built.summary("es")
    assert chinese["translated"] == chinese["segments"] < spanish["segments"]
    assert spanish["translated"] == 0
    assert "asking the engine 'pseudo'" in built.said
    assert "the engine 'none' has no translation" in built.said
