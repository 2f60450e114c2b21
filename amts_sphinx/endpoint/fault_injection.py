"""What a planned fault makes of a request and of its reply."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.endpoint import fault_damage, s3
from amts_sphinx.endpoint.fault_plan import ON_TEXTS
from amts_sphinx.endpoint.http import Ending, HttpReply
from amts_sphinx.endpoint.service_error import ServiceError

if TYPE_CHECKING:
    from threading import Event

    from amts_sphinx.endpoint.fault_plan import Fault
    from amts_sphinx.endpoint.protocols import Headers, Wire

#: Seconds that a slow reply takes.
_SLOW: Final = 3.0
_RESET: Final = HttpReply(0, ending=Ending.RESET)
_OF_S3: Final = {
    "AccessDenied": HTTPStatus.FORBIDDEN,
    "ExpiredToken": HTTPStatus.BAD_REQUEST,
    "NoSuchBucket": HTTPStatus.NOT_FOUND,
    "NoSuchKey": HTTPStatus.NOT_FOUND,
    "SlowDown": HTTPStatus.SERVICE_UNAVAILABLE,
}


def before(fault: Fault | None, wire: Wire | None) -> HttpReply | None:
    """Return the reply of a fault that comes before any work is done.

    :param wire: the protocol of the service; ``None`` for S3
    """
    kind = fault.kind if fault else ""
    if fault is None or kind not in {"error", "reset", "empty", "nothing", "raw"}:
        return None
    if kind == "reset":
        return _RESET
    if kind == "empty":
        return HttpReply(HTTPStatus.OK)
    if kind == "nothing":
        return (
            wire.reply(HTTPStatus.OK, {}) if wire else HttpReply(HTTPStatus.OK, b"{}")
        )
    if kind == "error":
        return _error(fault, wire)
    status = int(fault.details.get("status", HTTPStatus.BAD_GATEWAY))
    body = str(fault.details.get("body", "")).encode()
    return HttpReply(status, body, _headers(fault))


def _error(fault: Fault, wire: Wire | None) -> HttpReply:
    code = fault.details.get("code", "InternalServerException" if wire else "SlowDown")
    message = fault.details.get("message", "This fault was asked for.")
    status = int(fault.details.get("status", 0))
    if wire is not None:
        error = ServiceError(message, code=code)
        error.status, error.headers = status, _headers(fault)
        return wire.refuse(error)
    usual = _OF_S3.get(code, HTTPStatus.INTERNAL_SERVER_ERROR)
    reply = s3.failure(status or usual, code, message)
    return HttpReply(reply.status, reply.body, (*reply.headers, *_headers(fault)))


def _headers(fault: Fault) -> Headers:
    return tuple((k, str(v)) for k, v in fault.details.get("headers", {}).items())


def spoil(fault: Fault | None, said: dict[str, Any]) -> None:
    """Damage the text that an operation says, if a fault is of that kind."""
    if fault is not None and fault.kind in ON_TEXTS and "TranslatedText" in said:
        everywhere = bool(fault.details.get("all"))
        text = said["TranslatedText"]
        said["TranslatedText"] = fault_damage.spoil(
            text, fault.kind, whole=False, everywhere=everywhere
        )


def after(
    fault: Fault | None, reply: HttpReply, closing: Event, *, of_s3: bool
) -> HttpReply:
    """Return what becomes of a reply.

    :param closing: ends the waiting of a slow one
    """
    kind = fault.kind if fault else ""
    if kind == "lost-reply":
        return _RESET
    if fault is not None and kind == "slow":
        closing.wait(float(fault.details.get("seconds", _SLOW)))
    if kind != "truncated":
        return reply
    if of_s3:
        return HttpReply(reply.status, reply.body, reply.headers, Ending.CUT)
    # An honest length: it is the text that is broken, not the connection.
    return HttpReply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
