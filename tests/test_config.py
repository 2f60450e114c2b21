"""The configuration: what is allowed, and what a user is told otherwise."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sphinx.config import Config

from amts_sphinx.config import settings as configuration
from amts_sphinx.config.settings import AmtsConfig
from amts_sphinx.core.errors import ConfigError, LanguageError
from amts_sphinx.core.languages import find_language

pytestmark = pytest.mark.sphinx


def read(raw: dict[str, Any], **overrides: str) -> AmtsConfig:
    """Return the configuration of a ``conf.py`` and of ``-D`` options."""
    config = Config(raw, {f"amts_{name}": value for name, value in overrides.items()})
    add = config.add
    app: Any = SimpleNamespace(add_config_value=add, connect=lambda *_, **__: None)
    configuration.register(app)
    config.init_values()
    return AmtsConfig.from_sphinx(config, "/book")


def languages(*tags: str) -> tuple[object, ...]:
    return tuple(map(find_language, tags))


def test_the_defaults() -> None:
    ours = read({})
    assert ours.source_language.tag == "en"
    assert ours.target_languages == ()
    assert (ours.engine, ours.format) == ("corpus", "html")
    assert ours.by_sentence
    assert (ours.skip, ours.figure_captions) == (frozenset(), False)
    assert ours.memory == Path("/book/.amts/memory.sqlite")
    assert ours.memory_files == ()
    assert ours.home_file == "memory/{language}.home.tmx"
    assert ours.files.home_of("zh") == Path("/book/memory/zh.home.tmx")
    assert (ours.fullwidth_punctuation, ours.script_spacing) == (True, False)
    assert ours.engine_options == {}
    assert ours.report == Path("/book/.amts/report")
    assert ours.fail_under.by_name() == {}
    assert (ours.ignore, ours.forbidden_terms) == (frozenset(), {})


def test_reports_and_the_gate() -> None:
    ours = read(
        {
            "amts_fail_under": {"bleu": 40, "findings": {"error": 0}},
            "amts_ignore": ["numbers"],
            "amts_forbidden_terms": {"zh_CN": ["词汇表"]},
        }
    )
    assert ours.fail_under.by_name() == {"bleu": 40, "findings.error": 0}
    assert ours.ignore == {"numbers"}
    assert ours.forbidden_terms == {"zh": ("词汇表",)}
    assert read({"amts_report": ""}).report is None
    with pytest.raises(ConfigError, match="amts_fail_under needs the quality report"):
        read({"amts_report": "", "amts_fail_under": {"coverage": 1}})
    with pytest.raises(ConfigError, match="there is no check 'nubmers'; did you mean"):
        read({"amts_ignore": ["nubmers"]})
    with pytest.raises(ConfigError, match="must be a dictionary"):
        read({"amts_forbidden_terms": ["a"]})


GOOD: list[tuple[str, object, str, object]] = [
    ("source_language", "de", "source_language", find_language("de")),
    ("source_language", "pt_BR", "source_language", find_language("pt")),
    ("target_languages", ["zh"], "target_languages", languages("zh")),
    ("target_languages", ("es", "zh"), "target_languages", languages("es", "zh")),
    ("target_languages", "zh_TW, es", "target_languages", languages("zh-TW", "es")),
    ("engine", "pseudo", "engine", "pseudo"),
    ("format", "latex", "format", "latex"),
    ("segmentation", "paragraph", "by_sentence", False),
    ("segmentation", "sentence", "by_sentence", True),
    ("skip", ["topic", "brand"], "skip", frozenset({"topic", "brand"})),
    ("skip", {"topic"}, "skip", frozenset({"topic"})),
    ("figure_captions", True, "figure_captions", True),
    ("figure_captions", 1, "figure_captions", True),
    ("figure_captions", "0", "figure_captions", False),
    ("memory", "tm/all.sqlite", "memory", Path("/book/tm/all.sqlite")),
    ("memory", "/tm.sqlite", "memory", Path("/tm.sqlite")),
    ("memory", Path("tm.sqlite"), "memory", Path("/book/tm.sqlite")),
    ("memory_files", ["a.tmx"], "memory_files", ("a.tmx",)),
    ("memory_files", [Path("b.tmx")], "memory_files", ("b.tmx",)),
    ("fullwidth_punctuation", False, "fullwidth_punctuation", False),
    ("script_spacing", "true", "script_spacing", True),
]


@pytest.mark.parametrize(("name", "value", "field", "expected"), GOOD)
def test_good_values(name: str, value: object, field: str, expected: object) -> None:
    assert getattr(read({f"amts_{name}": value}), field) == expected


BAD: list[tuple[str, object, list[str]]] = [
    ("source_language", "english", ["'english'", "did you mean en (English)"]),
    ("source_language", 7, ["7", "non-empty string"]),
    ("target_languages", ["zh", "klingon"], ["'klingon'"]),
    ("target_languages", ["spanish"], ["did you mean es (Spanish)"]),
    ("target_languages", ["0x0"], ["'0x0'", "allowed is any BCP 47 tag", "zh-TW"]),
    ("target_languages", ["zh", "zh_CN"], ["names a language twice"]),
    ("target_languages", ["zh", None], ["non-empty string", "None"]),
    ("target_languages", ["zh", ""], ["non-empty string"]),
    ("target_languages", 5, ["list of strings", "5"]),
    ("target_languages", None, ["list of strings", "None"]),
    ("engine", "psuedo", ["must be one of", "'none'", "'pseudo'", "'psuedo'"]),
    ("engine", "", ["must be one of", "''"]),
    ("engine", None, ["must be one of", "None"]),
    ("format", "", ["non-empty string"]),
    ("format", None, ["non-empty string", "None"]),
    ("segmentation", "word", ["'sentence', 'paragraph'", "'word'"]),
    ("segmentation", True, ["must be one of", "True"]),
    ("skip", 3, ["list of strings", "3"]),
    ("skip", [3], ["non-empty string", "3"]),
    ("figure_captions", "yes please", ["True or False", "'yes please'"]),
    ("figure_captions", None, ["True or False", "None"]),
    ("figure_captions", [], ["True or False", "[]"]),
    ("memory", "", ["non-empty string", "''"]),
    ("memory", None, ["non-empty string", "None"]),
    ("memory_files", {"a": 1}, ["list of strings"]),
    ("home_file", "home.tmx", ["must be a path that holds {language}", "'home.tmx'"]),
    ("home_file", "{language}.csv", ["ends in .tmx", "'{language}.csv'"]),
    ("fullwidth_punctuation", 2, ["True or False", "2"]),
    ("script_spacing", "maybe", ["True or False", "'maybe'"]),
]


@pytest.mark.parametrize(("name", "value", "said"), BAD)
def test_bad_values_are_named(name: str, value: object, said: list[str]) -> None:
    with pytest.raises(ConfigError) as refusal:
        read({f"amts_{name}": value})
    text = str(refusal.value)
    assert f"amts_{name}" in text
    for part in said:
        assert part in text


@pytest.mark.parametrize("value", ["html", 5, None, [("style", "cjk")]])
def test_options_of_an_engine_are_a_dictionary(value: object) -> None:
    raw = {"amts_engine": "pseudo", "amts_pseudo": value}
    with pytest.raises(ConfigError, match="amts_pseudo must be a dictionary"):
        read(raw)


def test_each_engine_has_its_options() -> None:
    raw = {"amts_engine": "pseudo", "amts_pseudo": {"style": "cjk"}}
    assert read(raw).engine_options == {"style": "cjk"}
    assert read(raw | {"amts_engine": "none"}).engine_options == {}


@pytest.mark.parametrize(
    ("name", "text", "field", "expected"),
    [
        ("source_language", "de", "source_language", find_language("de")),
        ("target_languages", "zh,es", "target_languages", languages("zh", "es")),
        ("target_languages", "zh, es", "target_languages", languages("zh", "es")),
        ("target_languages", "", "target_languages", ()),
        ("engine", "pseudo", "engine", "pseudo"),
        ("format", "epub", "format", "epub"),
        ("segmentation", "paragraph", "by_sentence", False),
        ("skip", "topic,brand", "skip", frozenset({"topic", "brand"})),
        ("figure_captions", "1", "figure_captions", True),
        ("figure_captions", "True", "figure_captions", True),
        ("figure_captions", "0", "figure_captions", False),
        ("script_spacing", "1", "script_spacing", True),
        ("fullwidth_punctuation", "0", "fullwidth_punctuation", False),
        ("fullwidth_punctuation", "False", "fullwidth_punctuation", False),
        ("memory", "tm.sqlite", "memory", Path("/book/tm.sqlite")),
        (
            "memory_files",
            "a.tmx,b.tmx",
            "memory_files",
            ("a.tmx", "b.tmx"),
        ),
        ("pseudo.style", "cjk", "engine_options", {"style": "cjk"}),
    ],
)
def test_the_command_line_gives_strings(
    name: str, text: str, field: str, expected: object
) -> None:
    raw = {"amts_engine": "pseudo"}
    assert getattr(read(raw, **{name: text}), field) == expected


@pytest.mark.parametrize(
    ("language", "tag"), [("en", "en"), ("zh_CN", "zh"), ("de", "de"), (None, "en")]
)
def test_the_book_is_in_sphinxs_language(language: str | None, tag: str) -> None:
    assert read({"language": language}).source_language.tag == tag


def test_an_unknown_language_of_sphinx_is_named_when_an_edition_is_built() -> None:
    theirs = read({"language": "xx", "amts_target_languages": ["zh"]})
    with pytest.raises(LanguageError, match=r"^language: unknown language 'xx'"):
        theirs.editions()
    ours = read({"language": "xx", "amts_source_language": "en"})
    assert ours.source_language.tag == "en"


def test_editions() -> None:
    ours = read({"amts_target_languages": ["zh", "es"]})
    assert ours.editions() == languages("zh", "es")
    assert ours.editions("fr") == languages("fr")


@pytest.mark.parametrize("tag", ["", "en"])
def test_a_book_is_not_translated_into_its_own_language(tag: str) -> None:
    ours = read({"amts_target_languages": ["es", "en_US"]})
    with pytest.raises(LanguageError, match=r"written in en \(English\) and cannot"):
        ours.editions(tag)


def test_without_languages_nothing_can_be_built() -> None:
    with pytest.raises(ConfigError, match=r"amts_target_languages is empty.*\['?\"zh"):
        read({}).editions()


def test_an_edition_is_not_written_by_our_own_builders() -> None:
    for name in ("amts", "amts-zh"):
        with pytest.raises(ConfigError, match=f"amts_format.*{name}"):
            read({"amts_format": name})


def test_every_value_is_documented() -> None:
    listed = configuration.table()
    for name, *_ in GOOD + BAD:
        assert f".. confval:: amts_{name}\n" in listed


def test_values_that_differ_by_language() -> None:
    ours = read(
        {
            "amts_engine": {"zh_CN": "none", "pt-BR": "firefox", "*": "pseudo"},
            "amts_firefox": {"models": "models"},
            "amts_pseudo": {"style": "cjk"},
            "amts_segmentation": {"pt": "paragraph"},
            "amts_terminology": {"zh": ["zh.csv"]},
            "amts_fail_under": {"zh": {"coverage": 0.9}, "*": {"bleu": 20}},
            "amts_script_spacing": {"zh": True},
            "amts_draft_notice": {"*": False},
            "amts_stale": {"zh": "human"},
        }
    )
    assert (ours.engine, ours.engine_options) == ("pseudo", {"style": "cjk"})
    chinese, other = ours.for_language("zh"), ours.for_language("pt")
    assert (chinese.engine, chinese.engine_options) == ("none", {})
    assert (other.engine, other.engine_options) == (
        "firefox",
        {"models": "/book/models"},
    )
    assert ours.for_language("es").engine == "pseudo"
    assert [each.by_sentence for each in (ours, chinese, other)] == [True, True, False]
    assert ours.reads_sentences
    assert [each.stale for each in (ours, chinese, other)] == [
        *("machine", "human", "machine"),
    ]
    assert chinese.terminology == (Path("/book/zh.csv"),)
    assert other.terminology == ()
    assert chinese.fail_under.by_name() == {"coverage": 0.9}
    assert other.fail_under.by_name() == {"bleu": 20}
    assert (chinese.script_spacing, other.script_spacing) == (True, False)
    assert not chinese.draft_notice


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        (["zh", "pt-PT"], ["'pt'", "(zh, pt-PT); did you mean 'pt-PT'?"]),
        (["zh", "de"], []),
        (["zh", "pt-BR"], []),
        ([], []),
    ],
)
def test_keys_that_are_no_language_of_the_book(
    targets: list[str], said: list[str]
) -> None:
    keys = {"zh": "none", "pt": "none", "*": "none"}
    ours = read({"amts_engine": keys, "amts_target_languages": targets})
    told = ours.strays()
    assert len(told) == bool(said)
    assert all(words in told[0] for words in said)
    assert ours.strays(["pt"]) == []


def test_without_a_star_the_default_holds_for_others() -> None:
    ours = read({"amts_engine": {"pt": "none"}})
    assert (ours.engine, ours.for_language("pt").engine) == ("corpus", "none")
    assert not read({"amts_segmentation": "paragraph"}).reads_sentences


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (
            {"amts_engine": {"zh": "amazn"}},
            r"amts_engine\['zh'\] must be one of .*amazon",
        ),
        (
            {"amts_engine": {"zh": "none", "qqq9": "none"}},
            "'qqq9' is none, nor .*\"\\*\"",
        ),
        ({"amts_engine": {"zh": "none", "zh_CN": "none"}}, "language zh twice"),
        ({"amts_engine": {"chinese": "none"}}, "amts_engine must be one of"),
        ({"amts_format": {"zh": "html"}}, "amts_format must be a non-empty string"),
        ({"amts_fail_under": {"zh": {"coverage": 2}}}, r"\['zh'\].*0 to 1"),
    ],
)
def test_tables_that_are_none(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read(raw)
