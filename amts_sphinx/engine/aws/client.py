"""The way to AWS: botocore's clients, and calls that are tried again within bounds.

botocore tries an overloaded or failing service for less than a second, and takes a
broken reply for an empty one. Both are put right here, once for every call.
"""

from __future__ import annotations

import copy
import logging
from contextlib import closing
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, IncompleteReadError
from botocore.loaders import create_loader
from urllib3.exceptions import HTTPError

from amts_sphinx.core.errors import EngineUnavailableError
from amts_sphinx.engine.aws import errors
from amts_sphinx.engine.aws.clock import SYSTEM
from amts_sphinx.engine.aws.errors import Remedy
from amts_sphinx.engine.protocol import quiet

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from typing_extensions import Self

    from amts_sphinx.core.errors import EngineError
    from amts_sphinx.engine.aws.clock import Clock
    from amts_sphinx.engine.aws.service import JobService, Options, Who
    from amts_sphinx.engine.protocol import Progress

#: At DEBUG they print texts and session tokens, whoever asked for it.
_TALKATIVE: Final = ("boto3", "botocore", "s3transfer", "urllib3")
#: Seconds before the first retry, and the most.
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 20.0
#: Seconds between two lines that tell of a fault that goes on.
_MINUTE: Final = 60.0
#: Seconds to connect, and to wait for a reply.
_CONNECT: Final = 10
_READ: Final = 60


class UncertainError(EngineUnavailableError):
    """Nobody knows whether a request was carried out, or it will be if it is sent."""


class StoredObject(NamedTuple):
    """An object of the bucket."""

    data: bytes
    #: Changes with the content.
    etag: str


@cache
def _descriptions() -> Any:
    """Return what botocore knows of all services; reading it takes most of its time."""
    return create_loader()


class _Connections:
    """botocore's session, and its clients: made when they are needed, and shared."""

    def __init__(self, options: Options, who: Who) -> None:
        self._options = options
        self._who = who
        self._made: dict[tuple[str, str], Any] = {}

    @cached_property
    def session(self) -> Any:
        session = botocore.session.Session(profile=self._options.profile or None)
        session.register_component("data_loader", _descriptions())
        return session

    @cached_property
    def region(self) -> str:
        try:
            known = self._options.region or self.session.get_config_variable("region")
        except BotoCoreError as exc:
            raise errors.explain(exc, "use the AWS configuration", self._who) from exc
        return str(known or "")

    def client(self, service: str, mode: str = "standard") -> Any:
        """Return botocore's client, the same for the same service and mode.

        :param mode: ``adaptive``: a rate that the service bears, shared by all threads
        """
        if (service, mode) not in self._made:
            self._made[service, mode] = self._client(service, mode)
        return self._made[service, mode]

    def _client(self, service: str, mode: str) -> Any:
        config = Config(
            # Tried again by us alone, so that there is one patience.
            retries={"mode": mode, "total_max_attempts": 1},
            connect_timeout=_CONNECT,
            read_timeout=_READ,
            max_pool_connections=self._options.requests + 2,
            user_agent_extra="amts_sphinx",
        )
        try:
            return self.session.create_client(
                service, region_name=self.region or None, config=config
            )
        except BotoCoreError as exc:
            raise errors.explain(exc, f"reach {service}", self._who) from exc


class Client:
    """A service and its bucket, as one set of options reaches them."""

    def __init__(
        self,
        options: Options,
        service: JobService,
        clock: Clock = SYSTEM,
        tell: Progress = quiet,
    ) -> None:
        """Nothing is reached before it is called.

        :param service: whose jobs are in the bucket
        :param tell: takes a line on each fault that is borne
        """
        self.options = options
        self.service = service
        self.who = service.who
        self.clock = clock
        self._tell = tell
        self._patience = options.patience
        self._connections = _Connections(options, self.who)
        for name in _TALKATIVE:
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.getEffectiveLevel(), logging.INFO))

    def telling(self, tell: Progress) -> Self:
        """Return this client with another listener."""
        return self._twin(_tell=tell)

    def impatient(self) -> Self:
        """Return this client, trying only once."""
        return self._twin(_patience=0.0)

    def _twin(self, **changes: object) -> Self:
        """Return a client that shares the connections of this one."""
        twin = copy.copy(self)
        vars(twin).update(changes)
        return twin

    @property
    def region(self) -> str:
        """Where the service is; empty if nothing says."""
        return self._connections.region

    @property
    def patience(self) -> float:
        """Seconds that a failing request is tried again."""
        return self._patience

    def connect(self) -> None:
        """Make the client of the bucket, before threads do.

        botocore's sessions are not for threads.
        """
        self._connections.client("s3")

    def model(self, service: str) -> Any:
        """Return what botocore knows of a service: an old one does not know all."""
        return self._connections.client(service).meta.service_model

    def call(
        self,
        service: str,
        operation: str,
        doing: str,
        *,
        needs: Collection[str] = (),
        waits: bool = False,
        mode: str = "standard",
        **parameters: Any,
    ) -> dict[str, Any]:
        """Call a service.

        :param service: as boto3 names it, ``translate``
        :param operation: as boto3 names it, ``translate_text``
        :param doing: what this is for, to be read after "cannot"
        :param needs: members of the reply without which it is none
        :param waits: whether to wait while something else is being done there
        :raises EngineError: it failed for good, or for too long
        """
        call = getattr(self._connections.client(service, mode), operation)
        return self._persist(call, doing, needs, parameters, waits=waits)

    def call_once(
        self,
        service: str,
        operation: str,
        doing: str,
        needs: Collection[str],
        **parameters: Any,
    ) -> dict[str, Any]:
        """Call a service, and do not try again by any means.

        :raises UncertainError: it may have been done, or may be done later
        :raises EngineError: it was not done
        """
        call = getattr(self._connections.client(service), operation)
        try:
            return self._attempt(call, doing, needs, parameters)
        except _FaultError as fault:
            if fault.remedy in {Remedy.RETRY, Remedy.WAIT, Remedy.LIMIT}:
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
        call = getattr(self._connections.client("s3"), operation)
        return self._persist(call, doing, needs, parameters, waits=False)

    def put(self, key: str, data: bytes, content_type: str, **conditions: str) -> str:
        """Store an object in the bucket, encrypted, and return its ETag.

        :param conditions: ``IfNoneMatch`` or ``IfMatch``
        :raises ConflictError: they are not met
        """
        key_id = self.options.kms_key
        encryption: dict[str, Any] = {"ServerSideEncryption": "AES256"}
        if key_id:
            encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id}
        reply = self.s3(
            "put_object",
            f"store an object in the bucket {self.options.bucket}",
            needs=["ETag"],
            Key=key,
            Body=data,
            ContentType=content_type,
            **encryption,
            **conditions,
        )
        return str(reply["ETag"])

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

    def get(self, key: str, most: int) -> StoredObject:
        """Return an object of the bucket.

        :param most: bytes that it may have
        :raises NotThereError: there is none
        :raises EngineReplyError: it has more
        :raises EngineUnavailableError: the connection broke again and again
        """
        doing = f"fetch a result from the bucket {self.options.bucket}"
        end = self.clock.now() + self._patience
        while True:
            reply = self.s3("get_object", doing, needs=["Body", "ETag"], Key=key)
            size = min(int(reply.get("ContentLength") or 0), most + 1)
            try:
                with closing(reply["Body"]) as body:
                    data: bytes = body.read(most + 1)
                if len(data) < size:  # botocore does not notice
                    raise IncompleteReadError(
                        actual_bytes=len(data), expected_bytes=size
                    )
            except (BotoCoreError, HTTPError, OSError) as exc:
                if self.clock.now() >= end:
                    raise EngineUnavailableError(
                        f"{self.who.name}: cannot {doing}: the connection broke"
                    ) from exc
                self.clock.pause(_FIRST_PAUSE)
                continue
            if len(data) > most:
                raise errors.incomplete(doing, f"an end after {most} bytes", self.who)
            return StoredObject(data, str(reply["ETag"]))

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
        began = self.clock.now()
        end, pause, told = began + self._patience, _FIRST_PAUSE, began - _MINUTE
        passing = {Remedy.RETRY} | ({Remedy.WAIT} if waits else set())
        while True:
            try:
                return self._attempt(call, doing, needs, parameters)
            except _FaultError as fault:
                now = self.clock.now()
                if now + pause > end or fault.remedy not in passing:
                    raise fault.error from fault.__cause__
                if pause > 2 * _FIRST_PAUSE and now >= told + _MINUTE:
                    told = now
                    self._tell(f"{fault.error}; trying for {end - now:.0f} s more")
            self.clock.pause(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _attempt(
        self,
        call: Any,
        doing: str,
        needs: Collection[str],
        parameters: dict[str, Any],
    ) -> dict[str, Any]:
        """Call once.

        :raises _FaultError: it failed, or the reply lacks what it needs
        """
        try:
            reply: dict[str, Any] = call(**parameters)
        except errors.ERRORS as exc:
            error = errors.explain(exc, doing, self.who)
            raise _FaultError(errors.remedy(exc), error) from exc
        lacking = [name for name in needs if not reply.get(name)]
        if lacking:
            error = errors.incomplete(doing, " and ".join(lacking), self.who)
            raise _FaultError(Remedy.RETRY, error)
        return reply


class _FaultError(Exception):
    """One call that failed."""

    def __init__(self, remedy: Remedy, error: EngineError) -> None:
        super().__init__(str(error))
        self.remedy = remedy
        self.error = error
