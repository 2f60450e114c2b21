"""Every fault that can be planned, as a client sees it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from endpoint_clients import BUCKET, Clients, connect

from amts_sphinx.core.errors import ConfigError
from amts_sphinx.endpoint import Options, fault_damage, fault_plan, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What a client raises when a connection breaks.
BROKEN = (ConnectionClosedError, EndpointConnectionError)


@pytest.fixture(scope="module")
def running() -> Iterator[Clients]:
    """Return clients of an endpoint that is up."""
    with serve(Options(buckets=(BUCKET,))) as served:
        yield connect(served)


@pytest.fixture
def clients(running: Clients) -> Iterator[Clients]:
    """Return clients of an endpoint on which nothing is planned."""
    running.served.plan([])
    yield running
    running.served.plan([])


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("TooManyRequestsException", 429),
        ("ThrottlingException", 400),
        ("LimitExceededException", 400),
        ("ConcurrentModificationException", 409),
        ("InternalServerException", 500),
        ("ServiceUnavailableException", 503),
        ("AccessDeniedException", 400),
        ("ExpiredTokenException", 400),
    ],
)
def test_any_error_at_any_operation(clients: Clients, code: str, status: int) -> None:
    clients.served.plan([{"on": "TranslateText", "kind": "error", "code": code}])
    with pytest.raises(ClientError) as caught:
        clients.text("Rain")
    response = caught.value.response
    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert clients.text("Rain")  # it was one time


def test_errors_with_a_status_and_headers_of_their_own(clients: Clients) -> None:
    headers = {"x-amz-retry-after": "10"}
    fault = {"on": "*", "kind": "error", "status": 418, "headers": headers}
    clients.served.plan([fault])
    with pytest.raises(ClientError) as caught:
        clients.text("Rain")
    metadata = caught.value.response["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == 418
    assert metadata["HTTPHeaders"]["x-amz-retry-after"] == "10"


@pytest.mark.parametrize("status", [429, 502])
def test_bare_replies(clients: Clients, status: int) -> None:
    fault = {"on": "TranslateText", "kind": "raw", "status": status, "body": "<html>"}
    clients.served.plan([fault])
    with pytest.raises(ClientError) as caught:
        clients.text("Rain")
    metadata = caught.value.response["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == status


@pytest.mark.parametrize("kind", ["empty", "nothing", "truncated"])
def test_replies_that_botocore_takes_for_good(clients: Clients, kind: str) -> None:
    clients.served.plan([{"on": "TranslateText", "kind": kind}])
    reply = clients.translate.translate_text(
        Text="Rain", SourceLanguageCode="en", TargetLanguageCode="es"
    )
    assert "TranslatedText" not in reply


def test_a_connection_reset_before_any_work(clients: Clients) -> None:
    before = clients.served.usage()["characters"]
    clients.served.plan([{"on": "TranslateText", "kind": "reset"}])
    with pytest.raises(BROKEN):
        clients.text("Rain")
    assert clients.served.usage()["characters"] == before


def test_a_reply_that_is_lost_after_the_work(clients: Clients) -> None:
    before = clients.served.usage()["characters"]
    clients.served.plan([{"on": "TranslateText", "kind": "lost-reply"}])
    with pytest.raises(BROKEN):
        clients.text("Rain")
    assert clients.served.usage()["characters"] == before + len("Rain")


def test_a_lost_reply_and_a_retry_make_one_job_where_tokens_count(
    clients: Clients,
) -> None:
    clients.put("in/lost/a.html", "<html><p>Rain</p></html>")
    patient = connect(clients.served, attempts=3)
    fault = {"on": "StartTextTranslationJob", "kind": "lost-reply"}
    for dedupe in (True, False):
        with serve(Options(dedupe=dedupe, faults=(fault,))) as served:
            patient = connect(served, attempts=3)
            patient.ended(patient.start("in/lost/", ["es"]))
            listed = patient.translate.list_text_translation_jobs()
            jobs = listed["TextTranslationJobPropertiesList"]
            assert len(jobs) == (1 if dedupe else 2)


def test_a_slow_reply(clients: Clients) -> None:
    clients.served.plan([{"on": "TranslateText", "kind": "slow", "seconds": 30}])
    hasty = connect(clients.served, timeout=0.2)
    with pytest.raises(ReadTimeoutError):
        hasty.text("Rain")


@pytest.mark.parametrize(
    ("code", "status"), [("SlowDown", 503), ("AccessDenied", 403), ("NoSuchKey", 404)]
)
def test_errors_of_s3(clients: Clients, code: str, status: int) -> None:
    clients.put("some/key", b"x")
    clients.served.plan(
        [{"on": "S3:GetObject", "kind": "error", "code": code, "match": "*/some/*"}]
    )
    with pytest.raises(ClientError) as caught:
        clients.get("some/key")
    response = caught.value.response
    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_a_download_that_breaks_off(clients: Clients) -> None:
    clients.put("some/key", b"x" * 50_000)
    clients.served.plan([{"on": "S3", "kind": "truncated"}])
    body = clients.s3.get_object(Bucket=BUCKET, Key="some/key")["Body"]
    with pytest.raises(ResponseStreamingError):
        body.read()


def test_the_service_itself_meets_no_fault_of_s3(clients: Clients) -> None:
    clients.put("in/inner/a.html", "<html><p>Rain</p></html>")
    clients.served.plan([{"on": "S3", "kind": "error", "count": None}])
    job = clients.ended(clients.start("in/inner/", ["es"]))
    assert job["JobStatus"] == "COMPLETED"


HTML = (
    "<html><body><p>The <b>big</b> <i>sea</i> of"
    ' <span translate="no">NumPy</span>.</p><p>Rain</p></body></html>'
)
#: Its translation.
TRANSLATED = (
    "<html><body><p>Ţĥé <b>ƀîĝ</b> <i>šéå</i> öƒ"
    ' <span translate="no">NumPy</span>.</p><p>Ŕåîññ</p></body></html>'
)
PIECE = TRANSLATED[TRANSLATED.index("<p>") : TRANSLATED.index("<p>Ŕ")]


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("codes-dropped", "<b>ƀîĝ</b>", "ƀîĝ"),
        (
            "codes-moved",
            '<b>ƀîĝ</b> <i>šéå</i> öƒ <span translate="no">NumPy</span>.',
            'ƀîĝ <i>šéå</i> öƒ <span translate="no">NumPy</span>.<b></b>',
        ),
        ("codes-doubled", "<b>ƀîĝ</b>", "<b>ƀîĝ</b><b>ƀîĝ</b>"),
        ("dnt-leak", '<span translate="no">NumPy</span>', "DNT_GEBK0"),
        ("blanks", "<b>ƀîĝ", " <b> ƀîĝ"),
        ("codes-glued", " <b>ƀîĝ", "<b>ƀîĝ"),
        ("codes-emptied", "<b>ƀîĝ</b>", "ƀîĝ<b></b>"),
        ("segments-doubled", "</span>.</p>", "</span>. Ţĥé ƀîĝ šéå öƒ .</p>"),
        (
            "segments-lost",
            TRANSLATED[TRANSLATED.index("Ţĥé") : TRANSLATED.index("</p>")],
            "",
        ),
        ("blocks-lost", PIECE, ""),
        ("blocks-doubled", PIECE, PIECE * 2),
        ("blocks-swapped", PIECE + "<p>Ŕåîññ</p>", "<p>Ŕåîññ</p>" + PIECE),
        ("empty-text", TRANSLATED, ""),
    ],
)
def test_damaged_translations(clients: Clients, kind: str, old: str, new: str) -> None:
    assert old in TRANSLATED
    clients.put("in/damage/a.html", HTML)
    clients.served.plan([{"on": "document", "kind": kind}])
    job = clients.ended(clients.start("in/damage/", ["es"]))
    damaged = clients.outputs(job)["es.a.html"].decode()
    assert damaged == TRANSLATED.replace(old, new, 1)
    assert job["JobStatus"] == "COMPLETED"
    # The same can happen to a text.
    clients.served.plan([{"on": "TranslateText", "kind": kind}])
    inner = HTML.removeprefix("<html><body>").removesuffix("</body></html>")
    wanted = TRANSLATED.removeprefix("<html><body>").removesuffix("</body></html>")
    damaged = clients.text(inner)
    assert damaged == ("" if kind == "empty-text" else wanted.replace(old, new, 1))


def test_damage_everywhere(clients: Clients) -> None:
    clients.served.plan([{"on": "TranslateText", "kind": "codes-dropped", "all": True}])
    assert clients.text("A <b>big</b> <i>sea</i>") == "Å ƀîĝ šéå"


@pytest.mark.parametrize(
    ("kind", "more", "wrong"),
    [
        ("oversized", {"bytes": 5000}, lambda data: len(data) == 5000),
        ("not-utf8", {}, lambda data: b"\xff\xfe" in data),
        ("truncated-html", {}, lambda data: data == TRANSLATED.encode()[: len(data)]),
    ],
)
def test_documents_that_cannot_be_used(
    clients: Clients, kind: str, more: dict[str, Any], wrong: Any
) -> None:
    clients.put("in/unusable/a.html", HTML)
    clients.served.plan([{"on": "document", "kind": kind, **more}])
    job = clients.ended(clients.start("in/unusable/", ["es"]))
    data = clients.outputs(job)["es.a.html"]
    assert data != TRANSLATED.encode()
    assert wrong(data)


def test_an_oversized_document_is_larger_than_the_service_allows() -> None:
    fault = fault_plan.read({"on": "document", "kind": "oversized"}, "fault 1")
    data = fault_damage.damage_document(TRANSLATED, fault, html=True)
    assert len(data) > 20 * 1024 * 1024


def test_documents_that_are_not_there(clients: Clients) -> None:
    for name in "abc":
        clients.put(f"in/gone/{name}.html", "<html><p>Rain</p></html>")
    clients.served.plan(
        [
            {"on": "document", "kind": "missing", "match": "es.a.html"},
            {"on": "document", "kind": "failed", "match": "*b.html", "count": None},
        ]
    )
    job = clients.ended(clients.start("in/gone/", ["es"]))
    assert job["JobStatus"] == "COMPLETED_WITH_ERROR"
    assert job["JobDetails"]["TranslatedDocumentsCount"] == 2  # though one is missing
    assert {n for n in clients.outputs(job) if n.startswith("es.")} == {"es.c.html"}


@pytest.mark.parametrize("status", ["FAILED", "STOPPED"])
def test_jobs_that_come_to_a_bad_end(clients: Clients, status: str) -> None:
    clients.put("in/end/a.html", "<html><p>Rain</p></html>")
    clients.served.plan([{"on": "job", "kind": status.lower(), "match": "mine*"}])
    other = clients.ended(clients.start("in/end/", ["es"], JobName="other"))
    assert other["JobStatus"] == "COMPLETED"
    job = clients.ended(clients.start("in/end/", ["es"], JobName="mine-1"))
    assert job["JobStatus"] == status


def test_jobs_that_count_or_leave_something_wrong(clients: Clients) -> None:
    clients.put("in/wrong/a.html", "<html><p>Rain</p></html>")
    clients.served.plan(
        [
            {"on": "job", "kind": "wrong-counters"},
            {"on": "job", "kind": "foreign-object"},
        ]
    )
    job = clients.ended(clients.start("in/wrong/", ["es"]))
    assert job["JobStatus"] == "COMPLETED"
    assert job["JobDetails"]["TranslatedDocumentsCount"] == 0
    job = clients.ended(clients.start("in/wrong/", ["es"]))
    assert "xx.unasked.html" in clients.outputs(job)


def test_imports_that_fail_or_stick(clients: Clients) -> None:
    clients.served.plan([{"on": "import", "kind": "failed", "message": "No luck."}])
    data = clients.import_data("unlucky", "en,es\nRain,Lluvia\n")
    assert (data["Status"], data["Message"]) == ("FAILED", "No luck.")
    with serve(Options(faults=({"on": "import", "kind": "stuck"},))) as served:
        stuck = connect(served)
        uri = stuck.put("data/a", "en,es\nRain,Lluvia\n")
        config = {"S3Uri": uri, "Format": "CSV"}
        stuck.translate.create_parallel_data(Name="a", ParallelDataConfig=config)
        data = stuck.translate.get_parallel_data(Name="a")["ParallelDataProperties"]
        assert data["Status"] == "CREATING"


def test_faults_come_by_number_chance_and_seed() -> None:
    rare = {"on": "TranslateText", "kind": "error", "count": None, "chance": 0.3}

    def times(fault: dict[str, Any]) -> str:
        plan = fault_plan.FaultPlan([fault])
        return "".join(
            "x" if plan.next_fault("TranslateText") else "." for _ in range(30)
        )

    assert times({**rare, "seed": 1}) == times({**rare, "seed": 1})
    assert times({**rare, "seed": 1}) != times({**rare, "seed": 2})
    assert 3 <= times(rare).count("x") <= 15
    late = {"on": "Translate", "kind": "error", "after": 2, "count": 3}
    assert times(late).startswith("..xxx.")
    assert "x" not in times({"on": "S3", "kind": "error", "count": None})


def test_what_is_planned_can_be_seen_and_changed(clients: Clients) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    url = f"{clients.served.url}/_amts"
    plan = json.dumps([{"on": "TranslateText", "kind": "nothing", "count": 2}]).encode()
    with opener.open(f"{url}/faults", plan) as reply:
        assert json.loads(reply.read())[0]["happened"] == 0
    clients.translate.translate_text(
        Text="Rain", SourceLanguageCode="en", TargetLanguageCode="es"
    )
    with opener.open(f"{url}/faults") as reply:
        assert json.loads(reply.read())[0]["happened"] == 1
    assert clients.served.faults()[0]["happened"] == 1
    with opener.open(f"{url}/usage") as reply:
        assert json.loads(reply.read()) == clients.served.usage()
    for bad in (b"{}", b"[", b'[{"on": "TranslateText"}]'):
        with pytest.raises(urllib.error.HTTPError) as caught:
            opener.open(f"{url}/faults", bad)
        with caught.value:
            assert caught.value.code == 400
            assert json.loads(caught.value.read())["error"]


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("reset", "mapping"),
        ({"kind": "reset"}, "'on'"),
        ({"on": "S3:", "kind": "reset"}, "'on'"),
        ({"on": "job", "kind": "reset"}, "stuck"),
        ({"on": "*", "kind": "reset", "chance": 2}, "'chance'"),
        ({"on": "*", "kind": "reset", "count": -1}, "'count'"),
        ({"on": "*", "kind": "error", "code": 1}, "'code'"),
        ({"on": "*", "kind": "reset", "often": 1}, "'often'"),
    ],
)
def test_what_is_no_fault(fault: object, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        fault_plan.read(fault, "fault 1")
