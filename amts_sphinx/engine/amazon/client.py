"""The way to AWS: boto3's clients, and calls that are tried again within bounds.

botocore tries an overloaded or failing service for less than a second, and takes a
broken reply for an empty one. Both are put right here, once for every call.
"""

from __future__ import annotations

import logging
import random
import time
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from urllib3.exceptions import HTTPError

from amts_sphinx.core.errors import EngineUnavailableError
from amts_sphinx.engine.amazon import errors
from amts_sphinx.engine.amazon.errors import Remedy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from amts_sphinx.core.errors import EngineError
    from amts_sphinx.engine.amazon.options import AmazonOptions

#: At DEBUG they print texts and session tokens, whoever asked for it.
_TALKATIVE: Final = ("boto3", "botocore", "s3transfer", "urllib3")
#: Seconds before the first of our own retries, and the most.
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 20.0
#: Seconds to connect, and to wait for a reply.
_CONNECT: Final = 10
_READ: Final = 60


class UncertainError(EngineUnavailableError):
    """Nobody knows whether a request was carried out, or it will be if it is sent."""


class Client:
    """The service and the bucket, as one set of options reaches them."""

    def __init__(self, options: AmazonOptions) -> None:
        self.options = options
        for name in _TALKATIVE:
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.getEffectiveLevel(), logging.INFO))

    @cached_property
    def _session(self) -> Any:
        options = self.options
        try:
            return boto3.Session(
                profile_name=options.profile or None,
                region_name=options.region or None,
            )
        except BotoCoreError as exc:
            raise errors.explain(exc, "use the AWS configuration") from exc

    @property
    def region(self) -> str:
        """Where the service is; empty if nothing says."""
        return str(self._session.region_name or "")

    @cached_property
    def _translate(self) -> Any:
        # Adaptive: a rate that the service bears, shared by all threads.
        return self._client("translate", {"mode": "adaptive", "total_max_attempts": 3})

    @cached_property
    def _once(self) -> Any:
        return self._client("translate", {"mode": "standard", "total_max_attempts": 1})

    @cached_property
    def _s3(self) -> Any:
        return self._client("s3", {"mode": "standard", "total_max_attempts": 3})

    def _client(self, service: str, retries: dict[str, object]) -> Any:
        config = Config(
            retries=retries,
            connect_timeout=_CONNECT,
            read_timeout=_READ,
            max_pool_connections=self.options.requests + 2,
            user_agent_extra="amts_sphinx",
        )
        try:
            return self._session.client(service, config=config)
        except BotoCoreError as exc:
            raise errors.explain(exc, f"reach {service}") from exc

    def connect(self) -> None:
        """Make the clients, before threads do: boto3's sessions are not for them."""
        _ = self._translate, self._s3

    def translate(
        self,
        operation: str,
        doing: str,
        *,
        needs: Collection[str] = (),
        waits: bool = False,
        **parameters: Any,
    ) -> dict[str, Any]:
        """Call the translation service.

        :param operation: as boto3 names it, ``translate_text``
        :param doing: what this is for, to be read after "cannot"
        :param needs: members of the reply without which it is none
        :param waits: whether to wait while something else is being done there
        :raises EngineError: it failed for good, or for too long
        """
        call = getattr(self._translate, operation)
        return self._persist(call, doing, needs, parameters, waits=waits)

    def translate_once(
        self, operation: str, doing: str, needs: Collection[str], **parameters: Any
    ) -> dict[str, Any]:
        """Call the translation service, and do not try again by any means.

        :raises UncertainError: it may have been done, or may be done later
        :raises EngineError: it was not done
        """
        try:
            return _attempt(getattr(self._once, operation), doing, needs, parameters)
        except _FaultError as fault:
            if fault.remedy in {Remedy.RETRY, Remedy.WAIT}:
                raise UncertainError(str(fault.error)) from fault.__cause__
            raise fault.error from fault.__cause__

    def s3(
        self,
        operation: str,
        doing: str,
        *,
        needs: Collection[str] = (),
        **parameters: Any,
    ) -> dict[str, Any]:
        """Call S3 on the bucket, if its owner is the one expected."""
        parameters["Bucket"] = self.options.bucket
        if self.options.owner:
            parameters["ExpectedBucketOwner"] = self.options.owner
        call = getattr(self._s3, operation)
        return self._persist(call, doing, needs, parameters, waits=False)

    def put(self, key: str, data: bytes, content_type: str) -> None:
        """Store an object in the bucket, encrypted."""
        key_id = self.options.kms_key
        encryption: dict[str, Any] = {"ServerSideEncryption": "AES256"}
        if key_id:
            encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id}
        self.s3(
            "put_object",
            f"store an object in the bucket {self.options.bucket}",
            needs=["ETag"],
            Key=key,
            Body=data,
            ContentType=content_type,
            **encryption,
        )

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys of the objects under *prefix*."""
        token: dict[str, Any] = {}
        while True:
            reply = self.s3(
                "list_objects_v2",
                f"list the bucket {self.options.bucket}",
                needs=["Name"],
                Prefix=prefix,
                **token,
            )
            yield from (item["Key"] for item in reply.get("Contents", ()))
            if not reply.get("IsTruncated"):
                return
            token = {"ContinuationToken": reply["NextContinuationToken"]}

    def get(self, key: str, most: int) -> bytes:
        """Return an object of the bucket.

        :param most: bytes that it may have
        :raises EngineReplyError: it has more
        :raises EngineUnavailableError: the connection broke again and again
        """
        doing = f"fetch a result from the bucket {self.options.bucket}"
        end = time.monotonic() + self.options.patience
        while True:
            reply = self.s3("get_object", doing, needs=["Body"], Key=key)
            try:
                with closing(reply["Body"]) as body:
                    data: bytes = body.read(most + 1)
            except (BotoCoreError, HTTPError, OSError) as exc:
                if time.monotonic() > end:
                    raise EngineUnavailableError(
                        f"Amazon Translate: cannot {doing}: the connection broke"
                    ) from exc
                time.sleep(_FIRST_PAUSE)
                continue
            if len(data) > most:
                raise errors.incomplete(doing, f"an end after {most} bytes")
            return data

    def delete(self, prefix: str) -> None:
        """Delete the objects under *prefix*, which is one of ours."""
        for key in list(self.keys(prefix)):
            doing = f"delete an object of the bucket {self.options.bucket}"
            self.s3("delete_object", doing, Key=key)

    def _persist(
        self,
        call: Any,
        doing: str,
        needs: Collection[str],
        parameters: dict[str, object],
        *,
        waits: bool,
    ) -> dict[str, Any]:
        """Call until it works, a person must help, or patience ends."""
        end = time.monotonic() + self.options.patience
        pause = _FIRST_PAUSE
        passing = {Remedy.RETRY} | ({Remedy.WAIT} if waits else set())
        while True:
            try:
                return _attempt(call, doing, needs, parameters)
            except _FaultError as fault:
                ended = time.monotonic() + pause > end
                if ended or fault.remedy not in passing:
                    raise fault.error from fault.__cause__
            # No two clients that failed together come back together.
            time.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, _LONGEST_PAUSE)


class _FaultError(Exception):
    """One call that failed."""

    def __init__(self, remedy: Remedy, error: EngineError) -> None:
        super().__init__(str(error))
        self.remedy = remedy
        self.error = error


def _attempt(
    call: Any, doing: str, needs: Collection[str], parameters: dict[str, Any]
) -> dict[str, Any]:
    """Call once.

    :raises _FaultError: it failed, or the reply lacks what it needs
    """
    try:
        reply: dict[str, Any] = call(**parameters)
    except errors.ERRORS as exc:
        raise _FaultError(errors.remedy(exc), errors.explain(exc, doing)) from exc
    lacking = [name for name in needs if not reply.get(name)]
    if lacking:
        error = errors.incomplete(doing, " and ".join(lacking))
        raise _FaultError(Remedy.RETRY, error)
    return reply
