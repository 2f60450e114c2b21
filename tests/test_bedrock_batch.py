"""The engine bedrock in batch mode, against a strict stand-in of the service."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from bedrock_driver import BATCH, TEXTS, engine_of
from bedrock_server import BUCKET, serve
from corpus_toys import ES, pairs, units
from engine_calls import commission, requests, translated
from fork_server import python
from llm_server import spanish
from waiting import PATIENCE

from amts_sphinx.cli import main
from amts_sphinx.core.errors import (
    ConfigError,
    EnginePartialError,
    EngineRejectedError,
    EngineUnavailableError,
)
from amts_sphinx.core.units import Request
from amts_sphinx.endpoint.s3_client import S3Location
from amts_sphinx.engine import create_engine
from amts_sphinx.engine.aws.client import Client
from amts_sphinx.engine.contract import EngineContract
from amts_sphinx.engine.llm import chat
from amts_sphinx.engine.llm.model_engine import EXAMPLES
from amts_sphinx.engine.protocol import Batching, Paid, Sharing, quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bedrock_server import Account, Served

    from amts_sphinx.engine.protocol import Engine

SPANISH: Final = [spanish(text) for text in TEXTS]
DRIVER: Final = Path(__file__).with_name("bedrock_driver.py")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Return the stand-in, with the environment that leads to it."""
    monkeypatch.setattr(chat, "sleep", lambda _: None)
    with serve() as endpoint:
        for name, value in endpoint.environment().items():
            monkeypatch.setenv(name, value)
        yield endpoint


@pytest.fixture
def account(served: Served) -> Account:
    """Return what the service knows."""
    return served.account


def test_a_book_goes_in_one_job(account: Account, tmp_path: Path) -> None:
    lines: list[str] = []
    account.looks = 2
    assert translated(engine_of(tmp_path), TEXTS, ES, lines.append) == SPANISH
    assert account.usage() == {
        "jobs": 1,
        "records": len(TEXTS),
        "repeated": 0,
        "conversed": [],
    }
    said = "\n".join(lines)
    assert "the text of the book is sent to Amazon Bedrock" in said
    assert "started for es, 120 segments in 1 documents" in said
    assert "120 of 120 records done" in said
    assert "12,000 tokens in, 1,200 out, by the service" in said
    assert "house" not in said


def results(account: Account) -> list[dict[str, Any]]:
    """Return the records of all results in the bucket."""
    every = S3Location(BUCKET, "")
    keys = [each.key for each in account.s3.list(every)]
    data = [account.s3.read(S3Location(BUCKET, k)) for k in keys if k.endswith("l.out")]
    return [json.loads(line) for each in data for line in each.splitlines()]


def test_a_record_is_what_converse_is_asked(account: Account, tmp_path: Path) -> None:
    """Examples, terms and neighbours are in it; what examples it had is kept."""
    source = "The big model is red."
    asked = [Request(source, before=("Before.",)), *requests(TEXTS)]
    engine_of(tmp_path).translate(asked, ES, quiet)
    (sent,) = (
        record["modelInput"]
        for record in results(account)
        if record["modelInput"]["messages"][-1]["content"] == [{"text": source}]
    )
    system = sent["system"][0]["text"]
    assert "Before." in system
    assert "red = rojo" in system
    assert len(sent["messages"]) == 5  # two examples, and the text
    assert {"maxTokens", "temperature"} == sent["inferenceConfig"].keys()
    rows = (tmp_path / "bedrock" / EXAMPLES).read_text("utf-8").splitlines()
    assert all(json.loads(row)["examples"] for row in rows)


def test_too_few_texts_for_a_job_go_to_converse(
    account: Account, tmp_path: Path
) -> None:
    lines: list[str] = []
    made = translated(engine_of(tmp_path), TEXTS[:99], ES, lines.append)
    assert made == SPANISH[:99]
    assert not account.jobs
    assert len(account.conversed) == 99
    assert "99 texts are asked for one by one: a batch job takes 100 or more" in lines


@pytest.mark.parametrize(
    "damage",
    [
        lambda record: {**record, "error": {"errorCode": 400, "errorMessage": "no"}},
        lambda record: {**record, "modelOutput": {"output": "prose"}},
        lambda record: {**record, "modelOutput": None},
    ],
)
def test_what_the_model_failed_on_goes_to_converse(
    account: Account, tmp_path: Path, damage: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    def some(lines: list[str]) -> list[str]:
        records = [json.loads(line) for line in lines]
        for record in records[:2]:
            record.update(damage(record))
            if "error" in record:
                del record["modelOutput"]
        return [json.dumps(record) for record in records]

    account.damage = some
    assert translated(engine_of(tmp_path), TEXTS, ES) == SPANISH
    assert account.conversed == [*TEXTS[-2:]]


def test_a_faulty_answer_is_asked_for_again(account: Account, tmp_path: Path) -> None:
    """Lost codes, prose, and the translation of an example that it was given."""
    learnt = [target for _, target in pairs(ES, 8)]
    wrong = {
        TEXTS[0]: "Sure! Here is the translation.",
        TEXTS[115]: "La casa tiene libros.",
        **dict.fromkeys(TEXTS[1:4], "La casa\ny nada"),
    }

    def copying(lines: list[str]) -> list[str]:
        record = json.loads(lines[50])
        given = record["modelInput"]["messages"][1]["content"][0]["text"]
        assert given in learnt
        said = record["modelOutput"]["output"]["message"]["content"][0]
        said["text"] = given
        return [*lines[:50], json.dumps(record), *lines[51:]]

    account.answer = lambda text: wrong.pop(text, spanish(text))
    account.damage = copying
    assert translated(engine_of(tmp_path), TEXTS, ES) == SPANISH
    assert len(account.conversed) == 6


def test_an_answer_that_stays_faulty_leaves_the_text(
    account: Account, tmp_path: Path
) -> None:
    account.answer = lambda text: "Sure! No." if text == TEXTS[3] else spanish(text)
    made = engine_of(tmp_path).translate(requests(TEXTS), ES, quiet)
    assert made[3].target is None
    assert "words of your own" in made[3].note
    assert [each.target for each in made].count(None) == 1
    assert account.conversed == [TEXTS[3]]


@pytest.mark.parametrize("cut", [1, 60])
def test_what_a_job_left_out_is_done(
    account: Account, tmp_path: Path, cut: int
) -> None:
    account.damage = lambda lines: lines[cut:]
    assert translated(engine_of(tmp_path), TEXTS, ES) == SPANISH
    assert len(account.conversed) == cut
    assert len(account.jobs) == 1


def test_a_result_that_is_cut_off_loses_one_record(
    account: Account, tmp_path: Path
) -> None:
    account.damage = lambda lines: [*lines[:-1], lines[-1][:-20]]
    assert translated(engine_of(tmp_path), TEXTS, ES) == SPANISH
    assert len(account.conversed) == 1


def test_records_of_others_are_no_translations(
    account: Account, tmp_path: Path
) -> None:
    def more(lines: list[str]) -> list[str]:
        foreign = {**json.loads(lines[0]), "recordId": "0" * 20}
        twice = json.loads(lines[1])
        twice["modelOutput"]["usage"]["inputTokens"] = 7
        return [*lines, json.dumps(foreign), json.dumps(twice), "[]", "{", ""]

    account.damage = more
    assert translated(engine_of(tmp_path), TEXTS, ES) == SPANISH
    assert len(account.conversed) == 1  # of two records for one text neither is sure


def test_another_computer_pays_for_nothing(account: Account, tmp_path: Path) -> None:
    translated(engine_of(tmp_path / "a"), TEXTS, ES)
    assert translated(engine_of(tmp_path / "b"), TEXTS, ES) == SPANISH
    assert translated(engine_of(tmp_path / "b"), TEXTS, ES) == SPANISH
    assert (len(account.jobs), account.conversed) == (1, [])


def test_an_experiment_shares_jobs_with_nobody(
    account: Account, tmp_path: Path
) -> None:
    engine = engine_of(tmp_path)
    translated(engine, TEXTS, ES)
    assert isinstance(engine, Sharing)
    translated(engine.isolated("one"), TEXTS, ES)
    assert len(account.jobs) == 2


@pytest.mark.parametrize("dedupe", [True, False])
def test_a_lost_reply_starts_no_second_job(
    account: Account,
    tmp_path: Path,
    dedupe: bool,  # noqa: FBT001 - a table
) -> None:
    account.dedupe = dedupe
    account.lost = ["CreateModelInvocationJob", "GetModelInvocationJob"]
    assert translated(engine_of(tmp_path), TEXTS, ES) == SPANISH
    assert len(account.jobs) == 1


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerException"])
def test_a_service_that_is_busy_is_asked_again(
    account: Account, tmp_path: Path, code: str
) -> None:
    account.refused = {
        "CreateModelInvocationJob": code,
        "ListModelInvocationJobs": code,
        "GetModelInvocationJob": code,
    }
    assert translated(engine_of(tmp_path), TEXTS, ES) == SPANISH
    assert len(account.jobs) == 1


def test_jobs_are_begun_before_they_are_asked_for(
    account: Account, tmp_path: Path
) -> None:
    engine = engine_of(tmp_path)
    lines: list[str] = []
    assert isinstance(engine, Batching)
    engine.begin([commission(engine, TEXTS, ES, lines.append)])
    assert len(account.jobs) == 1
    assert "the text of the book is sent to Amazon Bedrock" in lines
    assert translated(engine, TEXTS, ES) == SPANISH
    assert len(account.jobs) == 1


def test_a_stopped_job_ends_the_build_with_what_it_has(
    account: Account, tmp_path: Path
) -> None:
    account.ends = "Stopped"
    account.damage = lambda lines: lines[:50]
    with pytest.raises(EnginePartialError, match="ended as STOPPED") as caught:
        translated(engine_of(tmp_path), TEXTS, ES)
    made = caught.value.translations
    assert sum(each is not None and each.target is not None for each in made) == 50
    assert account.conversed == []


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("The role lacks permission for 'The house'", "the role amts_bedrock.role_arn"),
        ("less records than the minimum", r"raise\s+amts_bedrock.batch_minimum"),
        ("Cannot read S3 'The house'", "the bucket, its region"),
        ("It expired.", r"longer than amts_bedrock\.hours"),
        ("The house", "no reason that is known"),
    ],
)
def test_a_failed_job_says_what_to_do_and_nothing_of_the_book(
    account: Account, tmp_path: Path, message: str, told: str
) -> None:
    account.ends, account.message = "Failed", message
    with pytest.raises(EngineRejectedError, match=told) as caught:
        translated(engine_of(tmp_path), TEXTS, ES)
    said = str(caught.value)
    assert "The house" not in said
    assert "get-model-invocation-job --job-identifier arn:aws:bedrock" in said
    account.ends = "Completed"
    assert translated(engine_of(tmp_path), TEXTS, ES) == SPANISH  # another job


def test_an_account_that_wants_more_records(account: Account, tmp_path: Path) -> None:
    """The quota of a model may be another than ours."""
    with pytest.raises(EngineRejectedError, match="batch_minimum"):
        translated(engine_of(tmp_path, batch_minimum=5), TEXTS[:50], ES)
    assert translated(engine_of(tmp_path), TEXTS[:50], ES) == SPANISH[:50]
    assert len(account.jobs) == 1


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        (
            {"role_arn": "arn:aws:iam::123456789012:role/other"},
            EngineUnavailableError,
            "cannot start the job .* lacks a permission",
        ),
        ({"bucket": "no-such-bucket"}, EngineRejectedError, "there is no such bucket"),
        (
            {"account_id": "999999999999"},
            EngineUnavailableError,
            "bucket is another",
        ),
    ],
)
def test_what_the_user_must_put_right(
    account: Account,
    tmp_path: Path,
    options: dict[str, str],
    error: type[Exception],
    told: str,
) -> None:
    with pytest.raises(error, match=told):
        translated(engine_of(tmp_path, **options), TEXTS, ES)
    assert not account.jobs


def test_an_old_boto3_is_told_of(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Old:
        """What an old botocore knows."""

        def operation_model(self, _: str) -> Any:
            return self

        input_shape = type("Shape", (), {"members": {"jobName": None}})

    monkeypatch.setattr(Client, "model", lambda *_: Old())
    with pytest.raises(EngineUnavailableError, match="newer boto3"):
        translated(engine_of(tmp_path), TEXTS, ES)
    assert not account.jobs


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"bucket": ""},
            "amts_bedrock.bucket must be the name of an S3 bucket",
        ),
        ({"role_arn": "me"}, "amts_bedrock.role_arn must be the ARN of an IAM role"),
        ({"prefix": "x" * 47}, "46 at most"),
        ({"hours": 12}, "from 24 to 168"),
        ({"batch_minimum": 0}, "must be 1 or more"),
        ({"account_id": "12"}, "12 digits"),
        ({"mode": "jobs"}, "one of"),
        ({"prices": {"batch": "1"}}, "allowed are input, output, batch_input"),
    ],
)
def test_options_that_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        create_engine("bedrock", {**BATCH, **options})


def test_what_it_costs(account: Account, tmp_path: Path) -> None:
    """Half of Converse, unless a price is set; nothing for what a job has done."""
    prices = {"input": "1000", "output": "2000"}
    engine = engine_of(tmp_path, prices=prices)
    assert isinstance(engine, Paid)
    asked = requests(TEXTS)
    alone: Any = create_engine(
        "bedrock", {**BATCH, "mode": "converse", "prices": prices}
    )
    taught = alone.train(ES, units(pairs(ES, 8), ES), tmp_path / "b", {"red": "rojo"})
    whole, half = taught.bill(asked, ES), engine.bill(asked, ES)
    assert half.amount == whole.amount > 0
    assert half.dollars == pytest.approx(whole.dollars / 2)
    assert "half of that" in half.tariff
    few = engine.bill(asked[:50], ES)  # too few for a job
    assert few.dollars == pytest.approx(taught.bill(asked[:50], ES).dollars)
    priced = {**prices, "batch_input": "0", "batch_output": "0"}
    assert engine_of(tmp_path, prices=priced).bill(asked, ES).dollars == 0
    translated(engine, TEXTS, ES)
    assert engine.bill(asked, ES).dollars == 0
    assert engine_of(tmp_path / "c", prices=prices).bill(asked, ES).amount == 0
    assert len(account.jobs) == 1


def test_without_training_it_refuses(account: Account) -> None:
    engine = create_engine("bedrock", BATCH)
    with pytest.raises(EngineUnavailableError, match="not trained"):
        translated(engine, TEXTS, ES)
    assert not account.jobs


CONF: Final = """
extensions = ["amts_sphinx"]
language = "en"
amts_target_languages = ["es", "zh"]
amts_engine = {"es": "bedrock", "*": "none"}
"""


def test_jobs_are_managed_by_the_command(
    account: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, clone = tmp_path / "book", tmp_path / "clone"
    for folder in (book, clone):
        folder.mkdir()
        conf = f"{CONF}amts_bedrock = {BATCH!r}\n"
        (folder / "conf.py").write_text(conf, "utf-8")

    def amts(command: str, folder: Path) -> str:
        assert main(["jobs", command, "--book", str(folder)]) == 0
        return capsys.readouterr().out

    account.looks = 10**6
    engine = engine_of(book / ".amts")
    engine.begin([commission(engine, TEXTS, ES)])
    assert "en → es  started (in progress)  120 segments" in amts("list", book)
    assert "en → es  started (in progress)" in amts("list", clone)
    assert "not removed" in amts("clean", clone)
    assert "asked to stop" in amts("stop", clone)
    assert "started (stopped)" in amts("list", book)
    assert "its results are fetched" in amts("resume", clone)
    assert translated(engine_of(clone / ".amts"), TEXTS, ES) == SPANISH
    assert len(account.jobs) == 1
    assert "removed" in amts("clean", clone)
    assert amts("list", clone) == "no jobs\n"
    assert not results(account)


class TestBatch(EngineContract):
    """The contract, with a job for whatever is asked."""

    @pytest.fixture
    def engine(self, account: Account, tmp_path: Path) -> Engine:
        """Return the engine to test."""
        assert not account.jobs
        return engine_of(tmp_path)

    @pytest.fixture
    def failing_engine(self, account: Account, tmp_path: Path) -> Engine:
        """Return an engine whose service fails."""
        account.refused = dict.fromkeys(
            ["ListModelInvocationJobs"], "AccessDeniedException"
        )
        return engine_of(tmp_path, batch_minimum=1)


def drive(
    served: Served, home: Path, kill_at: int = 0, clone: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a build in a process of its own.

    :param clone: names a folder without a journal
    """
    prefix = "k" + home.name.replace("_", "-")[:40].rstrip("-")
    arguments = [str(home / clone), prefix, *([str(kill_at)] if kill_at else [])]
    return subprocess.run(
        [python(), "-m", DRIVER.stem, *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env={**os.environ, **served.environment(), "PYTHONPATH": str(DRIVER.parent)},
    )


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize(
    ("dedupe", "points"),
    [(False, 5), pytest.param(True, 40, marks=pytest.mark.slow)],
)
def test_a_killed_build_goes_on_and_pays_once(
    served: Served,
    tmp_path: Path,
    dedupe: bool,  # noqa: FBT001 - a table
    points: int,
) -> None:
    """Killed at any step, and gone on with here or on another computer."""
    account = served.account
    account.dedupe = dedupe
    (tmp_path / "whole").mkdir()
    whole = drive(served, tmp_path / "whole")
    assert whole.returncode == 0, whole.stderr[-3000:]
    steps = json.loads(whole.stdout)["steps"]
    for point in range(points):
        home = tmp_path / f"p{point}"
        home.mkdir()
        before = account.usage()
        killed = drive(served, home, 1 + point * (steps - 1) // (points - 1))
        assert killed.returncode == -signal.SIGKILL
        again = drive(served, home, clone="clone" if point % 2 else "")
        assert again.returncode == 0, again.stderr[-3000:]
        assert json.loads(again.stdout)["targets"] == SPANISH
        after = account.usage()
        assert after["jobs"] - before["jobs"] == 1
        assert after["conversed"] == []
