"""What the resources of an account have in common.

These are names (ARNs), tags, client tokens, lists, and threads that make them.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event, RLock
from typing import TYPE_CHECKING, Any, Final, TypeVar

from amts_sphinx.endpoint.service_error import (
    ServiceError,
    invalid_parameter,
    not_found,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Item = TypeVar("Item")

#: Tags of one resource, at most.
_TAGS: Final = 50
#: Items on a page of a list, unless the request says otherwise.
_PAGE: Final = 100
#: Jobs that run at a time.
RUNNING_JOBS: Final = 10


def now() -> float:
    """Return the time as the service writes it: seconds, to the millisecond."""
    return round(time.time(), 3)


class Account:
    """An account in one region, with the tags of its resources."""

    def __init__(self, number: str, region: str) -> None:
        self.number = number
        self.region = region
        #: Held by whoever changes a resource.
        self.lock = RLock()
        self._tags: dict[str, dict[str, str]] = {}

    def arn(self, kind: str, name: str) -> str:
        """Return the full name of a resource."""
        return f"arn:aws:translate:{self.region}:{self.number}:{kind}/{name}"

    def set_tags(self, arn: str, tags: list[dict[str, str]]) -> None:
        """Give a resource these tags, and no others.

        :raises ServiceError: there are too many
        """
        if len(tags) > _TAGS:
            raise ServiceError(
                f"A resource can have {_TAGS} tags.",
                code="TooManyTagsException",
                ResourceArn=arn,
            )
        self._tags[arn] = {tag["Key"]: tag["Value"] for tag in tags}

    def forget_tags(self, arn: str) -> None:
        """Delete the tags of a resource that is deleted."""
        self._tags.pop(arn, None)

    def tag_resource(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``TagResource``."""
        with self.lock:
            tags = {
                tag["Key"]: tag for tag in (*self._listed(request), *request["Tags"])
            }
            self.set_tags(request["ResourceArn"], list(tags.values()))
        return {}

    def list_tags(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``ListTagsForResource``."""
        with self.lock:
            return {"Tags": self._listed(request)}

    def _listed(self, request: dict[str, Any]) -> list[dict[str, str]]:
        arn = request["ResourceArn"]
        if arn not in self._tags:
            what = "The resource"
            raise not_found(what)
        return [{"Key": k, "Value": v} for k, v in sorted(self._tags[arn].items())]


class ClientTokens:
    """The replies to requests that came with a client token; its owner holds a lock.

    What the service does with a token is not documented, so both ways can be had. With
    ``dedupe``, an equal request with an equal token gets the first one's reply. The
    same token with another request is another request.
    """

    def __init__(self, *, dedupe: bool) -> None:
        self._dedupe = dedupe
        self._replies: dict[str, dict[str, Any]] = {}

    def former_reply(
        self, operation: str, request: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Return the reply to an equal request that came before."""
        return self._replies.get(_key(operation, request)) if self._dedupe else None

    def keep(
        self, operation: str, request: dict[str, Any], reply: dict[str, Any]
    ) -> dict[str, Any]:
        """Keep *reply* for the next time, and return it."""
        self._replies[_key(operation, request)] = reply
        return reply


def _key(operation: str, request: dict[str, Any]) -> str:
    text = json.dumps([operation, request], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Background:
    """Threads for what goes on behind the replies, and the time that it takes.

    One import runs at a time, and ten jobs. The others wait in the order they came.
    """

    def __init__(self, delay: float) -> None:
        """Let each step take *delay* seconds at least."""
        self._delay = delay
        #: Set when the endpoint closes.
        self._closing = Event()
        self.imports = ThreadPoolExecutor(1, "import")
        self.jobs = ThreadPoolExecutor(RUNNING_JOBS, "job")
        self.deletions = ThreadPoolExecutor(1, "deletion")

    def pause(self, event: Event | None = None) -> bool:
        """Wait for the delay of a step, or until *event* or the endpoint's end.

        :returns: whether it was the event, or the end, that came
        """
        return (event or self._closing).wait(self._delay)

    def close(self) -> None:
        """Stop what has not begun, and wait for the rest."""
        self._closing.set()
        for executor in (self.imports, self.jobs, self.deletions):
            executor.shutdown(wait=True, cancel_futures=True)


def page(
    items: Sequence[Item], request: Mapping[str, Any]
) -> tuple[list[Item], dict[str, str]]:
    """Return a page of *items*, and ``NextToken`` if there are more.

    :raises ServiceError: the request's token is none of ours
    """
    token = request.get("NextToken", "0")
    if not re.fullmatch("[0-9]{1,9}", token):
        raise invalid_parameter("The NextToken is not one that this service returned.")
    start = int(token)
    end = start + request.get("MaxResults", _PAGE)
    more = {"NextToken": str(end)} if end < len(items) else {}
    return list(items[start:end]), more
