"""The quality report: what builds write, what it counts, and what the gate refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any, Final

import jsonschema
import pytest
from docutils.core import publish_doctree
from lxml import etree, html

from amts_sphinx.config import values
from amts_sphinx.config.settings import AmtsConfig
from amts_sphinx.core.errors import ConfigError, InterchangeError, QualityError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    Location,
    Score,
    Segment,
    State,
    TranslationUnit,
)
from amts_sphinx.doctree.classify import SegmentRules
from amts_sphinx.doctree.segments import containers
from amts_sphinx.doctree.sites import Finder
from amts_sphinx.doctree.sphinx_strings import UiStrings
from amts_sphinx.engine.registry import create_engine
from amts_sphinx.memory.memory import Memory
from amts_sphinx.report import post_editing, quality_gate
from amts_sphinx.report.html import HEIGHT, trend
from amts_sphinx.report.locations import Links, fragment
from amts_sphinx.report.model import Cost, Document, Effort, Origin, Report
from amts_sphinx.report.reporter import BookFacts, Reporter
from amts_sphinx.text.segmentation import container as split
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conftest import Book, Built

    from amts_sphinx.report.reporter import ReportOutcome

PAIR: Final = LanguagePair("en", "zh")
SCHEMA: Final[dict[str, Any]] = json.loads(
    files("amts_sphinx").joinpath("static/report.schema.json").read_bytes()
)


NO_SCORE: Final = (
    "no text has been both translated by a machine and approved by a person"
)


def folder(book: Book) -> Path:
    return book.source / ".amts" / "report" / "zh"


def read(book: Book) -> dict[str, Any]:
    return data_of(folder(book))


def data_of(folder: Path) -> dict[str, Any]:
    """Return a report's data, which is as the schema says."""
    found: dict[str, Any] = json.loads((folder / "report.json").read_bytes())
    jsonschema.validate(found, SCHEMA)
    return found


def build(book: Book, *options: str, engine: str = "recording") -> Built:
    built = book.build("amts-zh", *options, engine=engine)
    assert built.status == 0, built.warned
    return built


def learn(book: Book, *units: TranslationUnit) -> None:
    with Memory(book.source / ".amts" / "memory.sqlite") as memory:
        memory.learn(units)


def person(source: str, target: str, state: State = State.REVIEWED) -> TranslationUnit:
    return TranslationUnit(source, target, PAIR, HUMAN, state)


def row(report: Mapping[str, Any], source: str) -> dict[str, Any]:
    [found] = [each for each in report["segments"] if each["source"] == source]
    return dict(found)


@dataclass(frozen=True)
class Desk:
    """A memory, and a book of plain sentences to report on, without Sphinx."""

    home: Path
    memory: Memory

    def report(
        self, *sources: str, engine: str = "pseudo", **more: Any
    ) -> ReportOutcome:
        """Translate a book whose documents hold a sentence each, and report on it."""
        texts = [
            split(
                Segment(source, "paragraph", Location(f"d{n}", 3)),
                1,
                "en",
                by_sentence=True,
            )
            for n, source in enumerate(sources)
        ]
        translator = Translator(
            self.memory, create_engine(engine, {}), profile_for("zh")
        )
        edition = translator.translate(texts, PAIR)
        names = {f"d{n}": self.home / f"d{n}.rst" for n in range(len(sources))}
        book = BookFacts("Book", texts, names, "1")
        config = configuration(self.home, engine=engine, **more)
        maker = Reporter(
            self.memory, config, self.home / "report", book, {"zh": self.home / "out"}
        )
        return maker.report(edition, Cost(edition.usage.characters, None))

    def learn(self, *units: TranslationUnit) -> None:
        """Keep units in the memory."""
        self.memory.learn(units)

    @property
    def folder(self) -> Path:
        """The folder of the report."""
        return self.home / "report" / "zh"

    def data(self) -> dict[str, Any]:
        """Return the report's data."""
        return data_of(self.folder)

    def files(self) -> dict[str, int]:
        """Return when each file was written, in nanoseconds."""
        return {path.name: path.stat().st_mtime_ns for path in self.folder.iterdir()}


def configuration(home: Path, **more: Any) -> AmtsConfig:
    options: dict[str, Any] = {
        "source_language": find_language("en"), "target_languages": (),
        "engine": "pseudo", "format": "html", "by_sentence": True, "skip": frozenset(),
        "figure_captions": False, "memory": home / "memory", "memory_files": (),
        "home_file": "", "machine_file": "", "gettext": True,
        "terminology": (), "cost_limit": None, "report": home / "report",
        "fail_under": values.FailUnder(), "ignore": frozenset(),
        "forbidden_terms": {}, "draft_notice": True, "fullwidth_punctuation": True,
        "script_spacing": False, "strings": (), "theme_words": True,
        "edition_url": "", "source_url": "",
        "language_switcher": True, "alternates": True, "sitemap": True,
        "root_page": True, "stale": "machine", "machine_notice": False,
        "review_mode": False, "review_url": "", "source_links": True,
    }  # fmt: skip
    return AmtsConfig(**(options | more))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Memory(tmp_path / "memory") as memory:
        yield Desk(tmp_path, memory)


# What a build writes


@pytest.mark.parametrize("book", ["pages"], indirect=True)
def test_a_build_writes_the_report_and_says_where(book: Book) -> None:
    learn(book, person("Dig first.", "先挖。"))
    built = build(book)
    report = read(book)
    line = next(line for line in built.said.splitlines() if "report.html" in line)
    assert line.startswith("amts-zh: 100.0% translated; ")
    assert Path(line.partition("see ")[2]).resolve() == folder(book) / "report.html"
    assert report["edition"]["project"] == "Garden Book"
    assert report["cost"]["characters"] == built.summary()["characters"] > 0
    names = [each["name"] for each in report["documents"]]
    assert names == ["conf.py", "index", "soil", "water", "lone"]
    [soil] = [each for each in report["documents"] if each["name"] == "soil"]
    assert soil["words"] == {
        **dict.fromkeys(soil["words"], 0),
        "human": 2,
        "machine": 2 + 2 + 3 + 2,
    }
    assert row(report, "Dig first.")["origin"] == "human"
    assert row(report, "Then wait.")["maker"].startswith("recording")
    for each in report["documents"]:
        assert (folder(book) / each["file"]).exists()
        assert each["page"] == "" or (folder(book) / each["page"]).exists()
    assert row(report, "Mix both.")["page"].partition("#")[2].startswith(":~:text=")
    # Nothing changed: nothing is written, but it is told again.
    before = {p.name: p.stat().st_mtime_ns for p in folder(book).iterdir()}
    assert set(before) == {"report.html", "report.json", "junit.xml", "history.jsonl"}
    assert line in build(book).said.splitlines()
    assert before == {p.name: p.stat().st_mtime_ns for p in folder(book).iterdir()}


@pytest.mark.parametrize("book", ["pages"], indirect=True)
def test_reports_can_be_left_out_or_go_elsewhere(book: Book) -> None:
    assert "report" not in build(book, "-D", "amts_report=").said
    assert not folder(book).exists()
    elsewhere = book.source.parent / "reports"
    build(book, "-D", f"amts_report={elsewhere}")
    assert (elsewhere / "zh" / "report.html").exists()


def test_every_change_is_a_line_of_history(desk: Desk) -> None:
    desk.report("Dig first.", "Then wait.")
    before = desk.files()
    desk.report("Dig first.", "Then wait.")
    assert desk.files() == before
    desk.learn(person("Dig first.", "先挖。"))
    desk.report("Dig first.", "Then wait.")
    first, second = desk.data()["history"]
    assert (first["words"]["human"], second["words"]["human"]) == (0, 0)
    assert second["words"]["reviewed"] == 2
    desk.report("Dig first.", "Then wait.", ignore=frozenset({"length"}))
    assert len(desk.data()["history"]) == 3


def test_a_damaged_report_is_made_anew(desk: Desk) -> None:
    desk.report("Dig first.")
    for damage in ("{", "[]", '{"version": 1}'):
        (desk.folder / "report.json").write_text(damage)
        assert desk.report("Dig first.").coverage == 1
    with (desk.folder / "history.jsonl").open("a") as file:
        file.write('[]\n{"built": "2026", "words": {}}\n{"built": "torn')
    desk.report("Dig first.", "Then wait.")
    assert len(desk.data()["history"]) == 5
    desk.report("Dig first.")
    assert len(desk.data()["history"]) == 6


def test_a_history_that_cannot_be_written_is_told(desk: Desk) -> None:
    (desk.folder / "history.jsonl").mkdir(parents=True)
    with pytest.raises(InterchangeError, match=r"history.jsonl cannot be written"):
        desk.report("Dig first.")


def test_what_is_not_translated_is_counted_and_listed(desk: Desk) -> None:
    told = desk.report("Dig first.", "Then wait.", "Dig first.", engine="none")
    assert (told.coverage, told.findings["info"]) == (0, 2)
    report = desk.data()
    assert all(each["target"] is None and each["risk"] for each in report["segments"])
    assert [each["places"] for each in report["segments"]] == [2, 1]
    assert report["work"]["words_left"] == 6
    [rule] = report["findings"]["checks"]
    assert rule["rule"] == "The engine has a translation."


# Review


def test_people_at_work_on_the_machine_s_texts(desk: Desk) -> None:
    sources = ["Dig first.", "Then wait.", "Mix both.", "Rain is free.", "Go home."]
    desk.report(*sources)
    report = desk.data()
    assert report["scores"] == []
    assert report["work"]["words_left"] is None
    said = {each["source"]: each["target"] for each in report["segments"]}
    kept, corrected, doubted, other, _ = sources
    desk.learn(
        person(kept, said[kept], State.APPROVED),
        person(corrected, f"{said[corrected]}好"),
        person(doubted, "混合？", State.NEEDS_REVIEW),
        person(other, said[other]),
    )
    desk.report(*sources)
    report = desk.data()
    origins = [row(report, source)["origin"] for source in sources]
    assert origins == ["reviewed", "reviewed", "to-review", "reviewed", "machine"]
    assert report["work"]["reviewed_texts"] == 3
    letters = sum(len("".join(said[s].split())) for s in (kept, corrected, other)) + 1
    assert report["work"]["effort"] == pytest.approx(1 / letters)
    assert report["work"]["words_left"] == round(2 / letters)
    scores = {each["metric"]: each for each in report["scores"]}
    assert scores["BLEU"]["low"] <= scores["BLEU"]["value"] <= scores["BLEU"]["high"]
    assert "tok:zh" in scores["BLEU"]["signature"]
    assert [len(each["scores"]) for each in report["documents"]] == [1, 1, 0, 1, 0]
    first, second = report["history"]
    assert first["scores"] == {}
    assert second["scores"]["BLEU"] == scores["BLEU"]["value"]
    page = html.parse(desk.folder / "report.html")
    assert "Over 2 builds" in page.xpath("string(//main)")
    assert len(page.xpath("//*[local-name()='polyline']")) == 2


def test_the_effort_with_each_engine(desk: Desk) -> None:
    def machine(source: str, target: str, maker: str) -> TranslationUnit:
        return TranslationUnit(source, target, PAIR, maker, State.MACHINE)

    desk.learn(
        machine("Dig first.", "先挖", "good/1"),
        machine("Then wait.", "等等等", "bad/1"),
        machine("Go home.", "等等等", "bad/1"),
        person("Dig first.", "先挖"),
        person("Then wait.", "然后等"),
    )
    desk.report("Dig first.", "Then wait.", "Go home.", engine="none")
    work = desk.data()["work"]
    assert work["engines"] == [
        {"maker": "bad/1", "texts": 1, "effort": pytest.approx(2 / 3)},
        {"maker": "good/1", "texts": 1, "effort": 0},
    ]
    assert work["effort"] == pytest.approx(2 / 5)
    page = html.parse(desk.folder / "report.html").xpath("string(//main)")
    assert "bad/1: 66.7 % of 1 texts" in " ".join(page.split())
    assert "No person has reviewed 2 words" in page


def test_a_changed_sentence_is_shown_beside_what_it_replaces(desk: Desk) -> None:
    desk.learn(
        person("Mix both of them well before it rains.", "下雨前好好混合。"),
        person("Mix both of them well before it snows.", "下雪前好好混合。"),
    )
    changed = "Mix both of them well before it freezes."
    desk.report(changed, "Mix both of them well before it snows.")
    found = row(desk.data(), changed)["near"]
    assert found["gone"]
    assert found["target"] == "下雨前好好混合。"
    assert [part for part in found["difference"] if part[0] != "same"] == [
        ["gone", "rains"],
        ["new", "freezes"],
    ]


def test_drafts_that_people_replaced_tell_the_effort(desk: Desk) -> None:
    draft = TranslationUnit("Dig first.", "先挖", PAIR, "corpus/1", State.DRAFT)
    other = TranslationUnit("Then wait.", "等", PAIR, "corpus/1", State.DRAFT)
    desk.learn(draft, other, person("Dig first.", "先挖掘"))
    desk.memory.drop_drafts(PAIR, "corpus/2")
    [(machine, human)] = desk.memory.corrections(PAIR)
    assert (machine.target, human.target) == ("先挖", "先挖掘")
    assert list(desk.memory.corrections(LanguagePair("en", "es"))) == []


# Checks switched off


@pytest.mark.parametrize("book", ["pages"], indirect=True)
def test_a_comment_switches_a_check_off(book: Book) -> None:
    learn(book, person("Wait 12 days.", "等几天。"), person("Wait 13 days.", "再等。"))
    comment = ".. amts-ignore: numbers, length"
    text = f":orphan:\n\n{comment}\n\nWait 12 days.\n\nWait 13 days.\n"
    book.write("lone.rst", text)

    def checks(source: str) -> set[str]:
        return {each["check"] for each in row(read(book), source)["findings"]}

    assert build(book).warned == ""
    assert "numbers" not in checks("Wait 12 days.")
    assert "numbers" in checks("Wait 13 days.")
    book.write("lone.rst", text.replace("numbers", "nubmers"))
    built = build(book)
    assert "WARNING: amts-ignore: there is no check 'nubmers'" in built.warned
    assert "lone.rst:" in built.warned
    assert "numbers" in checks("Wait 12 days.")


@pytest.mark.sphinx
def test_a_comment_holds_for_all_that_is_in_the_next_element() -> None:
    found = containers_of(
        """
        One.

        .. amts-ignore: numbers
        .. amts-ignore: length,
           codes

        * Two.

          Three.

        Four.

        .. amts-ignore: spacing
        """
    )
    both = {"numbers", "length", "codes"}
    assert found == {"One.": set(), "Two.": both, "Three.": both, "Four.": set()}


def containers_of(text: str) -> dict[str, set[str]]:
    """Return the texts of reStructuredText with what is switched off at each."""
    settings = {"report_level": 5}
    doctree = publish_doctree(dedent(text), settings_overrides=settings)
    rules = SegmentRules("en", spaced=True)
    found = containers(doctree, "a", Finder(rules, UiStrings("en")))
    return {each.whole.source: set(each.ignored) for each in found}


def test_forbidden_words_and_switched_off_checks(desk: Desk) -> None:
    desk.learn(person("Dig first.", "先挖词汇表。"))
    forbidden = {"zh": ("词汇表",)}
    desk.report("Dig first.", forbidden_terms=forbidden)
    [found] = [
        each["message"]
        for each in row(desk.data(), "Dig first.")["findings"]
        if each["check"] == "forbidden"
    ]
    assert "词汇表" in found
    ignore = frozenset({"forbidden"})
    desk.report("Dig first.", forbidden_terms=forbidden, ignore=ignore)
    assert row(desk.data(), "Dig first.")["findings"] == []


def test_nothing_that_is_found_is_left_out(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "terms.csv").write_text("en,zh\nspade,铲\nsoil,土\n", "utf-8")
    desk.learn(person("Dig the soil with a spade.", "挖,地。"))
    terms = (tmp_path / "terms.csv",)
    desk.report("Dig the soil with a spade.", terminology=terms)
    found = [f["check"] for f in desk.data()["segments"][0]["findings"]]
    assert found == ["punctuation", "terminology", "terminology"]
    desk.report("Dig the soil with a spade.", fullwidth_punctuation=False)
    assert desk.data()["segments"][0]["findings"] == []


# The gate


@pytest.mark.parametrize("book", ["pages"], indirect=True)
def test_the_gate_names_the_documents(book: Book) -> None:
    learn(book, person("Good soil", "好土"), person("Dig first.", "先挖。"))
    built = book.build("amts-zh", "-D", "amts_fail_under.coverage=0.9", engine="none")
    assert built.status == 1
    assert "1 of 1 editions failed" in built.warned
    assert "amts-zh: amts_fail_under: coverage 0." in built.warned
    assert "water (0.000)" in built.warned
    assert (built.out / "water.html").exists()
    report = read(book)
    assert report["gate"]["limits"] == {"coverage": 0.9}
    [failure] = report["gate"]["failures"]
    assert failure["limit"] == "coverage"
    suite = etree.parse(folder(book) / "junit.xml").getroot()
    assert (suite.get("name"), suite.get("failures")) == ("amts-zh", "1")
    [case] = (case for case in suite if case.find("failure") is not None)
    assert case.get("name") == "coverage"
    assert "water" in (case.findtext("failure") or "")
    page = html.parse(folder(book) / "report.html")
    assert "does not keep amts_fail_under" in page.xpath("string(//main)")
    # It is said again though nothing is written, until it is kept.
    again = book.build("amts-zh", "-D", "amts_fail_under.coverage=0.9", engine="none")
    assert again.status == 1
    assert "water (0.000)" in again.warned


def test_a_gate_that_is_kept_lets_pass(desk: Desk) -> None:
    limits = values.fail_under("amts_fail_under", {"coverage": 0.5})
    desk.learn(person("Dig first.", "先挖。"))
    told = desk.report("Dig first.", "Wait.", engine="none", fail_under=limits)
    told.pass_gate()
    assert desk.data()["gate"] == {"limits": {"coverage": 0.5}, "failures": []}
    strict = values.fail_under("amts_fail_under", {"coverage": 0.7})
    told = desk.report("Dig first.", "Wait.", engine="none", fail_under=strict)
    with pytest.raises(QualityError, match=r"coverage 0.667 is below 0.7: d1 \(0.000"):
        told.pass_gate()


def test_errors_are_failures_of_their_documents(desk: Desk) -> None:
    desk.learn(person("Dig a hole of some size first.", "これはにほんごのぶんです。"))
    desk.report("Dig a hole of some size first.", "Wait.")
    suite = etree.parse(desk.folder / "junit.xml").getroot()
    failed = {case.get("name"): case.findtext("failure") for case in suite}
    assert "d0:3: wrong-language" in (failed["d0"] or "")
    assert failed["d1"] is None
    assert suite.get("failures") == "1"


@pytest.mark.parametrize("book", ["pages"], indirect=True)
def test_a_report_that_cannot_be_written_fails_its_edition(book: Book) -> None:
    folder(book).mkdir(parents=True)
    (folder(book) / "report.html").mkdir()
    built = book.build("amts-zh", engine="none")
    assert built.status == 1
    assert "report.html cannot be written" in built.warned
    assert (built.out / "index.html").exists()


def edition(**more: Any) -> Report:
    counts = {Origin.HUMAN: 40, Origin.MACHINE: 50, Origin.UNTRANSLATED: 10}
    none = {Origin.UNTRANSLATED: 100}
    score = Score("BLEU", 20.0, "nrefs:1", 9)
    facts: dict[str, Any] = {
        "documents": (
            Document("a", counts, counts, {"error": 1, "info": 5}, (score,)),
            Document("b", none, none, {"error": 3}),
        ),
        "scores": (Score("BLEU", 35.0, "nrefs:1", 20),),
    }
    return Report(
        "amts-zh", "Book", PAIR, "none", rows=(), cost=Cost(0, None),
        effort=Effort(0, None), **(facts | more),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"coverage": 0.45, "reviewed": 0.2, "bleu": 35, "findings": {"error": 4}}, []),
        ({"coverage": 0.5}, ["coverage 0.450 is below 0.5: b (0.000)"]),
        ({"reviewed": 0.3}, ["reviewed 0.200 is below 0.3: b (0.000)"]),
        ({"bleu": 35.5}, ["bleu 35.0 is below 35.5: a (20.0)"]),
        (
            {"findings.error": "2"},
            ["4 findings of severity error, more than 2: b (3), a (1)"],
        ),
        (
            {"chrf2": 1},
            ["there is no chrf2: " + NO_SCORE],
        ),
    ],
)
def test_limits(limits: dict[str, Any], said: list[str]) -> None:
    asked = values.fail_under("amts_fail_under", limits)
    assert [str(each) for each in quality_gate.failures(edition(), asked)] == said


def test_a_message_names_few_documents() -> None:
    none = {Origin.UNTRANSLATED: 1}
    documents = tuple(Document(f"d{n}", none, none, {}) for n in range(9))
    asked = values.fail_under("amts_fail_under", {"coverage": 1})
    [failure] = quality_gate.failures(edition(documents=documents), asked)
    assert len(failure.documents) == 9
    assert str(failure).endswith("d4 (0.000) and 4 more")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.9, "must be a dictionary"),
        ({"covarage": 0.9}, "did you mean 'coverage'"),
        ({"coverage": 95}, r"\['coverage'\] must be a number from 0 to 1, not 95"),
        ({"bleu": "high"}, "must be a number from 0 to 100"),
        ({"coverage": True}, "must be a number"),
        ({"coverage": float("nan")}, "must be a number"),
        ({"findings": 3}, "must be a dictionary"),
        ({"findings": {"errors": 0}}, "did you mean 'error'"),
        ({"findings": {"error": -1}}, "must be a number from 0"),
    ],
)
def test_bad_limits(value: object, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        values.fail_under("amts_fail_under", value)


# What it counts and draws


@pytest.mark.parametrize(
    ("machine", "human", "share"),
    [
        ("one two three", "one two three", 0),
        ("one two three", "one two four", 1 / 3),
        ("a b c d e f", "x", 1),
        ('<g id="1">one</g> two', 'one <g id="1">two</g>', 0),
    ],
)
def test_effort(machine: str, human: str, share: float) -> None:
    pair = LanguagePair("en", "es")
    said = TranslationUnit("s", machine, pair, "m", State.MACHINE)
    made = TranslationUnit("s", human, pair, HUMAN, State.REVIEWED)
    assert post_editing.measure([(said, made)]).share == pytest.approx(share)


def test_effort_counts_letters_where_there_are_no_blanks() -> None:
    said = TranslationUnit("s", "今天很好", PAIR, "m", State.MACHINE)
    assert post_editing.measure([(said, person("s", "今天 不好"))]) == (1, 0.25)
    assert post_editing.measure([]) == (0, None)


@pytest.mark.parametrize(
    ("words", "share", "left"),
    [
        ({Origin.HUMAN: 9}, None, (0, None)),
        ({Origin.UNTRANSLATED: 7}, None, (7, None)),
        ({Origin.MACHINE: 7}, None, (None, None)),
        ({Origin.MACHINE: 60, Origin.UNTRANSLATED: 40}, 0.5, (70, 0.3)),
        ({Origin.DRAFT: 100, Origin.REVIEWED: 5}, 0.2, (20, 0.8)),
    ],
)
def test_work_left(
    words: dict[Origin, int], share: float | None, left: tuple[object, object]
) -> None:
    found = post_editing.work_left(words, Effort(1, share))
    assert found == (left[0], pytest.approx(left[1]) if left[1] else None)


def test_a_fragment_finds_the_longest_run_of_words() -> None:
    assert fragment('<x id="1"/> co-op, <g id="1">two &amp; 3</g>') == (
        "#:~:text=two%20%26%203"
    )
    assert fragment("co-op, and") == "#:~:text=co%2Dop%2C%20and"
    assert fragment('<x id="1"/>') == ""
    assert len(fragment("word " * 50)) < 120


@pytest.mark.parametrize(
    ("form", "docname", "page"),
    [
        ("html", "a b/c", "../out/a%20b/c.html"),
        ("dirhtml", "a/c", "../out/a/c/index.html"),
        ("dirhtml", "a/index", "../out/a/index.html"),
        ("epub", "a", ""),
        ("html", "conf.py", ""),
        ("html", "elsewhere", ""),
    ],
)
def test_pages(form: str, docname: str, page: str) -> None:
    names = ["a b/c", "a/c", "a/index", "a", "conf.py"]
    sources = {name: Path("/book", f"{name}.rst") for name in names}
    assert Links(Path("/r"), Path("/out"), form, sources).page(docname) == page


def test_a_trend_rises_from_the_bottom() -> None:
    points = [tuple(map(float, p.split(","))) for p in trend([1, 3, 2]).split()]
    assert [y for _, y in points] == [HEIGHT - 3, 3, HEIGHT / 2]
    assert len(trend([5.0] * 500).split()) == 60
