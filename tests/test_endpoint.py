"""The endpoint as boto3 meets it: texts, parallel data, terminologies, S3, refusals."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from corpus_toys import ES, pairs, units
from endpoint_clients import BUCKET, Clients, connect, wait

from amts_sphinx.core.errors import ConfigError
from amts_sphinx.endpoint import Options, serve
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


def refusal(call: Callable[..., object], **asked: Any) -> tuple[str, int]:
    """Return the code and the HTTP status that a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call(**asked)
    told = caught.value.response
    return told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]


def test_a_text_comes_back_visibly_foreign(clients: Clients) -> None:
    assert clients.say("Hello world") == "Ĥéļļļö ŵöŕļļð"
    assert clients.say("Hello world", "zh") == "南水青风"


def test_html_keeps_its_tags_and_what_is_not_to_be_translated(clients: Clients) -> None:
    text = "A <b>big</b> <span translate=no>NumPy <i>x</i></span> &lt; <br>b &amp; c"
    assert clients.say(text) == (
        'Å <b>ƀîĝ</b> <span translate="no">NumPy <i>x</i></span> &lt; <br>ƀ &amp; ç'
    )


def test_plain_text_keeps_its_lines_and_signs(clients: Clients) -> None:
    assert clients.say("  a < b\n\n& c; ") == "  å < ƀ\n\n& ç; "


def test_the_same_language_is_free(clients: Clients) -> None:
    before = clients.served.usage()["characters"]
    assert clients.say("As it is", "en") == "As it is"
    assert clients.served.usage()["characters"] == before


def test_texts_are_measured_in_bytes(clients: Clients) -> None:
    assert clients.say("雨" * 3333)
    with pytest.raises(clients.translate.exceptions.TextSizeLimitExceededException):
        clients.say("雨" * 3334)


@pytest.mark.parametrize("target", ["xx", "nb"])
def test_a_language_that_is_not_known(clients: Clients, target: str) -> None:
    unsupported = clients.translate.exceptions.UnsupportedLanguagePairException
    with pytest.raises(unsupported) as caught:
        clients.say("Rain", target)
    assert caught.value.response["TargetLanguageCode"] == target


def test_settings_are_applied_where_the_language_has_them(clients: Clients) -> None:
    asked: dict[str, Any] = {"Text": "Rain", "SourceLanguageCode": "en"}
    settings = {"Formality": "FORMAL", "Profanity": "MASK", "Brevity": "ON"}
    for target, applied in (
        ("de", settings),
        ("vi", {}),
        ("zh", {"Profanity": "MASK"}),
    ):
        said = clients.translate.translate_text(
            **asked, TargetLanguageCode=target, Settings=settings
        )
        assert said["AppliedSettings"] == applied


def test_documents_at_once(clients: Clients) -> None:
    asked: dict[str, Any] = {"SourceLanguageCode": "en", "TargetLanguageCode": "zh"}
    call = clients.translate.translate_document
    html = b"<html><body><p>Rain</p></body></html>"
    document = {"Content": html, "ContentType": "text/html"}
    said = call(**asked, Document=document)["TranslatedDocument"]["Content"]
    assert said.startswith(b"<html><body><p>")
    assert b"Rain" not in said
    for wrong, code in (
        ({"Content": b"x" * 100_001, "ContentType": "text/plain"}, "LimitExceeded"),
        ({"Content": b"\xff", "ContentType": "text/plain"}, "InvalidRequest"),
        ({"Content": b"x", "ContentType": "image/png"}, "InvalidRequest"),
    ):
        refused = refusal(call, **asked, Document=wrong)
        assert refused == (f"{code}Exception", 400)
    formal = {"Document": document, "Settings": {"Formality": "FORMAL"}}
    assert refusal(call, **asked, **formal)[0] == "InvalidRequestException"


@pytest.mark.parametrize(
    ("operation", "asked", "code"),
    [
        pytest.param(
            "get_parallel_data", {"Name": "a__b"}, "ValidationException", id="pattern"
        ),
        pytest.param(
            "get_parallel_data", {"Name": "a" * 257}, "ValidationException", id="length"
        ),
        pytest.param(
            "list_languages",
            {"DisplayLanguageCode": "xx"},
            "UnsupportedDisplayLanguageCodeException",
            id="display-language",
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
def test_requests_are_held_against_the_model(
    clients: Clients, operation: str, asked: dict[str, Any], code: str
) -> None:
    status = 404 if code == "ResourceNotFoundException" else 400
    assert refusal(getattr(clients.translate, operation), **asked) == (code, status)


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
        with OPENER.open(request, timeout=10) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as exc:
        with exc:
            return exc.code, json.loads(exc.read())


TARGET = "AWSShineFrontendService_20170701.ListLanguages"
SIGNED = "AWS4-HMAC-SHA256 Credential=a/20260101/us-west-2/translate/aws4_request"


@pytest.mark.parametrize(
    ("body", "signature", "code"),
    [
        (b"{}", "", "MissingAuthenticationToken"),
        (b"{}", "AWS4-HMAC-SHA256 x", "IncompleteSignature"),
        (b"{}", SIGNED.replace("translate", "s3"), "InvalidSignature"),
        (b"{", SIGNED, "Serialization"),
        (b"[]", SIGNED, "Serialization"),
        (b'{"MaxResults": "1"}', SIGNED, "Serialization"),
        (b'{"MaxResults": true}', SIGNED, "Serialization"),
    ],
)
def test_what_is_not_a_signed_request(
    clients: Clients, body: bytes, signature: str, code: str
) -> None:
    headers = {"Authorization": signature, "X_Amz_Target": TARGET}
    status, said = post(clients, body, **headers)
    assert (status, said["__type"]) == (400, f"{code}Exception")


@pytest.mark.parametrize(
    "target", ["AWSShineFrontendService_20170701.Sing", "DynamoDB_20120810.ListTables"]
)
def test_another_operation(clients: Clients, target: str) -> None:
    status, said = post(clients, b"{}", X_Amz_Target=target)
    assert (status, said["__type"]) == (400, "UnknownOperationException")


def test_the_other_protocol(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore import model

    cbor = "smithy-rpc-v2-cbor"
    if cbor not in clients.translate.meta.service_model.metadata.get("protocols", ()):
        pytest.skip("this botocore does not know it")
    protocols = (cbor, *model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS)
    monkeypatch.setattr(model, "PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", protocols)
    other = connect(clients.served)
    sent: list[str] = []
    other.translate.meta.events.register(
        "before-send.translate", lambda request, **_: sent.append(request.url)
    )
    assert other.say("Hello world") == "Ĥéļļļö ŵöŕļļð"
    assert sent[0].endswith("/operation/TranslateText")
    assert other.import_data("cbor", "en,es\nRain,Lluvia\n")["Status"] == "ACTIVE"
    told = import_terms(other, "cbor", "en,es\nrain,lluvia\n")
    assert told["SizeBytes"] == len("en,es\nrain,lluvia\n")
    json_told = clients.translate.get_terminology(Name="cbor")["TerminologyProperties"]
    assert told["CreatedAt"] == json_told["CreatedAt"]
    document = {"Content": b"a\nb", "ContentType": "text/plain"}
    said = other.translate.translate_document(
        Document=document, SourceLanguageCode="en", TargetLanguageCode="es"
    )
    assert said["TranslatedDocument"]["Content"].decode() == "å\nƀ"
    missing = refusal(other.translate.get_parallel_data, Name="none")
    assert missing == ("ResourceNotFoundException", 404)
    clients.served.plan([{"on": "ListLanguages", "kind": "error", "status": 503}])
    refused = refusal(other.translate.list_languages)
    assert refused == ("InternalServerException", 503)


def test_web_pages_are_kept_out(clients: Clients) -> None:
    assert post(clients, b"[]", "/_amts/faults", Origin="http://evil.example")[0] == 403
    assert post(clients, b"[]", "/_amts/other")[0] == 404


def test_a_region_that_is_not_the_services(clients: Clients) -> None:
    elsewhere = connect(clients.served, region="us-east-1")
    refused = refusal(elsewhere.translate.list_languages)
    assert refused == ("InvalidSignatureException", 400)


def test_languages_come_by_the_page(clients: Clients) -> None:
    found: list[str] = []
    asked: dict[str, Any] = {"MaxResults": 30}
    for pages in (1, 2, 3):
        said = clients.translate.list_languages(**asked)
        found += [language["LanguageCode"] for language in said["Languages"]]
        assert ("NextToken" in said) == (pages < 3)
        asked["NextToken"] = said.get("NextToken")
    assert len(found) == len(set(found)) == 76
    assert {"auto", "zh-TW", "no"} <= set(found)


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


def test_records_of_a_table(clients: Clients) -> None:
    told = clients.import_data("table", CSV)
    assert told["Status"] == "ACTIVE"
    assert (told["SourceLanguageCode"], told["TargetLanguageCodes"]) == (
        "en",
        ["es", "fr"],
    )
    counts = [told[f"{name}RecordCount"] for name in ("Imported", "Skipped", "Failed")]
    # Blank, without a source, replaced; two formulas, a quote, a number of fields.
    assert counts == [3, 3, 4]
    got = clients.translate.get_parallel_data(Name="table")
    with OPENER.open(got["AuxiliaryDataLocation"]["Location"]) as reply:
        report = json.loads(reply.read())
    assert report["summary"] == {"record_error_count": 4, "record_skipped_count": 3}
    assert {"content": "line 5", "message": "a field begins with one of + - = @"} in (
        report["messages"]
    )
    with OPENER.open(got["DataLocation"]["Location"]) as reply:
        assert reply.read() == CSV.encode()


def test_fields_are_measured_in_bytes(clients: Clients) -> None:
    rows = ["en\tzh", f"a\t{'雨' * 333}", f"b\t{'雨' * 334}", f"{'c' * 1001}\t雨"]
    told = clients.import_data("long", "\n".join(rows), "TSV")
    assert (told["ImportedRecordCount"], told["SkippedRecordCount"]) == (1, 2)


TMX = """\
<tmx version="1.4"><header srclang="en"/><body>
<tu changedate="20260102T000000Z"><tuv xml:lang="en"><seg>Rain</seg></tuv>
 <tuv xml:lang="es"><seg>Nueva</seg></tuv></tu>
<tu changedate="20260101T000000Z"><tuv xml:lang="en"><seg>Rain</seg></tuv>
 <tuv xml:lang="es"><seg>Vieja</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>- It <bpt i="1"/>snows<ept i="1"/></seg></tuv>
 <tuv xml:lang="es"><seg>Nieva</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>It <bpt i="1"/>snows<ept i="1"/></seg></tuv>
 <tuv xml:lang="es"><seg>Nieva</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg>Alone</seg></tuv></tu>
<tu><tuv><seg>No language</seg></tuv></tu>
</body></tmx>"""


def test_records_of_a_tmx(clients: Clients) -> None:
    told = clients.import_data("tmx", TMX, "TMX")
    counts = [told[f"{name}RecordCount"] for name in ("Imported", "Skipped", "Failed")]
    # What would be a formula in a table is none here.
    assert counts == [3, 1, 2]
    assert told["TargetLanguageCodes"] == ["es"]


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
        (b"<tmx><header/><body/></tmx>", "TMX", "not supported"),
        (b"<tmx><body/></tmx>", "TMX", "srclang"),
        (b"<html/>", "TMX", "<tmx>"),
        (b"<tmx", "TMX", "well-formed"),
        (ENTITY.encode(), "TMX", "entities"),
    ],
)
def test_files_that_cannot_be_imported(
    clients: Clients, data: bytes, form: str, why: str
) -> None:
    name = f"{form}-{data.hex()[:60]}"
    told = clients.import_data(name, data, form)
    assert told["Status"] == "FAILED"
    assert why in told["Message"]


def test_an_update_keeps_the_former_until_it_succeeds(clients: Clients) -> None:
    clients.import_data("up", "en,es\nRain,Lluvia\n")
    bad = clients.put("data/up-bad", "en,xx\n")
    good = clients.put("data/up-good", "en,fr\nRain,Pluie\nSnow,Neige\n")
    update = clients.translate.update_parallel_data
    said = update(Name="up", ParallelDataConfig={"S3Uri": bad, "Format": "CSV"})
    assert (said["Status"], said["LatestUpdateAttemptStatus"]) == ("ACTIVE", "UPDATING")
    told = clients.settled("up")
    assert (told["Status"], told["LatestUpdateAttemptStatus"]) == ("ACTIVE", "FAILED")
    assert told["TargetLanguageCodes"] == ["es"]
    update(Name="up", ParallelDataConfig={"S3Uri": good, "Format": "CSV"})
    told = clients.settled("up")
    assert told["LatestUpdateAttemptStatus"] == "ACTIVE"
    assert (told["TargetLanguageCodes"], told["ImportedRecordCount"]) == (["fr"], 2)


def names_of_data(clients: Clients) -> set[str]:
    listed = clients.translate.list_parallel_data()["ParallelDataPropertiesList"]
    return {told["Name"] for told in listed}


def test_tokens_of_parallel_data(clients: Clients) -> None:
    uri = clients.put("data/token", "en,es\nRain,Lluvia\n")
    asked: dict[str, Any] = {
        "Name": "token",
        "ParallelDataConfig": {"S3Uri": uri, "Format": "CSV"},
        "ClientToken": "once",
    }
    first = clients.translate.create_parallel_data(**asked)
    again = clients.translate.create_parallel_data(**asked)
    assert first["Status"] == again["Status"] == "CREATING"
    clients.settled("token")
    asked["Description"] = "Rain"
    assert refusal(clients.translate.create_parallel_data, **asked)[1] == 409
    when = clients.translate.update_parallel_data(**asked)["LatestUpdateAttemptAt"]
    clients.settled("token")
    again = clients.translate.update_parallel_data(**asked)
    assert again["LatestUpdateAttemptAt"] == when
    assert clients.settled("token")["Description"] == "Rain"
    for wrong in ({"S3Uri": uri}, {"S3Uri": f"s3://{BUCKET}", "Format": "CSV"}):
        bad = {"Name": "bad", "ParallelDataConfig": wrong}
        assert refusal(clients.translate.create_parallel_data, **bad)[1] == 400


def test_names_of_parallel_data(clients: Clients) -> None:
    clients.import_data("once", "en,es\nRain,Lluvia\n")
    config = {"S3Uri": f"s3://{BUCKET}/data/once", "Format": "CSV"}
    create = clients.translate.create_parallel_data
    taken = refusal(create, Name="once", ParallelDataConfig=config)
    assert taken == ("ConflictException", 409)
    nowhere = {"S3Uri": "s3://nobodys/x", "Format": "CSV"}
    refused = refusal(create, Name="twice", ParallelDataConfig=nowhere)
    assert refused == ("InvalidRequestException", 400)
    assert clients.translate.delete_parallel_data(Name="once")["Status"] == "DELETING"
    missing = ("ResourceNotFoundException", 404)
    wait(lambda: None if "once" in names_of_data(clients) else {})
    assert refusal(clients.translate.delete_parallel_data, Name="once") == missing


def test_lists_come_by_the_page(clients: Clients) -> None:
    for number in range(3):
        clients.import_data(f"page-{number}", "en,es\nRain,Lluvia\n")
    names: list[str] = []
    asked: dict[str, Any] = {"MaxResults": 2}
    while True:
        said = clients.translate.list_parallel_data(**asked)
        names += [told["Name"] for told in said["ParallelDataPropertiesList"]]
        assert len(said["ParallelDataPropertiesList"]) <= 2
        if "NextToken" not in said:
            break
        asked["NextToken"] = said["NextToken"]
    assert names == sorted(set(names))
    assert {f"page-{number}" for number in range(3)} <= set(names)


def test_tags(clients: Clients) -> None:
    uri = clients.put("data/tagged", "en,es\nRain,Lluvia\n")
    clients.translate.create_parallel_data(
        Name="tagged",
        ParallelDataConfig={"S3Uri": uri, "Format": "CSV"},
        Tags=[{"Key": "book", "Value": "Rain"}],
    )
    arn = clients.settled("tagged")["Arn"]
    tags = [{"Key": f"k{number}", "Value": ""} for number in range(49)]
    clients.translate.tag_resource(ResourceArn=arn, Tags=tags)
    more = {"ResourceArn": arn, "Tags": [{"Key": "more", "Value": ""}]}
    refused = refusal(clients.translate.tag_resource, **more)
    assert refused == ("TooManyTagsException", 400)
    keys = [tag["Key"] for tag in tags]
    clients.translate.untag_resource(ResourceArn=arn, TagKeys=keys)
    said = clients.translate.list_tags_for_resource(ResourceArn=arn)
    assert said["Tags"] == [{"Key": "book", "Value": "Rain"}]


def import_terms(clients: Clients, name: str, data: str, **more: str) -> dict[str, Any]:
    told: dict[str, Any] = clients.translate.import_terminology(
        Name=name,
        MergeStrategy="OVERWRITE",
        TerminologyData={"Format": "CSV", **more, "File": data.encode()},
    )["TerminologyProperties"]
    return told


def test_terms_are_enforced(clients: Clients) -> None:
    data = (
        f"en,es,fr\nrain gauge,pluviómetro,\nlogger,registrador,x\nlong,{'x' * 201},\n"
    )
    told = import_terms(clients, "terms", data)
    assert (told["TermCount"], told["SkippedTermCount"]) == (3, 1)
    text = "A <b>rain gauge</b> and a Logger."
    said = clients.translate.translate_text(
        Text=text,
        SourceLanguageCode="en",
        TargetLanguageCode="es",
        TerminologyNames=["terms"],
    )
    assert said["TranslatedText"] == "Å <b>pluviómetro</b> åñð å registrador."
    assert said["AppliedTerminologies"] == [
        {
            "Name": "terms",
            "Terms": [
                {"SourceText": "logger", "TargetText": "registrador"},
                {"SourceText": "rain gauge", "TargetText": "pluviómetro"},
            ],
        }
    ]


def test_terminologies_in_other_formats(clients: Clients) -> None:
    for form, data in (("TMX", TMX), ("TSV", "en\tes\nRain\tNueva\n")):
        told = import_terms(clients, form, data, Format=form)
        assert told["TargetLanguageCodes"] == ["es"]
        assert clients.say("Rain", TerminologyNames=[form]) in {"Nueva", "Vieja"}
    for form, data in (("TMX", "<tmx"), ("CSV", 'en,es\n"a,b')):
        with pytest.raises(clients.translate.exceptions.InvalidParameterValueException):
            import_terms(clients, "bad", data, Format=form)
    other = {"Name": "TSV", "TerminologyDataFormat": "TMX"}
    refused = refusal(clients.translate.get_terminology, **other)
    assert refused == ("InvalidParameterValueException", 400)


def test_terminologies_come_and_go(clients: Clients) -> None:
    told = import_terms(
        clients, "multi", "en,es\nrain,lluvia\n", Directionality="MULTI"
    )
    assert told["Arn"].endswith(":terminology/multi/LATEST")
    text = {"Text": "lluvia", "SourceLanguageCode": "es", "TargetLanguageCode": "en"}
    say = clients.translate.translate_text
    assert say(**text, TerminologyNames=["multi"])["TranslatedText"] == "rain"
    got = clients.translate.get_terminology(Name="multi")
    with OPENER.open(got["TerminologyDataLocation"]["Location"]) as reply:
        assert reply.read() == b"en,es\nrain,lluvia\n"
    listed = clients.translate.list_terminologies()["TerminologyPropertiesList"]
    assert "multi" in {one["Name"] for one in listed}
    clients.translate.delete_terminology(Name="multi")
    missing = ("ResourceNotFoundException", 404)
    assert refusal(say, **text, TerminologyNames=["multi"]) == missing
    two = refusal(say, **text, TerminologyNames=["multi", "terms"])
    assert two == ("InvalidRequestException", 400)
    for data in ("en\nrain\n", "en,xx\nrain,x\n", "en,es\n"):
        with pytest.raises(clients.translate.exceptions.InvalidParameterValueException):
            import_terms(clients, "bad", data)


def test_s3_is_there_too(clients: Clients) -> None:
    key = "some folder/ü + 1%.txt"
    clients.put(key, b"x" * 100_000)
    assert clients.get(key) == b"x" * 100_000
    assert refusal(clients.s3.get_object, Bucket=BUCKET, Key="none") == (
        "NoSuchKey",
        404,
    )


def raw(clients: Clients, *lines: str, body: bytes = b"") -> bytes:
    """Send a request as it stands; return all that comes back."""
    host, _, port = clients.served.url.removeprefix("http://").rpartition(":")
    head = "\r\n".join([*lines, f"Host: {host}", "Connection: close", "", ""])
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head.encode() + body)
        return b"".join(iter(partial(connection.recv, 65536), b""))


def test_bodies_that_come_in_chunks(clients: Clients) -> None:
    lines = (f"PUT /{BUCKET}/chunks HTTP/1.1", f"Authorization: {SIGNED}")
    chunked = "Transfer-Encoding: chunked"
    body = b"4\r\nRain\r\n6;x=y\r\n falls\r\n0\r\nTrailer: x\r\n\r\n"
    assert raw(clients, *lines, chunked, body=body).startswith(b"HTTP/1.1 200")
    assert clients.get("chunks") == b"Rain falls"
    assert b" 400 " in raw(clients, *lines, chunked, body=b"x\r\n")
    for length in ("-1", "999999999999"):
        assert b" 413 " in raw(clients, *lines, f"Content-Length: {length}")


def test_what_is_not_http(clients: Clients) -> None:
    assert b"400" in raw(clients, "What?")
    assert clients.say("Rain")


def test_a_body_is_asked_for_at_once(clients: Clients) -> None:
    lines = (f"PUT /{BUCKET}/expected HTTP/1.1", f"Authorization: {SIGNED}")
    more = ("Content-Length: 1", "Expect: 100-continue")
    said = raw(clients, *lines, *more, body=b"x")
    assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200")


def test_an_address_of_the_other_kind() -> None:
    try:
        with serve(host="::1") as served:
            assert served.url.startswith("http://[::1]:")
            assert connect(served).say("Rain") == "Ŕåîññ"
    except ConfigError:
        pytest.skip("this machine has no IPv6")


def test_another_owner_is_refused(clients: Clients) -> None:
    asked = {"Bucket": BUCKET, "Key": "owned"}
    put, get = clients.s3.put_object, clients.s3.get_object
    put(**asked, Body=b"x", ExpectedBucketOwner="123456789012")
    for call, more in ((put, {"Body": b"x"}), (get, {})):
        refused = refusal(call, **asked, **more, ExpectedBucketOwner="9" * 12)
        assert refused == ("AccessDenied", 403)


def test_s3_wants_signatures(clients: Clients) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        OPENER.open(f"{clients.served.url}/{BUCKET}/data/table")
    with caught.value:
        assert caught.value.code == 403


def test_plain_variables_lead_here(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    import boto3

    for name, value in clients.served.environment().items():
        monkeypatch.setenv(name, value)
    session = boto3.Session()
    assert session.client("translate").list_languages()["Languages"]
    names = {b["Name"] for b in session.client("s3").list_buckets()["Buckets"]}
    assert BUCKET in names


def test_what_is_billed_is_counted(tmp_path: Path) -> None:
    base = tmp_path / "base.tmx"
    tmx.write(base, units(pairs(ES, 200), ES), source_language="en")
    with serve(Options(base=base, region="us-east-1", buckets=(BUCKET,))) as served:
        clients = connect(served)
        # The base is the generic model: these words it knows.
        assert clients.say("The big model trains a network.").startswith("El modelo")
        assert clients.say("雨", "fr") == "雨"
        clients.say("雨", "fr")
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


def test_roles_are_looked_at(clients: Clients) -> None:
    refused = refusal(
        clients.start, folder="in/", targets=["es"], DataAccessRoleArn="x" * 20
    )
    assert refused == ("ValidationException", 400)
