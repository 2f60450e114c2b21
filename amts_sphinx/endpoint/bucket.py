"""The service's own way to S3: it reads what it is to translate and leaves the rest."""

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
#: Seconds that a link may be used.
_LINK: Final = 1800


class S3Location(NamedTuple):
    """A bucket, and what its keys begin with."""

    bucket: str
    key: str

    @classmethod
    def of(cls, uri: str) -> S3Location:
        """Return what an ``s3://`` address names."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return cls(bucket, key)


class Stored(NamedTuple):
    """An object in a folder."""

    key: str
    #: Bytes.
    size: int


class Buckets:
    """S3 as the service itself uses it; planned faults do not meet it."""

    def __init__(self, url: str, region: str, account: str, secret: str) -> None:
        """Connect to the endpoint *url*.

        :param secret: by it the endpoint tells these requests from those of clients
        """
        self.region = region
        self._reserved = f"amts-endpoint-{account}"
        self._s3: Any = boto3.Session().client(
            "s3",
            endpoint_url=url,
            region_name=region,
            aws_access_key_id="endpoint",
            aws_secret_access_key="endpoint",  # noqa: S106 - nobody checks it
            config=Config(
                user_agent_extra=f"endpoint/{secret}",
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                # Whatever the environment says of proxies and the like is not for us.
                proxies={},
                use_dualstack_endpoint=False,
                use_fips_endpoint=False,
                retries={"mode": "standard", "total_max_attempts": 2},
            ),
        )

    def create(self, name: str) -> None:
        """Make a bucket in the service's region, if there is none."""
        # The oldest region is the one that cannot be named.
        where = {"LocationConstraint": self.region}
        told = (
            {} if self.region == "us-east-1" else {"CreateBucketConfiguration": where}
        )
        with suppress(self._s3.exceptions.BucketAlreadyOwnedByYou):
            self._s3.create_bucket(Bucket=name, **told)

    def check(self, place: S3Location) -> None:
        """Refuse a bucket that is not there, or is in another region.

        :raises ServiceError: the bucket cannot be used
        """
        try:
            found = self._s3.get_bucket_location(Bucket=place.bucket)
        except ClientError as exc:
            raise invalid_request(
                f"The bucket {place.bucket} cannot be accessed."
            ) from exc
        region = found.get("LocationConstraint") or "us-east-1"
        if region != self.region:
            raise invalid_request(
                f"The bucket {place.bucket} is in the region {region}, but must be in"
                f" {self.region}, the region of this service."
            )

    def list(self, place: S3Location) -> Iterator[Stored]:
        """Yield the objects whose keys begin as *place* says."""
        pages = self._s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=place.bucket, Prefix=place.key):
            for found in page.get("Contents", ()):
                yield Stored(found["Key"], found["Size"])

    def read(self, place: S3Location) -> bytes | None:
        """Return an object, or None if it is not there."""
        try:
            found = self._s3.get_object(Bucket=place.bucket, Key=place.key)
            data: bytes = found["Body"].read()
        except (ClientError, BotoCoreError):
            return None
        return data

    def write(self, place: S3Location, data: bytes) -> None:
        """Write an object."""
        self._s3.put_object(Bucket=place.bucket, Key=place.key, Body=data)

    def keep(self, key: str, data: bytes) -> str:
        """Keep something in a bucket of the service's own; return a link to it."""
        place = S3Location(self._reserved, key)
        self.create(self._reserved)
        self.write(place, data)
        return self.link(place)

    def link(self, place: S3Location) -> str:
        """Return an address by which an object can be read for half an hour."""
        told = {"Bucket": place.bucket, "Key": place.key}
        link: str = self._s3.generate_presigned_url(
            "get_object", Params=told, ExpiresIn=_LINK
        )
        return link

    def close(self) -> None:
        """Close the connections."""
        self._s3.close()
