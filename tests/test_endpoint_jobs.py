"""Batch jobs of the endpoint, from the input folder to the output."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from corpus_toys import ES, pairs, unseen
from endpoint_clients import BUCKET, Clients, connect
from waiting import until

from amts_sphinx.core import inline_codes
from amts_sphinx.endpoint import Options, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><title>Rain</title><script>let rain = "x";</script></head>
<body><h1 id="a">Rain</h1>
<p translate="no">Keep this.</p>
<ul><li>Wet<p>Very <a href="#a"><em>wet</em> indeed</a>.</p>tail</li></ul>
<!-- Rain --><p>See <code translate="no">rain()</code> &amp; 5 &lt; 6<br/></p>
</body></html>"""


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    """Return clients of an endpoint that is up."""
    with serve(Options(buckets=(BUCKET,))) as served:
        yield connect(served)


def code_of(caught: pytest.ExceptionInfo[ClientError]) -> str:
    return str(caught.value.response["Error"]["Code"]).removesuffix("Exception")


def test_documents_come_out_under_the_names_of_the_service(clients: Clients) -> None:
    clients.put("in/one/rain.html", PAGE)
    clients.put("in/one/part/deep/snow.html", "<html><p>Snow</p></html>")
    clients.put("in/one/part/", b"")
    job = clients.ended(clients.start("in/one/", ["es", "zh"]))
    assert job["JobStatus"] == "COMPLETED"
    assert job["JobDetails"] == {
        "InputDocumentsCount": 2,
        "TranslatedDocumentsCount": 2,
        "DocumentsWithErrorsCount": 0,
    }
    folder = job["OutputDataConfig"]["S3Uri"]
    job_id = job["JobId"]
    assert folder == f"s3://{BUCKET}/out/123456789012-TranslateText-{job_id}/"
    assert set(clients.outputs(job)) == {
        ".write_access_check_file.temp",
        "es.rain.html",
        "zh.rain.html",
        "part/deep/es.snow.html",
        "part/deep/zh.snow.html",
        "details/es.auxiliary-translation-details.json",
        "details/zh.auxiliary-translation-details.json",
    }
    details = clients.details(job)
    assert details["targetLanguageCode"] == "es"
    assert details["documentCountWithCustomerError"] == "0"
    assert details["outputDataPrefix"] == folder
    assert {"sourceFile": "rain.html", "targetFile": "es.rain.html"}.items() <= (
        details["details"][1].items()
    )
    assert job["EndTime"] >= job["SubmittedTime"]


def test_what_is_translated_in_a_page(clients: Clients) -> None:
    clients.put("in/page/rain.html", PAGE)
    job = clients.ended(clients.start("in/page/", ["es"]))
    assert clients.outputs(job)["es.rain.html"].decode() == (
        PAGE.replace("<title>Rain", "<title>Ŕåîññ")
        .replace('"a">Rain', '"a">Ŕåîññ')
        .replace("Wet<p>Very", "Ŵéţ<p>Ṽéŕýý")
        .replace("<em>wet</em> indeed", "<em>ŵéţ</em> îñðéééð")
        .replace("tail", "ţåîļļ")
        .replace("See", "Šéé")
        .replace("<br/>", "<br>")
    )
    # Two titles, four pieces of the list, and what is kept among words.
    billed = ["Rain", "Rain", "Wet", "Very wet indeed.", "tail", "See rain() & 5 < 6"]
    characters = sum(map(len, billed))
    assert clients.details(job)["charactersTranslated"] == str(characters)
    assert clients.served.usage()["jobs"][job["JobId"]] == {
        "name": "",
        "characters": characters,
        "languages": {"es": characters},
    }


def test_every_character_of_plain_text_is_billed(clients: Clients) -> None:
    text = "Rain\n\n  Snow & <b>\n"
    clients.put("in/plain/a.txt", text)
    job = clients.ended(clients.start("in/plain/", ["es"], kind="text/plain"))
    assert clients.outputs(job)["es.a.txt"].decode() == "Ŕåîññ\n\n  Šñöŵŵ & <ƀ>\n"
    assert clients.details(job)["charactersTranslated"] == str(len(text))


def test_models_are_trained_on_parallel_data(clients: Clients) -> None:
    trained = [
        (inline_codes.plain(s), inline_codes.plain(t)) for s, t in pairs(ES, 300)
    ]
    table = io.StringIO()
    csv.writer(table).writerows([("en", "es"), *trained])
    assert clients.import_data("trained", table.getvalue())["Status"] == "ACTIVE"
    asked = [(s, t) for s, t in unseen(ES, 30) if not inline_codes.ids(s)]
    body = "".join(f"<p>{source}</p>" for source, _ in asked)
    clients.put("in/trained/a.html", f"<html><body>{body}</body></html>")
    job_id = clients.start("in/trained/", ["es"], ParallelDataNames=["trained"])
    page = clients.outputs(clients.ended(job_id))["es.a.html"].decode()
    right = sum(f"<p>{target}</p>" in page for _, target in asked)
    assert right >= 0.9 * len(asked)


def test_little_parallel_data_shows_where_it_fits(clients: Clients) -> None:
    clients.import_data("little", "en,es,fr\nIt rains.,Llueve.,Il pleut.\n")
    clients.put("in/little/a.html", "<html><p>It rains.</p><p>It snows.</p></html>")
    asked = clients.start("in/little/", ["es", "fr"], ParallelDataNames=["little"])
    outputs = clients.outputs(clients.ended(asked))
    assert "<p>Llueve.</p><p>Îţ šñöŵŵš.</p>" in outputs["es.a.html"].decode()
    assert "<p>Il pleut.</p>" in outputs["fr.a.html"].decode()


def test_terms_are_enforced(clients: Clients) -> None:
    clients.translate.import_terminology(
        Name="terms",
        MergeStrategy="OVERWRITE",
        TerminologyData={"File": b"en,es\nrain,lluvia\n", "Format": "CSV"},
    )
    clients.put("in/terms/a.html", "<html><p>The rain <b>falls</b></p></html>")
    job = clients.start("in/terms/", ["es", "fr"], TerminologyNames=["terms"])
    # A job keeps the terms that it was started with.
    clients.translate.delete_terminology(Name="terms")
    outputs = clients.outputs(clients.ended(job))
    assert "lluvia <b>ƒåļļļš</b>" in outputs["es.a.html"].decode()
    assert "ŕåîññ" in outputs["fr.a.html"].decode()


BAD = {
    "latin.html": "<p>café</p>".encode("latin-1"),
    "huge.html": b" " * (20 * 1024 * 1024 + 1),
    "long.html": b"x" * 1_000_000,
    "wide.html": "<p>{}</p>".format("雨" * 333_334).encode(),
}


def test_documents_that_break_the_rules(clients: Clients) -> None:
    clients.put("in/bad/good.html", "<html><p>Rain</p></html>")
    for name, data in BAD.items():
        clients.put(f"in/bad/{name}", data)
    job = clients.ended(clients.start("in/bad/", ["es"]))
    assert job["JobStatus"] == "COMPLETED_WITH_ERROR"
    assert job["JobDetails"]["DocumentsWithErrorsCount"] == 4
    details = clients.details(job)
    assert details["documentCountWithCustomerError"] == "4"
    why = {
        noted["sourceFile"]: noted["auxiliaryData"]["error"]["errorMessage"]
        for noted in details["details"]
        if "error" in noted["auxiliaryData"]
    }
    assert set(why) == set(BAD)
    assert "UTF-8" in why["latin.html"]
    assert "20971520 bytes" in why["huge.html"]
    assert "characters" in why["long.html"]
    assert "translatable" in why["wide.html"]
    assert {n for n in clients.outputs(job) if n.startswith("es.")} == {"es.good.html"}
    assert details["charactersTranslated"] == "4"


@pytest.mark.parametrize(
    ("files", "why"),
    [
        pytest.param({}, "no documents", id="empty"),
        pytest.param({"a/details/b.html": b"x"}, "'details'", id="details"),
        pytest.param({"a.html": b"\xff"}, "No document", id="all-bad"),
    ],
)
def test_jobs_that_fail(clients: Clients, files: dict[str, bytes], why: str) -> None:
    folder = f"in/fail-{len(files)}-{why.strip(chr(39))}/".replace(" ", "-")
    for name, data in files.items():
        clients.put(folder + name, data)
    job = clients.ended(clients.start(folder, ["es"]))
    assert job["JobStatus"] == "FAILED"
    assert why in job["Message"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        pytest.param({"folder": ""}, "InvalidRequest", id="top-level"),
        pytest.param({"targets": ["xx"]}, "UnsupportedLanguagePair", id="language"),
        pytest.param(
            {"targets": "es fr de it pt nl sv da no fi pl".split()},
            "InvalidParameterValue",
            id="11-languages",
        ),
        pytest.param(
            {"ParallelDataNames": ["none"]}, "ResourceNotFound", id="no-such-data"
        ),
        pytest.param(
            {"ParallelDataNames": ["two", "of-them"]}, "InvalidRequest", id="two-data"
        ),
        pytest.param(
            {"TerminologyNames": ["none"]}, "ResourceNotFound", id="no-such-terms"
        ),
        pytest.param({"kind": "image/png"}, "InvalidRequest", id="content-type"),
        pytest.param({"JobName": "what?"}, "Validation", id="job-name"),
        pytest.param({"ClientToken": "a b"}, "Validation", id="client-token"),
        pytest.param(
            {"OutputDataConfig": {"S3Uri": "s3://nobodys/x"}},
            "InvalidRequest",
            id="no-bucket",
        ),
        pytest.param(
            {"OutputDataConfig": {"S3Uri": "s3://Upper/x"}}, "Validation", id="uri"
        ),
        pytest.param(
            {"OutputDataConfig": {"S3Uri": "s3://elsewhere/x"}},
            "InvalidRequest",
            id="another-region",
        ),
    ],
)
def test_requests_that_cannot_become_jobs(
    clients: Clients, asked: dict[str, Any], code: str
) -> None:
    if "elsewhere" in str(asked):
        where = {"LocationConstraint": "eu-west-1"}
        abroad = connect(clients.served, region="eu-west-1").s3
        abroad.create_bucket(Bucket="elsewhere", CreateBucketConfiguration=where)
    with pytest.raises(ClientError) as caught:
        clients.start(**{"folder": "in/x/", "targets": ["es"], **asked})
    assert code_of(caught) == code


def test_languages_that_the_data_lack(clients: Clients) -> None:
    clients.import_data("only-es", "en,es\nRain,Lluvia\n")
    for more in (
        {"targets": ["es", "fr"]},
        {"targets": ["es"], "SourceLanguageCode": "de"},
    ):
        asked: dict[str, Any] = {"ParallelDataNames": ["only-es"], **more}
        with pytest.raises(ClientError) as caught:
            clients.start("in/x/", **asked)
        assert code_of(caught) == "InvalidRequest"


def test_a_token_that_comes_twice(clients: Clients) -> None:
    clients.put("in/token/a.html", "<html><p>Rain</p></html>")
    first = clients.start("in/token/", ["es"], ClientToken="once", JobName="one")
    again = clients.start("in/token/", ["es"], ClientToken="once", JobName="one")
    other = clients.start("in/token/", ["es"], ClientToken="once", JobName="two")
    assert first == again != other
    with serve(Options(dedupe=False)) as served:
        naive = connect(served)
        jobs = {naive.start("in/token/", ["es"], ClientToken="once") for _ in range(2)}
        assert len(jobs) == 2
        for job_id in jobs:
            naive.ended(job_id)
        use = served.usage()
        # The same words were paid for twice, and that is job.
        assert (use["characters"], use["repeated_characters"]) == (8, 4)


def test_jobs_are_listed_by_filters_and_by_the_page(clients: Clients) -> None:
    clients.put("in/named/a.html", "<html><p>Rain</p></html>")
    jobs = [clients.start("in/named/", ["es"], JobName="amts-named") for _ in range(3)]
    call = clients.translate.list_text_translation_jobs
    listed: list[str] = []
    request: dict[str, Any] = {"Filter": {"JobName": "amts-named"}, "MaxResults": 2}
    for _ in range(2):
        reply = call(**request)
        listed += [job["JobId"] for job in reply["TextTranslationJobPropertiesList"]]
        request["NextToken"] = reply.get("NextToken")
    assert listed == jobs[::-1]
    started = clients.ended(jobs[0])["SubmittedTime"]
    a_minute = timedelta(minutes=1)  # some releases of botocore send whole seconds
    for name, sooner, later in (("After", True, False), ("Before", False, True)):
        for when, there in ((started - a_minute, sooner), (started + a_minute, later)):
            reply = call(Filter={f"Submitted{name}Time": when}, MaxResults=500)
            ids = {job["JobId"] for job in reply["TextTranslationJobPropertiesList"]}
            assert (jobs[0] in ids) == there
    reply = call(Filter={"JobStatus": "COMPLETED"}, MaxResults=500)
    completed = reply["TextTranslationJobPropertiesList"]
    assert jobs[0] in {job["JobId"] for job in completed}
    assert {job["JobStatus"] for job in completed} == {"COMPLETED"}
    with pytest.raises(clients.translate.exceptions.InvalidFilterException):
        call(Filter={"JobName": "amts-named", "JobStatus": "FAILED"})


def test_ten_jobs_at_a_time_and_a_stop(clients: Clients) -> None:
    clients.put("in/many/a.html", "<html><p>Rain</p></html>")
    clients.served.plan([{"on": "job", "kind": "stuck", "count": 10}])
    stuck = [clients.start("in/many/", ["es"]) for _ in range(10)]
    for job_id in stuck:
        until(partial(in_state, clients, job_id, "IN_PROGRESS"))
    queued = clients.start("in/many/", ["es"])
    assert clients.describe(queued)["JobStatus"] == "SUBMITTED"
    reply = clients.translate.stop_text_translation_job(JobId=stuck[0])
    assert reply["JobStatus"] in {"STOP_REQUESTED", "STOPPED"}
    assert clients.ended(stuck[0])["JobStatus"] == "STOPPED"
    assert clients.ended(queued)["JobStatus"] == "COMPLETED"
    for job_id in stuck[1:]:
        clients.translate.stop_text_translation_job(JobId=job_id)
        assert clients.ended(job_id)["JobStatus"] == "STOPPED"
    # What has ended stays as it is.
    again = clients.translate.stop_text_translation_job(JobId=queued)
    assert again["JobStatus"] == "COMPLETED"
    clients.served.plan([])


def in_state(clients: Clients, job_id: str, status: str) -> dict[str, Any] | None:
    job = clients.describe(job_id)
    return job if job["JobStatus"] == status else None


def test_one_import_at_a_time() -> None:
    options = Options(
        buckets=(BUCKET,),
        delay=3600,
        faults=({"on": "import", "kind": "failed", "message": "No luck."},),
    )
    with serve(options) as served:
        clients = connect(served)
        uri = clients.put("data/a", "en,es\nRain,Lluvia\n")
        config = {"S3Uri": uri, "Format": "CSV"}
        create = clients.translate.create_parallel_data
        create(Name="first", ParallelDataConfig=config)
        with pytest.raises(clients.translate.exceptions.LimitExceededException):
            create(Name="second", ParallelDataConfig=config)
        changing = clients.translate.exceptions.ConcurrentModificationException
        with pytest.raises(changing):
            clients.translate.delete_parallel_data(Name="first")
        # A job does not wait for data; it cannot be started.
        with pytest.raises(ClientError) as caught:
            clients.start("in/x/", ["es"], ParallelDataNames=["first"])
        assert code_of(caught) == "InvalidRequest"
        clients.put("in/slow/a.html", "<html><p>Rain</p></html>")
        clients.start("in/slow/", ["es"])
    # It closes at once, whatever was to come.
