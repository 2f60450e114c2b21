"""The published way by hand: boto3 alone, with the parallel data that we write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ParamValidationError
from corpus_toys import ZH, pairs, units
from waiting import until

from amts_sphinx.endpoint import Options, serve
from amts_sphinx.formats import csv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUCKET = "by-hand"
ROLE = "arn:aws:iam::123456789012:role/translate"


@pytest.fixture(scope="module")
def clients() -> Iterator[tuple[Any, Any]]:
    """Return clients of the service and of S3."""
    with serve(Options(buckets=(BUCKET,))) as endpoint:
        known = endpoint.environment()
        session = boto3.Session(
            aws_access_key_id=known["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=known["AWS_SECRET_ACCESS_KEY"],
            region_name=known["AWS_DEFAULT_REGION"],
        )
        yield tuple(
            session.client(name, endpoint_url=endpoint.url)
            for name in ("translate", "s3")
        )


def settled(state: str) -> str | None:
    return state if state in {"ACTIVE", "COMPLETED", "FAILED"} else None


def test_parallel_data_a_job_and_a_text(
    clients: tuple[Any, Any], tmp_path: Path
) -> None:
    translate, s3 = clients
    table = tmp_path / "pairs.csv"
    written = csv.write(table, units(pairs(ZH, 120), ZH), ZH)
    s3.upload_file(str(table), BUCKET, "data/pairs.csv")
    translate.create_parallel_data(
        Name="our-book",
        ParallelDataConfig={"S3Uri": f"s3://{BUCKET}/data/pairs.csv", "Format": "CSV"},
    )

    def data() -> Any:
        return translate.get_parallel_data(Name="our-book")["ParallelDataProperties"]

    assert until(lambda: settled(data()["Status"])) == "ACTIVE"
    assert data()["ImportedRecordCount"] == written.pairs

    page = b"<html><body><p>The big book reads a new network.</p></body></html>"
    s3.put_object(Bucket=BUCKET, Key="in/page.html", Body=page)
    job = translate.start_text_translation_job(
        JobName="our-book",
        InputDataConfig={"S3Uri": f"s3://{BUCKET}/in/", "ContentType": "text/html"},
        OutputDataConfig={"S3Uri": f"s3://{BUCKET}/out/"},
        DataAccessRoleArn=ROLE,
        SourceLanguageCode="en",
        TargetLanguageCodes=["zh"],
        ParallelDataNames=["our-book"],
    )["JobId"]

    def state() -> Any:
        said = translate.describe_text_translation_job(JobId=job)
        return said["TextTranslationJobProperties"]["JobStatus"]

    assert until(lambda: settled(state())) == "COMPLETED"
    keys = [
        item["Key"]
        for item in s3.list_objects_v2(Bucket=BUCKET, Prefix="out/")["Contents"]
    ]
    (key,) = [key for key in keys if key.endswith("/zh.page.html")]
    said = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()
    assert "大的书" in said.replace(" ", "")

    text = translate.translate_text(
        Text="A book.", SourceLanguageCode="en", TargetLanguageCode="zh"
    )
    assert text["TranslatedText"] not in {"", "A book."}


@pytest.mark.parametrize("wrong", ["ParallelDataNames", "TargetLanguageCodes"])
def test_a_string_in_place_of_a_list_is_refused_by_boto(
    clients: tuple[Any, Any], wrong: str
) -> None:
    asked: dict[str, Any] = {
        "InputDataConfig": {
            "S3Uri": f"s3://{BUCKET}/in/",
            "ContentType": "text/html",
        },
        "OutputDataConfig": {"S3Uri": f"s3://{BUCKET}/out/"},
        "DataAccessRoleArn": ROLE,
        "SourceLanguageCode": "en",
        "TargetLanguageCodes": ["zh"],
        wrong: "zh",
    }
    with pytest.raises(ParamValidationError, match=r"valid types: .*list.*tuple"):
        clients[0].start_text_translation_job(**asked)
