"""The quality checks: what they find, what they leave alone, how they are ignored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amts_sphinx import checks
from amts_sphinx.checks import CheckEntry, Context
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.units import LanguagePair, Location, Segment

ZH = Context(LanguagePair("en", "zh"))


def entry(source: str, target: str | None, line: int = 1) -> CheckEntry:
    return CheckEntry(Segment(source, "paragraph", Location("weather", line)), target)


def test_findings_come_in_the_order_of_the_entries() -> None:
    entries = [
        entry("It rains 12.5 mm.", "下了12毫米的雨。", 3),
        entry("It rains.", "下雨了。", 1),
        entry("It rains!", "会下雨！", 2),
    ]
    found = checks.run(entries, ZH)
    assert [(each.check, each.location.line) for each in found] == [
        ("numbers", 3),
        ("inconsistent", 2),
    ]
    assert found[0].message == "lost 12.5; 12 is not in the source"


def test_what_stays_in_the_source_language_is_not_checked() -> None:
    assert checks.run([entry("It rains 12.5 mm.", None)], ZH) == []


def test_a_check_is_switched_off_as_a_whole_or_at_a_place() -> None:
    faulty = entry("It rains 12.5 mm.", "下了12毫米的雨。")
    ignored = frozenset({"numbers"})
    assert checks.run([faulty], replace(ZH, ignored=ignored)) == []
    found = checks.run([replace(faulty, ignored=ignored), faulty], ZH)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("number", "did you mean 'numbers'?"),
        ("xyz", "allowed are brackets, code-spacing,"),
    ],
)
def test_an_unknown_id_is_an_error(name: str, hint: str) -> None:
    with pytest.raises(ConfigError, match="amts_ignored: there is no check") as failure:
        checks.check_ids("amts_ignored", ["codes", name])
    assert hint in str(failure.value)


def test_every_id_is_known() -> None:
    assert checks.check_ids("amts_ignored", checks.known_ids()) == checks.RULES.keys()


def test_a_japanese_title_may_have_no_kana() -> None:
    title = entry("Introduction to machine learning", "機械学習入門講座")
    assert checks.run([title], Context(LanguagePair("en", "ja"))) == []
