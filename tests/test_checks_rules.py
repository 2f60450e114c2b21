"""Each check by examples: what it must find, and what it must leave alone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amts_sphinx import checks
from amts_sphinx.align.coverage import judge
from amts_sphinx.checks import RULES, CheckEntry, Context
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    Location,
    Match,
    Segment,
    State,
    TranslationUnit,
)
from amts_sphinx.formats.terminology import Terminology

DOCS = Path(__file__).parent.parent / "docs" / "checks.md"


def found(tag: str, *texts: Any, **about: Any) -> list[str]:
    """Return the ids of what is found in (source, target) texts, or in entries."""
    entries = [
        each
        if isinstance(each, CheckEntry)
        else CheckEntry(Segment(each[0], "paragraph", Location("a", n)), each[1])
        for n, each in enumerate(texts)
    ]
    context = Context(LanguagePair("en", tag), **about)
    return [finding.check for finding in checks.run(entries, context)]


LONG = "The sensor measures the temperature of the air every ten minutes of the day."
LONG_ZH = "传感器在一天之中每十分钟测量一次空气的温度。"

BAD = [
    # check, language, source, target
    ("codes", "zh", 'See <x id="1"/>.', "参见。"),
    ("codes", "es", '<g id="1">New</g> words.', "Palabras nuevas."),
    ("codes", "es", 'Read <g id="1">this</g>.', 'Lee esto<g id="1"></g>.'),
    ("codes", "es", 'Read <g id="1">this</g>.', 'Lee esto<g id="1">.</g>'),
    ("code-spacing", "es", 'Read <g id="1">this</g>.', 'Lee<g id="1">esto</g>.'),
    ("code-spacing", "es", 'Read <g id="1">this</g>.', 'Lee <g id="1">esto</g> .'),
    ("code-spacing", "es", 'Read (<x id="1"/>) it.', 'Lee ( <x id="1"/>) lo.'),
    ("code-spacing", "de", 'Read <g id="1">this</g> now.', 'Lies <g id="1">es </g>.'),
    ("entities", "es", "R&amp;D costs.", "I&amp;amp;D cuesta."),
    ("entities", "fr", "It is late!", "Il est tard&amp;nbsp;!"),
    ("empty", "zh", "Some words.", " "),
    (
        "untranslated",
        "zh",
        "All words of this are left.",
        "All words of this are left.",
    ),
    ("wrong-language", "zh", LONG, "センサーは十分ごとに空気のおんどをはかります。"),
    ("wrong-language", "zh", LONG, LONG.replace("sensor", "probe")),
    (
        "wrong-language",
        "es",
        LONG,
        "Der Sensor misst alle zehn Minuten des Tages die Temperatur der Luft.",
    ),
    ("length", "zh", f"{LONG} {LONG}", "测量温度。"),
    ("length", "es", LONG, "El sensor."),
    (
        "length",
        "de",
        "It is a very short text about nothing but the garden.",
        "Es ist lang. " * 30,
    ),
    ("numbers", "zh", "It is 12.5 mm.", "是12毫米。"),
    ("numbers", "es", "It took 1,000 years.", "Tardó 100 años."),
    ("numbers", "de", "In 1984 it ended.", "Damals endete es."),
    ("end-mark", "zh", "Is it ready?", "准备好了。"),
    ("end-mark", "es", "It is ready.", "Está listo"),
    ("brackets", "zh", "The air (dry) rises.", "空气（干燥的上升。"),
    ("brackets", "de", "The air rises.", "Die Luft „steigt."),
    ("punctuation", "zh", "Dry, warm air.", "干燥,温暖的空气。"),
    ("punctuation", "es", "Is it ready?", "Está listo?"),
    ("punctuation", "fr", "Is it ready?", "Est-ce prêt?"),
    ("repeated-words", "es", "The house is red.", "La casa casa es roja."),
    ("repeated-words", "zh", "The network learns.", "网络网络学习。"),
    ("spacing", "es", "The house is red.", "La  casa es roja."),
    ("spacing", "zh", "The house is red.", "房子 是红的。"),
]

GOOD = [
    ("zh", 'See <x id="1"/> and <x id="2"/>.', '参见<x id="2"/>和<x id="1"/>。'),
    ("zh", LONG, LONG_ZH),
    ("zh", "Amazon SageMaker", "Amazon SageMaker"),
    ("es", "NumPy and SciPy", "NumPy and SciPy"),
    ("es", "No.", "No."),
    ("zh", "It has 1,000 parts in two layers.", "它的两层有1000个部分。"),
    ("es", "It has 1,000.5 parts.", "Tiene 1.000,5 partes."),
    ("de", "It has 1,000 parts.", "Es hat 1 000 Teile."),
    ("zh", "It costs 3 million.", "价格为300万。"),
    ("zh", "in the 1990s", "20世纪90年代"),
    ("zh", "the second step of 2", "第二步"),
    ("zh", "The 21st century begins.", "二十一世纪开始了。"),
    ("ja", "Is it ready?", "できましたか。"),
    ("de", "He says “no” (now).", "Er sagt „nein“ (jetzt)."),
    ("fi", "He says “no”.", "Hän sanoo ”ei”."),
    ("zh", "keep the raw data;", "保留原始数据；"),
    ("zh", "The air (dry) rises.", "空气(干燥的）上升。"),
    ("es", "Is it ready?", "¿Está listo?"),
    ("fr", "Is it ready?", "Est-ce prêt ?"),
    ("fr-CA", "Is it ready?", "Est-ce prêt?"),
    ("zh", "It is very, very good.", "它非常非常好。"),
    ("zh", "Use NumPy with Python.", "配合 Python 使用 NumPy。"),
]


@pytest.mark.parametrize(("check", "tag", "source", "target"), BAD)
def test_what_is_wrong_is_found(check: str, tag: str, source: str, target: str) -> None:
    assert check in found(tag, (source, target))


@pytest.mark.parametrize(("tag", "source", "target"), GOOD)
def test_what_is_right_is_left_alone(tag: str, source: str, target: str) -> None:
    assert found(tag, (source, target)) == []


def test_a_person_may_leave_a_text_as_it_is() -> None:
    source = f"{LONG} {LONG}"
    left = CheckEntry(
        Segment(source, "paragraph", Location("a")), source, by_human=True
    )
    assert found("zh", left) == []


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("Una red neuronal.", []),
        ("Las Redes neuronales.", []),
        ("Una malla de neuronas.", ["terminology"]),
    ],
)
def test_terms_are_used_in_any_form(target: str, wanted: list[str]) -> None:
    pair = LanguagePair("en", "es")
    terms = Terminology(pair, {"neural network": "red neuronal"})
    assert found("es", ("A neural network.", target), terms=terms) == wanted


def test_forbidden_words_are_whole_words() -> None:
    forbidden = ("ordenador",)
    assert found("es", ("A computer.", "Un ordenador."), forbidden=forbidden) == [
        "forbidden"
    ]
    assert found("es", ("Computers.", "Reordenadores."), forbidden=forbidden) == []


def near(source: str, target: str, other: str, translated: str) -> CheckEntry:
    pair = LanguagePair("en", "es")
    unit = TranslationUnit(other, translated, pair, HUMAN, State.REVIEWED)
    segment = Segment(source, "paragraph", Location("a"))
    return CheckEntry(segment, target, near=Match(unit, 90))


KNOWN = "The valve is open during the night.", "La válvula está abierta por la noche."


@pytest.mark.parametrize(
    ("source", "target", "wanted"),
    [
        ("The valve is not open during the night.", KNOWN[1], ["near-changed"]),
        (
            "The valve is not open during the night.",
            "La válvula no está abierta por la noche.",
            [],
        ),
        (
            "The valve is open during the day.",
            "La válvula está abierta por el día.",
            [],
        ),
    ],
)
def test_a_near_match_can_lack_a_not(
    source: str, target: str, wanted: list[str]
) -> None:
    assert found("es", near(source, target, *KNOWN)) == wanted
    human = replace(near(source, target, *KNOWN), by_human=True)
    assert found("es", human) == []


def test_a_near_match_can_have_other_numbers() -> None:
    entry = near(
        "Wait 30 minutes before you open it.",
        "Espere 20 minutos antes de abrirlo.",
        "Wait 20 minutes before you open it.",
        "Espere 20 minutos antes de abrirlo.",
    )
    assert found("es", entry) == ["near-changed", "numbers"]


def test_one_source_has_one_translation() -> None:
    same = [("Open it.", "Ábrelo."), ("Close it.", "Ciérralo."), ("open it", "ábrelo")]
    assert found("es", *same) == []
    assert found("es", *same, ("Open it!", "¡Abra esto!")) == ["inconsistent"]


def test_the_lexicon_tells_a_translation_from_another() -> None:
    pair = LanguagePair("en", "es")
    nouns = {
        "house": "casa", "garden": "jardín", "water": "agua", "light": "luz",
        "stone": "piedra", "river": "río", "bread": "pan", "school": "escuela",
        "winter": "invierno", "street": "calle", "letter": "carta", "paper": "papel",
        "doctor": "médico", "summer": "verano", "friend": "amigo", "window": "ventana",
    }  # fmt: skip
    units = [
        TranslationUnit(
            f"{a} {b} {c}", f"{nouns[a]} {nouns[b]} {nouns[c]}", pair, HUMAN,
            State.REVIEWED,
        )
        for n, a in enumerate(nouns)
        for b in list(nouns)[n % 4 :: 3]
        for c in list(nouns)[(n + 1) % 5 :: 4]
        if len({a, b, c}) == 3
    ]  # fmt: skip
    assert judge(units[:50], pair) is None
    coverage = judge(units, pair)
    assert coverage is not None
    right = coverage("house garden water stone", "casa jardín agua piedra")
    wrong = coverage("house garden water stone", "escuela verano carta luz")
    assert right > 0.8
    assert wrong < 0.2


def test_the_documentation_lists_every_rule() -> None:
    rows = re.findall(
        r"^\| `([\w-]+)` \| (\w+) \| (.+) \|$", DOCS.read_text(), re.MULTILINE
    )
    listed = {name: (severity, text) for name, severity, text in rows}
    assert listed == {r.id: (r.severity.value, r.text) for r in RULES.values()}
