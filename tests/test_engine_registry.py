"""Engines by name, and their options."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Any, Literal

import pytest

from amts_sphinx.core.errors import ConfigError, EngineUnavailableError
from amts_sphinx.engine import registry
from amts_sphinx.engine.none import NoEngine
from amts_sphinx.engine.options import read_options
from amts_sphinx.engine.registry import create_engine, engine_names

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def offer(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Return a function that installs an entry point."""
    offered: list[EntryPoint] = []

    def entry_points(*, group: str) -> list[EntryPoint]:
        assert group == registry.GROUP
        return offered

    monkeypatch.setattr(registry, "entry_points", entry_points)
    return lambda name, value: offered.append(EntryPoint(name, value, registry.GROUP))


def test_the_built_in_engines_need_no_metadata(
    offer: Callable[[str, str], None],
) -> None:
    assert offer is not None
    assert {"apertium", "none", "pseudo"} <= set(engine_names())
    for name in ("apertium", "none", "pseudo"):
        assert create_engine(name, {}) is not None


def test_another_package_adds_an_engine(offer: Callable[[str, str], None]) -> None:
    offer("mine", "amts_sphinx.engine.none:create")
    assert "mine" in engine_names()
    assert isinstance(create_engine("mine", {}), NoEngine)


def test_a_built_in_name_cannot_be_taken(offer: Callable[[str, str], None]) -> None:
    offer("pseudo", "somebody.elses:create")
    with pytest.raises(ConfigError, match=r"somebody\.elses:create.*'pseudo'"):
        create_engine("none", {})


def test_our_own_metadata_may_repeat_the_table(
    offer: Callable[[str, str], None],
) -> None:
    offer("pseudo", "amts_sphinx.engine.pseudo:create")
    assert create_engine("pseudo", {}).fingerprint


def test_two_packages_cannot_share_a_name(offer: Callable[[str, str], None]) -> None:
    offer("mine", "one.package:create")
    offer("mine", "another.package:create")
    with pytest.raises(ConfigError, match=r"another\.package:create.*one\.package"):
        engine_names()


@pytest.mark.parametrize(
    "value", ["no.such.module:create", "amts_sphinx.engine.none:no_such_name"]
)
def test_an_engine_that_cannot_be_imported_is_named(
    offer: Callable[[str, str], None], value: str
) -> None:
    offer("broken", value)
    assert "broken" in engine_names()
    with pytest.raises(EngineUnavailableError, match=r"'broken'.*cannot be imported"):
        create_engine("broken", {})


def test_an_unknown_name_is_refused_with_those_allowed() -> None:
    with pytest.raises(ConfigError) as refusal:
        create_engine("babel", {})
    names = tuple(engine_names())
    assert str(refusal.value) == f"amts_engine must be one of {names}, not 'babel'"
    with pytest.raises(ConfigError, match="did you mean 'pseudo'"):
        create_engine("psuedo", {})


@dataclass(frozen=True)
class Sample:
    """One field of each type that an option may have."""

    name: str = "n"
    count: int = 1
    ratio: float = 1.0
    flag: bool = False
    style: Literal["a", "b"] = "a"
    table: dict[str, str] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("option", "given", "read"),
    [
        ("name", "x", "x"),
        ("count", 3, 3),
        ("count", "3", 3),
        ("count", " -3 ", -3),
        ("count", 3.0, 3),
        ("ratio", "1.4", 1.4),
        ("ratio", 2, 2.0),
        ("flag", "1", True),
        ("flag", "False", False),
        ("flag", 0, False),
        ("flag", True, True),
        ("style", "b", "b"),
        ("table", {"a": "b"}, {"a": "b"}),
    ],
)
def test_options_are_read(option: str, given: object, read: object) -> None:
    options: Any = read_options(Sample, "amts_sample", {option: given})
    value = getattr(options, option)
    assert value == read
    assert type(value) is type(read)


@pytest.mark.parametrize(
    ("option", "given", "allowed"),
    [
        ("name", 3, "a string, not 3"),
        ("count", "much", "a whole number, not 'much'"),
        ("count", 1.5, "a whole number, not 1.5"),
        ("count", True, "a whole number, not True"),
        ("count", float("inf"), "a whole number, not inf"),
        ("ratio", "much", "a number, not 'much'"),
        ("ratio", None, "a number, not None"),
        ("flag", "perhaps", "True or False, not 'perhaps'"),
        ("flag", 2, "True or False, not 2"),
        ("style", "c", "one of ('a', 'b'), not 'c'"),
        ("style", ["a"], "one of ('a', 'b'), not ['a']"),
        ("table", {"a": 1}, "a mapping of strings to strings, not {'a': 1}"),
        ("table", "a", "a mapping of strings to strings, not 'a'"),
    ],
)
def test_wrong_values_are_refused(option: str, given: object, allowed: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_options(Sample, "amts_sample", {option: given})
    assert str(refusal.value) == f"amts_sample.{option} must be {allowed}"


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(ConfigError) as refusal:
        create_engine("pseudo", {"styel": "cjk"})
    assert str(refusal.value) == (
        "amts_pseudo has no option 'styel'; allowed are style, expansion, reorder"
    )
