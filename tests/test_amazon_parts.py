"""The parts of the Amazon engine that need no service: text, limits, money, journal."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import botocore.session
import pytest
from botocore import exceptions
from botocore.parsers import ResponseParserError
from lxml import etree

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import (
    ConfigError,
    EngineError,
    EngineRejectedError,
    EngineReplyError,
    EngineUnavailableError,
    LanguageError,
)
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.engine.amazon import (
    limits,
    markup,
    parallel_data,
    prices,
    realtime,
)
from amts_sphinx.engine.amazon.jobs import WHO
from amts_sphinx.engine.amazon.options import AllOptions
from amts_sphinx.engine.aws import errors
from amts_sphinx.engine.aws.journal import (
    FETCHED,
    INTENDED,
    STARTED,
    Journal,
    JournalEntry,
    key_of,
)
from amts_sphinx.engine.contract import CODED, SPECIAL
from amts_sphinx.engine.registry import create_engine

if TYPE_CHECKING:
    from pathlib import Path

EN_ZH = LanguagePair("en", "zh")
ROLE = "arn:aws:iam::123456789012:role/translate"
BATCH = {"bucket": "books", "role_arn": ROLE}


def human(source: str, target: str, state: State = State.REVIEWED) -> TranslationUnit:
    return TranslationUnit(source, target, EN_ZH, HUMAN, state, "chapter", 3)


# Text on the wire.


@pytest.mark.parametrize("source", [*CODED, *SPECIAL])
def test_text_comes_back_as_it_went(source: str) -> None:
    (found,) = markup.segments(markup.document([markup.paragraph(source)]), "read it")
    assert found[0] == key_of(source)
    assert inline_codes.verify(source, found[1]) == ""
    assert inline_codes.plain(found[1]).split() == inline_codes.plain(source).split()
    assert markup.coded(markup.fragment(source)) == found[1]


@pytest.mark.parametrize(
    "text",
    [
        "Vraiment\u202f?",
        "« mot »".replace(" ", "\u00a0"),
        "10\u00a0km",
        "10\u202f000\u2007km",
        'In <g id="1">10\u00a0km</g>\u202f!',
        "a\u2060b \u2009c",
    ],
)
def test_no_break_spaces_go_and_come_back(text: str) -> None:
    sent = markup.fragment(text)
    assert [c for c in sent if not c.isascii()] == [c for c in text if not c.isascii()]
    assert markup.coded(sent) == text
    assert realtime.request_of(text) == sent


def test_what_has_no_words_is_not_to_be_translated() -> None:
    sent = markup.fragment('Call <x id="1"/>, then <g id="2">go &lt;on&gt;</g>.')
    assert sent == (
        'Call <span id="c1" translate="no">X1</span>,'
        ' then <span id="c2">go &lt;on&gt;</span>.'
    )


@pytest.mark.parametrize(
    ("source", "reply", "fault"),
    [
        ('A <x id="1"/>', "A DNT_GEBKX1", "lost code 1"),
        (
            'A <x id="1"/>',
            'A <span id="c1" translate="no">X1</span><DNT_7>',
            "foreign code 0",
        ),
        ('A <x id="1"/>', 'A <span id="c1" translate="no">叉1</span>', "lost code 1"),
        ('A <x id="1"/>', 'A <span id="c1">X1</span>', "code 1"),
        ("A b", "A <b>b</b>", "foreign code 0"),
        ("A b", '<script src="x">A b</script>', "foreign code 0"),
        ('<g id="1">a</g>', "a", "lost code 1"),
        (
            '<g id="1">a</g>',
            '<span id="c1">a</span><span id="c1">a</span>',
            "repeated code 1",
        ),
        ("A b", '<span id="c9999999">A b</span>', "foreign code 0"),
    ],
)
def test_damage_does_not_pass_for_a_translation(
    source: str, reply: str, fault: str
) -> None:
    assert fault in inline_codes.verify(source, markup.coded(reply))


@pytest.mark.parametrize("reply", ["", "<!-- -->", "&#0;", "<?x?>"])
def test_a_reply_without_text_is_parsed(reply: str) -> None:
    assert inline_codes.has_words(markup.coded(reply)) is False


def test_results_that_are_no_text_are_refused() -> None:
    with pytest.raises(EngineReplyError, match="not UTF-8"):
        list(markup.segments(b"<p id='s1'>\xff</p>", "read it"))
    with pytest.raises(EngineReplyError, match="no HTML"):
        list(markup.segments(b"", "read it"))
    assert list(markup.segments(b"<p>a</p><p id=x>b</p>", "read it")) == []


def test_what_html_cannot_hold_is_told() -> None:
    assert markup.fits("Tabs\tand 中文 😀")
    assert not any(
        markup.fits(text) for text in ("a\x00", "a\x1b", "a\ud800", "a\uffff")
    )


# Limits.


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([4, 4, 4], [[4, 4], [4]]),
        ([12, 1], [[12], [1]]),
        ([1, 12, 1], [[1], [12], [1]]),
        ([10], [[10]]),
    ],
)
def test_documents_keep_within_the_limit(
    sizes: list[int], expected: list[list[int]]
) -> None:
    found = limits.portions((b"x" * size for size in sizes), most=10)
    assert [[len(piece) for piece in portion] for portion in found] == expected


# Faults.


def client_error(code: str, status: int = 400) -> exceptions.ClientError:
    said = {"Code": code, "Message": "The text 'secret' is wrong"}
    reply = {"Error": said, "ResponseMetadata": {"HTTPStatusCode": status}}
    return exceptions.ClientError(reply, "TranslateText")


def test_every_error_of_the_service_is_known() -> None:
    model = botocore.session.get_session().get_service_model("translate")
    modelled = {shape.name for shape in model.error_shapes}
    assert len(modelled) > 10
    assert modelled <= errors.CODES.keys()
    for code in errors.CODES:
        error = errors.explain(client_error(code), "do it", WHO)
        assert isinstance(error, EngineError)
        assert str(error).startswith("Amazon Translate: cannot do it: ")
        assert code in str(error)


@pytest.mark.parametrize(
    ("exc", "kind", "remedy"),
    [
        (client_error("SomethingNew", 503), EngineUnavailableError, "retry"),
        (client_error("", 502), EngineUnavailableError, "retry"),
        (client_error("", 429), EngineUnavailableError, "retry"),
        (client_error("Unknown", 403), EngineUnavailableError, "access"),
        (client_error("Unknown", 404), errors.NotThereError, "missing"),
        (client_error("Unknown", 400), EngineRejectedError, "reject"),
        (client_error("400", 400), EngineUnavailableError, "retry"),
        (client_error("412", 412), errors.ConflictError, "conflict"),
        (client_error("ConflictException"), errors.ConflictError, "conflict"),
        (client_error("LimitExceededException"), errors.LimitError, "limit"),
        (
            exceptions.EndpointConnectionError(endpoint_url="secret"),
            EngineUnavailableError,
            "retry",
        ),
        (
            exceptions.ConnectTimeoutError(endpoint_url="secret"),
            EngineUnavailableError,
            "retry",
        ),
        (
            exceptions.SSLError(endpoint_url="secret", error="x"),
            EngineUnavailableError,
            "retry",
        ),
        (exceptions.NoCredentialsError(), EngineUnavailableError, "access"),
        (exceptions.NoRegionError(), EngineUnavailableError, "access"),
        (
            exceptions.ReadTimeoutError(endpoint_url="x"),
            EngineUnavailableError,
            "retry",
        ),
        (
            exceptions.ConnectionClosedError(endpoint_url="x"),
            EngineUnavailableError,
            "retry",
        ),
        (
            exceptions.ParamValidationError(report="'secret'"),
            EngineRejectedError,
            "reject",
        ),
        (ResponseParserError("secret"), EngineUnavailableError, "retry"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_fault_has_a_remedy(
    exc: Exception, kind: type[EngineError], remedy: str
) -> None:
    error = errors.explain(exc, "translate a text", WHO)
    assert type(error) is kind
    assert errors.remedy(exc).value == remedy
    assert "secret" not in str(error)


# Parallel data.


def test_parallel_data_is_what_the_service_takes() -> None:
    units = [
        human('A <g id="1">red</g> house', '<g id="1">红</g>房子'),
        human("A red house", "红屋", State.APPROVED),
        human("- a formula", "- 公式"),
        human("long " * 201, "长"),
        human("x", "长" * 334),
        human('<x id="1"/>', '<x id="1"/>'),
        human("R&amp;D", "研发"),
    ]
    data = parallel_data.pack(units, "book")
    assert data is not None
    root = etree.fromstring(data.data)
    pairs = {tuple(seg.text for seg in tu.iter("{*}seg")) for tu in root.iter("{*}tu")}
    assert pairs == {
        ("A red house", "红屋"),
        ("- a formula", "- 公式"),
        ("R&D", "研发"),
    }
    assert (data.records, data.pairs) == (3, {"zh": 3})
    assert b"chapter" not in data.data
    again = parallel_data.pack(units[::-1], "book")
    assert again == data
    assert data.name.startswith("book-")
    assert data.name.endswith("-en-zh")
    more = parallel_data.pack([*units, human("New", "新")], "book")
    assert more is not None
    assert more.name != data.name


def test_no_parallel_data_from_nothing() -> None:
    assert parallel_data.pack([], "book") is None
    useless = [human('<x id="1"/>', '<x id="1"/>'), human("x" * 1001, "长")]
    assert not parallel_data.usable(useless)
    assert parallel_data.pack(useless, "book") is None
    assert parallel_data.usable([*useless, human("A", "甲")])


# Options.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"amts_amazon\.bucket must be the name of an S3 bucket in batch mode"),
        ({"bucket": "Books"}, r"bucket must be .* not 'Books'"),
        ({"bucket": "books"}, "role_arn must be the ARN of an IAM role in batch mode"),
        ({**BATCH, "account_id": "12"}, "account_id must be 12 digits, not '12'"),
        ({**BATCH, "prefix": "a/b"}, "prefix must be letters, digits and hyphens"),
        ({**BATCH, "poll": 0}, "poll must be more than 0"),
        ({**BATCH, "mode": "fast"}, r"mode must be one of \('batch', 'realtime'\)"),
        ({**BATCH, "colour": 1}, "amts_amazon has no option 'colour'"),
        ({**BATCH, "formality": "formal"}, "formality must be one of"),
        ({**BATCH, "languages": ["zh"]}, "languages must be a dictionary by language"),
        ({**BATCH, "languages": {"zh": 1}}, r"languages\['zh'\] must be a dictionary"),
        ({**BATCH, "languages": {"zh": {"x": 1}}}, r"languages\['zh'\] has no option"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        create_engine("amazon", options)


def test_languages_may_have_their_own_options() -> None:
    found = AllOptions({**BATCH, "languages": {"zh_CN": {"mode": "realtime"}}})
    assert found.of("zh").mode == "realtime"
    assert found.of("es").mode == "batch"
    assert found.of("zh").bucket == "books"
    with pytest.raises(LanguageError, match="unknown language 'klingon'"):
        AllOptions({**BATCH, "languages": {"klingon": {}}})


def test_the_owner_of_the_bucket_is_the_roles_account() -> None:
    assert AllOptions(BATCH).of("zh").owner == "123456789012"
    other = AllOptions({**BATCH, "account_id": "210987654321"})
    assert other.of("zh").owner == "210987654321"


def test_formality_is_asked_for_where_there_is_one() -> None:
    options = AllOptions({**BATCH, "formality": "FORMAL", "mask_profanity": True})
    assert options.of("es").settings("es") == {
        "Formality": "FORMAL",
        "Profanity": "MASK",
    }
    assert options.of("zh").settings("zh") == {"Profanity": "MASK"}


# Money.


def test_characters_are_counted_without_markup() -> None:
    assert prices.characters(['R&amp;D <g id="1">in</g> <x id="2"/>', "A b."]) == 9 + 4


def test_prices_may_be_set() -> None:
    own = prices.prices({"parallel": "50", "date": "2027-01-01"})
    found = prices.bill(["abcde"] * 200_000, "parallel", own)
    assert (found.amount, found.dollars) == (1_000_000, 50.0)
    assert (
        found.tariff == "with parallel data, $50 a million characters, as of 2027-01-01"
    )
    usual = prices.prices({})
    assert prices.bill(["a" * 1_000_000], "batch", usual).dollars == usual.batch
    assert usual.parallel == 4 * usual.batch


@pytest.mark.parametrize("own", [{"batch": "free"}, {"batch": "-1"}, {"gold": "1"}])
def test_wrong_prices_are_refused(own: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"amts_amazon\.prices"):
        prices.prices(own)


# The journal.


def entry(name: str = "amts-1", **changes: object) -> JournalEntry:
    made = JournalEntry(
        name=name,
        source="en",
        targets=("es", "zh"),
        use="u",
        profile="",
        region="us-west-2",
        bucket="books",
        owner="",
        prefix="amts",
        folder=f"amts/{name}/",
        documents={"00001.html": ["k1", "k2"], "00002.html": ["k3"]},
        sizes={"00001.html": 10, "00002.html": 5},
        characters=100,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_the_journal_keeps_what_it_is_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "amazon")
    assert journal.entries() == []
    with journal.locked():
        intended = journal.write(entry())
        started = journal.write(intended, state=STARTED, job_id="j")
    assert intended.state == INTENDED
    assert journal.entries() == [started]
    assert started.keys() == {"k1", "k2", "k3"}
    journal.keep(started, "zh", "00001.html", b"result")
    assert journal.result(started, "zh", "00001.html") == b"result"
    assert journal.result(started, "es", "00001.html") is None
    journal.drop(started)
    assert journal.entries() == []
    assert journal.result(started, "zh", "00001.html") is None


def test_the_journal_forgets_what_was_fetched_long_ago(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write(entry("amts-old"), state=FETCHED)
    journal.write(entry("amts-new"), state=FETCHED)
    journal.write(entry("amts-running"), state=STARTED)
    for name in ("amts-old", "amts-running"):
        path = tmp_path / f"{name}.json"
        said = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps({**said, "changed": 0}), "utf-8")
    journal.tidy()
    assert [e.name for e in journal.entries()] == ["amts-new", "amts-running"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": "x"}'])
def test_a_damaged_journal_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "amts-1.json").write_text(text, "utf-8")
    with pytest.raises(EngineError, match=r"amts-1\.json is no journal of a job"):
        Journal(tmp_path).entries()
    assert (tmp_path / "amts-1.json").read_text("utf-8") == text
