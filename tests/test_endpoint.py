"""The endpoint as boto3 uses it: texts, parallel data, terminologies, S3, errors."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from corpus_toys import ES, pairs, units
from endpoint_clients import BUCKET, Clients, connect
from waiting import PATIENCE, until

from amts_sphinx.core.errors import ConfigError
from amts_sphinx.endpoint import Options, serve
from amts_sphinx.endpoint.service import Service
from amts_sphinx.engine.amazon.jobs import WHO
from amts_sphinx.engine.aws import errors
from amts_sphinx.formats import tmx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


#: It asks no proxy, whatever the environment says.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture(scope="module")
def clients() -> Iterator[Clients]:
    """Return clients of an endpoint that is up."""
    with serve(Options(buckets=(BUCKET,))) as served:
        yield connect(served)


def refusal(call: Callable[..., object], **request: Any) -> tuple[str, int]:
    """Return the code and the HTTP status of the error that a call raises."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


MISSING = ("ResourceNotFoundException", 404)


def test_a_text_comes_back_visibly_foreign(clients: Clients) -> None:
    assert clients.text("Hello world") == "Ĥéļļļö ŵöŕļļð"
    assert clients.text("Hello world", "zh") == "南水青风"


def test_html_keeps_its_tags_and_what_is_not_to_be_translated(clients: Clients) -> None:
    text = "A <b>big</b> <span translate=no>NumPy <i>x</i></span> &lt; <br>b &amp; c"
    assert clients.text(text) == (
        'Å <b>ƀîĝ</b> <span translate="no">NumPy <i>x</i></span> &lt; <br>ƀ &amp; ç'
    )


def test_plain_text_keeps_its_lines_and_signs(clients: Clients) -> None:
    assert clients.text("  a < b\n\n& c; ") == "  å < ƀ\n\n& ç; "


def test_the_same_language_is_free(clients: Clients) -> None:
    before = clients.served.usage()["characters"]
    assert clients.text("As it is", "en") == "As it is"
    assert clients.served.usage()["characters"] == before


def test_texts_are_measured_in_bytes(clients: Clients) -> None:
    assert clients.text("雨" * 3333)
    with pytest.raises(clients.translate.exceptions.TextSizeLimitExceededException):
        clients.text("雨" * 3334)


@pytest.mark.parametrize(
    ("source", "target"), [("en", "xx"), ("en", "nb"), ("auto", "es")]
)
def test_a_language_that_is_not_known(
    clients: Clients, source: str, target: str
) -> None:
    unsupported = clients.translate.exceptions.UnsupportedLanguagePairException
    with pytest.raises(unsupported) as caught:
        clients.translate.translate_text(
            Text="Rain", SourceLanguageCode=source, TargetLanguageCode=target
        )
    response = caught.value.response
    codes = response["SourceLanguageCode"], response["TargetLanguageCode"]
    assert codes == (source, target)


@pytest.mark.parametrize(
    ("operation", "request_", "code"),
    [
        pytest.param(
            "get_parallel_data", {"Name": "a__b"}, "ValidationException", id="pattern"
        ),
        pytest.param(
            "get_parallel_data", {"Name": "a" * 257}, "ValidationException", id="length"
        ),
        pytest.param(
            "list_parallel_data",
            {"MaxResults": 501},
            "ValidationException",
            id="number",
        ),
        pytest.param(
            "list_parallel_data",
            {"NextToken": "mine"},
            "InvalidParameterValueException",
            id="next-token",
        ),
        pytest.param(
            "translate_text",
            {
                "Text": "x",
                "SourceLanguageCode": "en",
                "TargetLanguageCode": "zh-Hans",
            },
            "ValidationException",
            id="language-code",
        ),
        pytest.param(
            "import_terminology",
            {
                "Name": "n",
                "MergeStrategy": "KEEP",
                "TerminologyData": {"File": b"en,es\na,b\n", "Format": "CSV"},
            },
            "ValidationException",
            id="enumeration",
        ),
        pytest.param(
            "describe_text_translation_job",
            {"JobId": "a" * 32},
            "ResourceNotFoundException",
            id="unknown-job",
        ),
        pytest.param(
            "tag_resource",
            {"ResourceArn": "arn:x", "Tags": []},
            "ResourceNotFoundException",
            id="unknown-resource",
        ),
    ],
)
def test_requests_are_checked_against_the_model(
    clients: Clients, operation: str, request_: dict[str, Any], code: str
) -> None:
    status = 404 if code == "ResourceNotFoundException" else 400
    call = getattr(clients.translate, operation)
    assert refusal(call, **request_) == (code, status)


def test_roles_are_checked(clients: Clients) -> None:
    request: dict[str, Any] = {"folder": "in/", "targets": ["es"]}
    refused = refusal(clients.start, **request, DataAccessRoleArn="x" * 20)
    assert refused == ("ValidationException", 400)


def post(
    clients: Clients, body: bytes, path: str = "/", **headers: str
) -> tuple[int, dict[str, Any]]:
    """Send a request by hand."""
    request = urllib.request.Request(  # noqa: S310 - a fixed scheme
        clients.served.url + path,
        body,
        {name.replace("_", "-"): value for name, value in headers.items()},
    )
    try:
        with OPENER.open(request, timeout=PATIENCE) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code, json.loads(exc.read())


SERVICE = "AWSShineFrontendService_20170701"
TARGET = f"{SERVICE}.ListParallelData"
SIGNED = "AWS4-HMAC-SHA256 Credential=a/20260101/us-west-2/translate/aws4_request"


@pytest.mark.parametrize(
    ("body", "signature", "code"),
    [
        (b"{}", "", "MissingAuthenticationToken"),
        (b"{}", "AWS4-HMAC-SHA256 x", "IncompleteSignature"),
        (b"{}", SIGNED.replace("translate", "s3"), "InvalidSignature"),
        (b"{", SIGNED, "Serialization"),
        (b"[" * 100_000, SIGNED, "Serialization"),
        (b"[]", SIGNED, "Serialization"),
        (b'{"MaxResults": "1"}', SIGNED, "Serialization"),
        (b'{"MaxResults": true}', SIGNED, "Serialization"),
    ],
)
def test_what_is_not_a_signed_request(
    clients: Clients, body: bytes, signature: str, code: str
) -> None:
    headers = {"Authorization": signature, "X_Amz_Target": TARGET}
    status, content = post(clients, body, **headers)
    assert (status, content["__type"]) == (400, f"{code}Exception")


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Amz_Target": f"{SERVICE}.Sing"},
        {"X_Amz_Target": f"{SERVICE}.TranslateDocument"},
        {"X_Amz_Target": "DynamoDB_20120810.ListTables"},
        {"smithy_protocol": "rpc-v2-cbor"},
    ],
)
def test_other_operations_services_and_protocols(
    clients: Clients, headers: dict[str, str]
) -> None:
    status, content = post(clients, b"{}", **headers, Authorization=SIGNED)
    assert (status, content["__type"]) == (400, "UnknownOperationException")
    assert "This endpoint" in content["message"]


def test_web_pages_are_kept_out(clients: Clients) -> None:
    assert post(clients, b"[]", "/_amts/faults", Origin="http://evil.example")[0] == 403
    assert post(clients, b"[]", "/_amts/other")[0] == 404


def test_another_region_is_not_reported_as_a_wrong_key(clients: Clients) -> None:
    elsewhere = connect(clients.served, region="us-east-1")
    with pytest.raises(ClientError) as caught:
        elsewhere.translate.list_parallel_data()
    error = caught.value.response["Error"]
    assert error["Code"] == "WrongRegionException"
    assert "us-west-2" in error["Message"]
    assert "--region us-east-1" in error["Message"]
    # Nor does the engine, which shows codes and no messages.
    explained = str(errors.explain(caught.value, "look", WHO))
    assert "WrongRegion" in explained
    assert "secret" not in explained


def test_it_answers_503_while_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place: Any = SimpleNamespace(url=f"http://127.0.0.1:{port}", options=Options())
    during: list[tuple[str, int]] = []

    def start(*parts: Any) -> Service:
        early = connect(place)
        during.append(refusal(early.text, text="Rain"))
        during.append(refusal(early.s3.list_buckets))
        return Service(*parts)

    monkeypatch.setattr("amts_sphinx.endpoint.Service", start)
    with serve(port=port) as served:
        assert connect(served).text("Rain") == "Ŕåîññ"
        assert served.usage()["operations"]["TranslateText"]["refused"] == 1
    assert during == [("ServiceUnavailableException", 503), ("ServiceUnavailable", 503)]


CSV = """\
en,es,fr
Rain.,Lluvia.,Pluie.
Snow.,,Neige.

=SUM,x,y
Wind.,-x,y
,Nada.,Rien.
"Sun, say.","Sol.",Soleil.
"open,x,y
Two,fields
Rain.,La lluvia.,
"""


def counts(data: dict[str, Any]) -> list[int]:
    """Return how many records were imported, skipped, and failed."""
    return [data[f"{name}RecordCount"] for name in ("Imported", "Skipped", "Failed")]


def test_records_of_a_table(clients: Clients) -> None:
    data = clients.import_data("table", CSV)
    assert data["Status"] == "ACTIVE"
    assert data["SourceLanguageCode"] == "en"
    assert data["TargetLanguageCodes"] == ["es", "fr"]
    # Blank, without a source, replaced; two formulas, a quote, a number of fields.
    assert counts(data) == [3, 3, 4]
    reasons = data["Message"].split("; ")
    assert "line 5 failed: a field begins with one of + - = @" in reasons
    assert reasons[-1] == "and 2 more"


def test_fields_are_measured_in_bytes(clients: Clients) -> None:
    rows = ["en\tzh", f"a\t{'雨' * 333}", f"b\t{'雨' * 334}", f"{'c' * 1001}\t雨"]
    data = clients.import_data("long", "\n".join(rows), "TSV")
    assert counts(data) == [1, 2, 0]


def tmx_of(*tus: str) -> str:
    body = "\n".join(tus)
    return f'<tmx version="1.4"><header srclang="en"/><body>\n{body}\n</body></tmx>'


def tu(source: str, changed: str = "", **targets: str) -> str:
    date = f' changedate="{changed}"' if changed else ""
    tuvs = "".join(
        f'<tuv xml:lang="{code}"><seg>{text}</seg></tuv>'
        for code, text in {"en": source, **targets}.items()
    )
    return f"<tu{date}>{tuvs}</tu>"


def test_records_of_a_tmx(clients: Clients) -> None:
    data = clients.import_data(
        "tmx",
        tmx_of(
            tu("Rain", es="Lluvia"),
            tu('- It <bpt i="1"/>snows<ept i="1"/>', es="Nieva"),
            tu('It <bpt i="1"/>snows<ept i="1"/>', es="Nieva"),
            tu("Alone"),
            "<tu><tuv><seg>No language</seg></tuv></tu>",
            tu("Empty", es=" "),
        ),
        "TMX",
    )
    # What would be a formula in a table is none here.
    assert counts(data) == [3, 1, 2]
    assert data["TargetLanguageCodes"] == ["es"]


def job_with(clients: Clients, data: str, source: str, targets: list[str]) -> list[str]:
    """Return what a job with parallel data makes of a paragraph."""
    clients.put(f"in/{data}/a.html", f"<html><body><p>{source}</p></body></html>")
    job_id = clients.start(f"in/{data}/", targets, ParallelDataNames=[data])
    outputs = clients.outputs(clients.ended(job_id))
    pages = [outputs[f"{target}.a.html"].decode() for target in targets]
    return [page[page.index("<p>") + 3 : page.index("</p>")] for page in pages]


def test_of_units_with_one_source_only_the_last_counts(clients: Clients) -> None:
    """One unit for each language loses all languages but one."""
    data = clients.import_data(
        "apart",
        tmx_of(
            tu("It rains.", es="Llueve."),
            tu("It rains.", fr="Il pleut."),
            tu("It rains.", pt="Chove."),
        ),
        "TMX",
    )
    assert counts(data) == [1, 2, 0]
    assert data["TargetLanguageCodes"] == ["es", "fr", "pt"]
    assert "line 2 skipped: line 3 has the same source" in data["Message"]
    targets = job_with(clients, "apart", "It rains.", ["es", "fr", "pt"])
    assert targets == ["Îţ ŕåîññš.", "Îţ ŕåîññš.", "Chove."]


def test_a_unit_with_all_languages_keeps_them(clients: Clients) -> None:
    one = tu("It rains.", es="Llueve.", fr="Il pleut.", pt="Chove.")
    data = clients.import_data("together", tmx_of(one), "TMX")
    assert counts(data) == [1, 0, 0]
    targets = job_with(clients, "together", "It rains.", ["es", "fr", "pt"])
    assert targets == ["Llueve.", "Il pleut.", "Chove."]


@pytest.mark.parametrize(
    ("dates", "line"),
    [
        (("20260102T000000Z", "20260101T000000Z"), "Dos"),
        (("20260101T000000Z", "20260102T000000Z"), "Tres"),
        (("20260101T000000Z", "20260101T000000Z"), "Tres"),
        (("20260101T000000Z", ""), "Dos"),
    ],
)
def test_the_newest_unit_counts_before_the_last(
    clients: Clients, dates: tuple[str, str], line: str
) -> None:
    name = "newest-" + "-".join(date[7:8] or "0" for date in dates)
    first, second = dates
    data = clients.import_data(
        name,
        tmx_of(tu("Two", first, es="Dos", fr="Deux"), tu("Two", second, es="Tres")),
        "TMX",
    )
    assert counts(data) == [1, 1, 0]
    targets = job_with(clients, name, "Two", ["es", "fr"])
    # The other unit's French is lost with it.
    assert targets == [line, "Deux" if line == "Dos" else "Ţŵö"]


ENTITY = (
    '<!DOCTYPE tmx [<!ENTITY e "x">]><tmx version="1.4"><header srclang="en"/></tmx>'
)


@pytest.mark.parametrize(
    ("data", "form", "why"),
    [
        (b"en,es\n\xff,x\n", "CSV", "UTF-8"),
        (b"en\nRain\n", "CSV", "first row"),
        (b"en,xx\nRain,x\n", "CSV", "'xx'"),
        (b"en,es\n", "CSV", "no record"),
        (b"", "TSV", "first row"),
        (b"<tmx><header/><body><tu/></body></tmx>", "TMX", "srclang"),
        (b'<tmx><header srclang="xx"/><body/></tmx>', "TMX", "'xx'"),
        (b"<tmx><body/></tmx>", "TMX", "srclang"),
        (b"<html/>", "TMX", "<tmx>"),
        (b"<tmx", "TMX", "well-formed"),
        (ENTITY.encode(), "TMX", "entities"),
    ],
)
def test_files_that_cannot_be_imported(
    clients: Clients, data: bytes, form: str, why: str
) -> None:
    name = f"{form}-{data.hex()[:100]}"
    properties = clients.import_data(name, data, form)
    assert properties["Status"] == "FAILED"
    assert why in properties["Message"]


def test_tokens_of_parallel_data(clients: Clients) -> None:
    uri = clients.put("data/token", "en,es\nRain,Lluvia\n")
    request: dict[str, Any] = {
        "Name": "token",
        "ParallelDataConfig": {"S3Uri": uri, "Format": "CSV"},
        "ClientToken": "once",
    }
    create = clients.translate.create_parallel_data
    first, again = create(**request), create(**request)
    assert first["Status"] == again["Status"] == "CREATING"
    clients.imported("token")
    request["Description"] = "Rain"
    assert refusal(create, **request) == ("ConflictException", 409)


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"S3Uri": f"s3://{BUCKET}/data/x"}, "InvalidParameterValue"),
        ({"S3Uri": f"s3://{BUCKET}", "Format": "CSV"}, "InvalidRequest"),
        ({"S3Uri": "s3://nobodys/x", "Format": "CSV"}, "InvalidRequest"),
    ],
)
def test_places_without_parallel_data(
    clients: Clients, config: dict[str, str], code: str
) -> None:
    create = clients.translate.create_parallel_data
    refused = refusal(create, Name="bad", ParallelDataConfig=config)
    assert refused == (f"{code}Exception", 400)


def names_of_data(clients: Clients) -> set[str]:
    listed = clients.translate.list_parallel_data()["ParallelDataPropertiesList"]
    return {data["Name"] for data in listed}


def test_parallel_data_comes_and_goes(clients: Clients) -> None:
    arn = clients.import_data("once", "en,es\nRain,Lluvia\n")["Arn"]
    delete = clients.translate.delete_parallel_data
    assert delete(Name="once")["Status"] == "DELETING"
    until(lambda: None if "once" in names_of_data(clients) else {})
    assert refusal(delete, Name="once") == MISSING
    assert refusal(clients.translate.get_parallel_data, Name="once") == MISSING
    list_tags = clients.translate.list_tags_for_resource
    assert refusal(list_tags, ResourceArn=arn) == MISSING


def test_lists_come_by_the_page(clients: Clients) -> None:
    for number in range(3):
        clients.import_data(f"page-{number}", "en,es\nRain,Lluvia\n")
    names: list[str] = []
    request: dict[str, Any] = {"MaxResults": 2}
    while True:
        reply = clients.translate.list_parallel_data(**request)
        page = [data["Name"] for data in reply["ParallelDataPropertiesList"]]
        names += page
        if "NextToken" not in reply:
            break
        assert len(page) == 2
        request["NextToken"] = reply["NextToken"]
    assert names == sorted(set(names))
    assert {f"page-{number}" for number in range(3)} <= set(names)


def test_tags(clients: Clients) -> None:
    uri = clients.put("data/tagged", "en,es\nRain,Lluvia\n")
    mark = [{"Key": "book", "Value": "Rain"}]
    clients.translate.create_parallel_data(
        Name="tagged", ParallelDataConfig={"S3Uri": uri, "Format": "CSV"}, Tags=mark
    )
    arns = [clients.imported("tagged")["Arn"]]
    arns.append(import_terms(clients, "tagged", "en,es\nrain,x\n", Tags=mark)["Arn"])
    listed = clients.translate.list_tags_for_resource
    for arn in arns:
        assert listed(ResourceArn=arn)["Tags"] == mark
    tag = partial(clients.translate.tag_resource, ResourceArn=arns[0])
    tag(Tags=[{"Key": f"k{number}", "Value": ""} for number in range(49)])
    refused = refusal(tag, Tags=[{"Key": "more", "Value": ""}])
    assert refused == ("TooManyTagsException", 400)
    tag(Tags=[{"Key": "book", "Value": "Snow"}])
    tags = listed(ResourceArn=arns[0])["Tags"]
    assert len(tags) == 50
    assert {"Key": "book", "Value": "Snow"} in tags
    assert listed(ResourceArn=arns[1])["Tags"] == mark


def import_terms(
    clients: Clients, name: str, data: str | bytes, **more: Any
) -> dict[str, Any]:
    file = data.encode() if isinstance(data, str) else data
    properties: dict[str, Any] = clients.translate.import_terminology(
        Name=name,
        MergeStrategy="OVERWRITE",
        TerminologyData={"File": file, "Format": "CSV"},
        **more,
    )["TerminologyProperties"]
    return properties


def test_terms_are_enforced(clients: Clients) -> None:
    data = (
        f"en,es,fr\nrain gauge,pluviómetro,\nlogger,registrador,x\nlong,{'x' * 201},\n"
    )
    properties = import_terms(clients, "terms", data)
    assert (properties["TermCount"], properties["SkippedTermCount"]) == (3, 1)
    text = "A <b>rain gauge</b> and a Logger."
    translated = clients.text(text, TerminologyNames=["terms"])
    assert translated == "Å <b>pluviómetro</b> åñð å registrador."
    backwards = clients.translate.translate_text(
        Text="registrador",
        SourceLanguageCode="es",
        TargetLanguageCode="en",
        TerminologyNames=["terms"],
    )
    assert backwards["TranslatedText"] != "logger"


def test_terminologies_come_and_go(clients: Clients) -> None:
    names = [f"term-{number}" for number in range(3)]
    for name in names:
        properties = import_terms(clients, name, "en,es\nrain,lluvia\n")
        assert properties["Arn"].endswith(f":terminology/{name}/LATEST")
    got = clients.translate.get_terminology(Name="term-0")["TerminologyProperties"]
    assert got["TargetLanguageCodes"] == ["es"]
    # AWS's command-line tool lists them by the page without being asked.
    pages = clients.translate.get_paginator("list_terminologies")
    listed = [
        properties["Name"]
        for page in pages.paginate(PaginationConfig={"PageSize": 2})
        for properties in page["TerminologyPropertiesList"]
    ]
    assert set(names) <= set(listed)
    clients.translate.delete_terminology(Name="term-0")
    request: dict[str, Any] = {"text": "rain", "TerminologyNames": ["term-0"]}
    assert refusal(clients.text, **request) == MISSING
    request["TerminologyNames"] = ["term-1", "term-2"]
    assert refusal(clients.text, **request) == ("InvalidRequestException", 400)


@pytest.mark.parametrize(
    "data",
    [b"en\nrain\n", b"en,xx\nrain,x\n", b"en,es\n", b'en,es\n"a,b', b"\xff", b""],
)
def test_files_without_terms(clients: Clients, data: bytes) -> None:
    with pytest.raises(clients.translate.exceptions.InvalidParameterValueException):
        import_terms(clients, "bad", data)


@pytest.mark.parametrize("more", [{"Format": "TMX"}, {"Directionality": "MULTI"}])
def test_terminologies_that_are_not_imitated(
    clients: Clients, more: dict[str, str]
) -> None:
    data = {"File": b"en,es\nrain,lluvia\n", "Format": "CSV", **more}
    with pytest.raises(ClientError, match="CSV"):
        clients.translate.import_terminology(
            Name="other", MergeStrategy="OVERWRITE", TerminologyData=data
        )


def test_s3_is_there_too(clients: Clients) -> None:
    key = "some folder/ü + 1%.txt"
    clients.put(key, b"x" * 100_000)
    assert clients.get(key) == b"x" * 100_000
    head = clients.s3.head_object(Bucket=BUCKET, Key=key)
    assert head["ContentLength"] == 100_000
    missing = refusal(clients.s3.get_object, Bucket=BUCKET, Key="none")
    assert missing == ("NoSuchKey", 404)


def raw(clients: Clients, *lines: str, body: bytes = b"") -> bytes:
    """Send a request as it stands; return all that comes back."""
    host, _, port = clients.served.url.removeprefix("http://").rpartition(":")
    head = "\r\n".join([*lines, f"Host: {host}", "Connection: close", "", ""])
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(head.encode() + body)
        return b"".join(iter(partial(connection.recv, 65536), b""))


def test_bodies_that_come_in_chunks(clients: Clients) -> None:
    lines = (f"PUT /{BUCKET}/chunks HTTP/1.1", f"Authorization: {SIGNED}")
    chunked = "Transfer-Encoding: chunked"
    body = b"4\r\nRain\r\n6\r\n falls\r\n0\r\n\r\n"
    assert raw(clients, *lines, chunked, body=body).startswith(b"HTTP/1.1 200")
    assert clients.get("chunks") == b"Rain falls"
    assert b" 400 " in raw(clients, *lines, chunked, body=b"x\r\n")
    assert b" 413 " in raw(clients, *lines, "Content-Length: 999999999999")


def test_what_is_not_http(clients: Clients) -> None:
    assert b"400" in raw(clients, "What?")
    assert clients.text("Rain")


def test_a_body_is_asked_for_at_once(clients: Clients) -> None:
    lines = (f"PUT /{BUCKET}/expected HTTP/1.1", f"Authorization: {SIGNED}")
    more = ("Content-Length: 1", "Expect: 100-continue")
    reply = raw(clients, *lines, *more, body=b"x")
    assert reply.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200")


def test_an_address_of_the_other_kind() -> None:
    try:
        with serve(host="::1") as served:
            assert served.url.startswith("http://[::1]:")
            assert connect(served).text("Rain") == "Ŕåîññ"
    except ConfigError:
        pytest.skip("this machine has no IPv6")


def test_another_owner_is_refused(clients: Clients) -> None:
    request = {"Bucket": BUCKET, "Key": "owned"}
    put, get = clients.s3.put_object, clients.s3.get_object
    put(**request, Body=b"x", ExpectedBucketOwner="123456789012")
    for call, more in ((put, {"Body": b"x"}), (get, {})):
        refused = refusal(call, **request, **more, ExpectedBucketOwner="9" * 12)
        assert refused == ("AccessDenied", 403)


def test_s3_wants_signatures(clients: Clients) -> None:
    clients.put("signed", b"x")
    with pytest.raises(urllib.error.HTTPError) as caught:
        OPENER.open(f"{clients.served.url}/{BUCKET}/signed")
    with caught.value:
        assert caught.value.code == 403
    link = clients.s3.generate_presigned_url(
        "get_object", Params={"Bucket": BUCKET, "Key": "signed"}
    )
    with OPENER.open(link) as reply:
        assert reply.read() == b"x"


def test_plain_variables_lead_here(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    import boto3

    for name, value in clients.served.environment().items():
        monkeypatch.setenv(name, value)
    session = boto3.Session()
    assert (
        "TerminologyPropertiesList" in session.client("translate").list_terminologies()
    )
    names = {b["Name"] for b in session.client("s3").list_buckets()["Buckets"]}
    assert BUCKET in names


def test_what_is_billed_is_counted(tmp_path: Path) -> None:
    base = tmp_path / "base.tmx"
    tmx.write(base, units(pairs(ES, 200), ES), source_language="en")
    with serve(Options(base=base, region="us-east-1", buckets=(BUCKET,))) as served:
        clients = connect(served)
        # All models know the base.
        translated = clients.text("The big model trains a network.")
        assert translated.startswith("El modelo")
        assert clients.text("雨", "fr") == "雨"
        clients.text("雨", "fr")
        use = served.usage()
    assert use["operations"]["TranslateText"] == {
        "requests": 3,
        "refused": 0,
        "characters": 33,
    }
    assert (use["characters"], use["repeated_characters"]) == (33, 1)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"region": "mars"}, "region"),
        ({"account": "12"}, "account"),
        ({"buckets": ("A_b",)}, "bucket"),
        ({"delay": -1.0}, "delay"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        Options(**options)


def test_a_port_that_is_taken(clients: Clients) -> None:
    port = int(clients.served.url.rpartition(":")[2])
    with pytest.raises(ConfigError, match=str(port)), serve(port=port):
        pass
