"""The service's two protocols: JSON 1.1 and Smithy's RPC v2 in CBOR.

Clients speak JSON today; botocore's model names CBOR first, and others may follow it.
"""

from __future__ import annotations

import base64
import json
import uuid
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx.endpoint import cbor, service_model
from amts_sphinx.endpoint.http import HttpReply
from amts_sphinx.endpoint.service_error import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from http import HTTPStatus

    from amts_sphinx.endpoint.http import Request

Headers = tuple[tuple[str, str], ...]

_PATH: Final = f"/service/{service_model.TARGET}/operation/"


class Wire(NamedTuple):
    """A protocol."""

    content_type: str
    decode: Callable[[bytes], Any]
    encode: Callable[[Any], bytes]
    headers: Headers = ()

    def read(self, body: bytes) -> Any:
        """Return what a request says.

        :raises ServiceError: it is not in this protocol
        """
        try:
            return self.decode(body) if body else {}
        except (TypeError, ValueError, RecursionError) as exc:
            raise ServiceError(
                f"The request is not {self.content_type}.",
                code="SerializationException",
            ) from exc

    def reply(self, status: int, said: Any, more: Headers = ()) -> HttpReply:
        """Return a reply that says *said*."""
        headers = (
            ("Content-Type", self.content_type),
            ("x-amzn-RequestId", str(uuid.uuid4())),
            *self.headers,
            *more,
        )
        return HttpReply(status, self.encode(said), headers)

    def refuse(self, error: ServiceError) -> HttpReply:
        """Return a reply that tells of an error."""
        said = {"__type": error.code, "message": error.message, **error.members}
        return self.reply(
            error.status or service_model.status_of(error.code), said, error.headers
        )


def _to_json(value: Any) -> bytes:
    return json.dumps(value, default=_in_base64).encode()


def _in_base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


JSON: Final = Wire("application/x-amz-json-1.1", json.loads, _to_json)
CBOR: Final = Wire(
    "application/cbor", cbor.decode, cbor.encode, (("smithy-protocol", "rpc-v2-cbor"),)
)


def addressed(request: Request) -> tuple[Wire, str] | None:
    """Return the protocol and the operation of a request to the service.

    ``None`` is for a request to somebody else; the operation is empty if it is one of
    another service.
    """
    if request.header("smithy-protocol") == "rpc-v2-cbor":
        path = request.path
        return CBOR, path.removeprefix(_PATH) if path.startswith(_PATH) else ""
    target = request.header("X-Amz-Target")
    if not target:
        return None
    service, _, name = target.partition(".")
    return JSON, name if service == service_model.TARGET else ""


def json_page(status: HTTPStatus, said: Any) -> HttpReply:
    """Return a page for people and tests."""
    body = json.dumps(said, indent=1).encode()
    return HttpReply(status, body, (("Content-Type", "application/json"),))
