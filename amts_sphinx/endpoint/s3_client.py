"""The service's own way to S3: it reads what it is to translate and writes the rest."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from amts_sphinx.endpoint.service_error import invalid_request

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Bytes of an input file of parallel data, or of all documents of a job.
LARGEST: Final = 5 * 1024**3


class S3Location(NamedTuple):
    """A bucket, and a key or what keys begin with."""

    bucket: str
    key: str

    @classmethod
    def of(cls, uri: str) -> S3Location:
        """Return what an ``s3://`` address names."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return cls(bucket, key)


class S3Object(NamedTuple):
    """An object in a folder."""

    key: str
    #: Bytes.
    size: int


class S3Client:
    """S3 as the service itself uses it. Planned faults do not happen to it."""

    def __init__(self, url: str, region: str, secret: str) -> None:
        """Connect to the endpoint *url*.

        :param secret: by it the endpoint tells these requests from those of clients
        """
        self._region = region
        self._s3: Any = boto3.Session().client(
            "s3",
            endpoint_url=url,
            region_name=region,
            aws_access_key_id="endpoint",
            aws_secret_access_key="endpoint",  # noqa: S106 - nobody checks it
            config=Config(
                user_agent_extra=f"endpoint/{secret}",
                s3={"addressing_style": "path"},
                # The environment's proxies and the like do not apply here.
                proxies={},
                use_dualstack_endpoint=False,
                use_fips_endpoint=False,
                retries={"mode": "standard", "total_max_attempts": 2},
            ),
        )

    def create(self, bucket: str) -> None:
        """Make a bucket in the service's region, unless it is there."""
        configuration = {"LocationConstraint": self._region}
        # The oldest region is the one that cannot be named.
        more = (
            {}
            if self._region == "us-east-1"
            else {"CreateBucketConfiguration": configuration}
        )
        with suppress(self._s3.exceptions.BucketAlreadyOwnedByYou):
            self._s3.create_bucket(Bucket=bucket, **more)

    def check(self, location: S3Location) -> None:
        """Refuse a bucket that is not there, or is in another region.

        :raises ServiceError: the bucket cannot be used
        """
        try:
            reply = self._s3.get_bucket_location(Bucket=location.bucket)
        except ClientError as exc:
            raise invalid_request(
                f"The bucket {location.bucket} cannot be accessed."
            ) from exc
        region = reply.get("LocationConstraint") or "us-east-1"
        if region != self._region:
            raise invalid_request(
                f"The bucket {location.bucket} is in the region {region}, but must be"
                f" in {self._region}, the region of this service."
            )

    def list(self, location: S3Location) -> Iterator[S3Object]:
        """Yield the objects whose keys begin as *location* says."""
        pages = self._s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=location.bucket, Prefix=location.key):
            for entry in page.get("Contents", ()):
                yield S3Object(entry["Key"], entry["Size"])

    def read(self, location: S3Location) -> bytes | None:
        """Return an object, or None if it is not there."""
        try:
            reply = self._s3.get_object(Bucket=location.bucket, Key=location.key)
            data: bytes = reply["Body"].read()
        except (ClientError, BotoCoreError):
            return None
        return data

    def write(self, location: S3Location, data: bytes) -> None:
        """Write an object."""
        self._s3.put_object(Bucket=location.bucket, Key=location.key, Body=data)

    def close(self) -> None:
        """Close the connections."""
        self._s3.close()
