"""What the resources of an account have in common: names (ARNs) and tags."""

from __future__ import annotations

import time
from threading import RLock
from typing import Any, Final

from amts_sphinx.endpoint.service_error import ServiceError, not_found

#: Tags of one resource, at most.
_MOST: Final = 50


def now() -> float:
    """Return the time as the service tells it: seconds, to the millisecond."""
    return round(time.time(), 3)


class Resources:
    """The names of an account's resources, and the tags on them."""

    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        #: Held by whoever changes a resource.
        self.lock = RLock()
        self._tags: dict[str, dict[str, str]] = {}

    def arn(self, kind: str, name: str) -> str:
        """Return the full name of a resource."""
        return f"arn:aws:translate:{self.region}:{self.account}:{kind}/{name}"

    def open(self, arn: str, tags: list[dict[str, str]]) -> None:
        """Note a new resource and its tags.

        :raises ServiceError: there are too many tags
        """
        self._tags[arn] = _some(arn, {tag["Key"]: tag["Value"] for tag in tags})

    def close(self, arn: str) -> None:
        """Forget a resource."""
        self._tags.pop(arn, None)

    def tag(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``TagResource``."""
        with self.lock:
            arn, tags = self._find(request)
            given = {tag["Key"]: tag["Value"] for tag in request["Tags"]}
            self._tags[arn] = _some(arn, {**tags, **given})
        return {}

    def untag(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``UntagResource``."""
        with self.lock:
            _, tags = self._find(request)
            for key in request["TagKeys"]:
                tags.pop(key, None)
        return {}

    def list_tags(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ``ListTagsForResource``."""
        with self.lock:
            _, tags = self._find(request)
            return {"Tags": [{"Key": k, "Value": v} for k, v in sorted(tags.items())]}

    def _find(self, request: dict[str, Any]) -> tuple[str, dict[str, str]]:
        arn: str = request["ResourceArn"]
        if arn not in self._tags:
            what = "The resource"
            raise not_found(what)
        return arn, self._tags[arn]


def _some(arn: str, tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > _MOST:
        msg = f"A resource can have {_MOST} tags."
        # Of all errors, this one writes its message in lower case.
        raise ServiceError(msg, code="TooManyTagsException", ResourceArn=arn)
    return tags
