"""What a planned fault makes of a request and of its reply."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from werkzeug.wrappers import Response

from amts_sphinx.endpoint import fault_damage, protocol, s3_server
from amts_sphinx.endpoint.fault_plan import ON_TEXTS
from amts_sphinx.endpoint.server import NoReplyError
from amts_sphinx.endpoint.service_error import ServiceError

if TYPE_CHECKING:
    from threading import Event

    from amts_sphinx.endpoint.fault_plan import Fault

#: Seconds that a slow reply takes.
_SLOW: Final = 3.0
_S3_STATUS: Final = {
    "AccessDenied": HTTPStatus.FORBIDDEN,
    "ExpiredToken": HTTPStatus.BAD_REQUEST,
    "NoSuchBucket": HTTPStatus.NOT_FOUND,
    "NoSuchKey": HTTPStatus.NOT_FOUND,
    "SlowDown": HTTPStatus.SERVICE_UNAVAILABLE,
}


def instead_of_work(fault: Fault | None, *, of_s3: bool) -> Response | None:
    """Return the reply of a fault that keeps a request from being carried out.

    :raises NoReplyError: the fault is that there is none
    """
    if fault is None:
        return None
    if fault.kind == "reset":
        raise NoReplyError
    if fault.kind == "empty":
        return Response(b"")
    if fault.kind == "nothing":
        return Response(b"{}") if of_s3 else protocol.reply({})
    if fault.kind == "error":
        response = _error(fault, of_s3=of_s3)
    elif fault.kind == "raw":
        status = int(fault.details.get("status", HTTPStatus.BAD_GATEWAY))
        response = Response(str(fault.details.get("body", "")), status)
    else:
        return None
    for name, value in fault.details.get("headers", {}).items():
        response.headers[name] = str(value)
    return response


def _error(fault: Fault, *, of_s3: bool) -> Response:
    """Return the reply of a fault that is an error of S3 or of the service."""
    code = fault.details.get("code", "SlowDown" if of_s3 else "InternalServerException")
    message = fault.details.get("message", "This fault was asked for.")
    status = int(fault.details.get("status", 0))
    if of_s3:
        usual = _S3_STATUS.get(code, HTTPStatus.INTERNAL_SERVER_ERROR)
        return s3_server.error(status or usual, code, message)
    return protocol.error_reply(ServiceError(message, code=code, status=status))


def damaged(fault: Fault | None, content: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a reply, with a damaged translation if a fault says so."""
    if fault is None or fault.kind not in ON_TEXTS or "TranslatedText" not in content:
        return content
    text = fault_damage.damage_text(content["TranslatedText"], fault, whole=False)
    return {**content, "TranslatedText": text}


def after_work(
    fault: Fault | None, response: Response, closing: Event, *, of_s3: bool
) -> None:
    """Delay, cut off or drop a reply.

    :param closing: ends the waiting of a slow one
    :raises NoReplyError: the reply is lost
    """
    if fault is None:
        return
    if fault.kind == "lost-reply":
        raise NoReplyError
    if fault.kind == "slow":
        closing.wait(float(fault.details.get("seconds", _SLOW)))
    if fault.kind == "truncated":
        data = response.get_data()
        response.set_data(data[: len(data) // 2])
        if of_s3:  # the connection breaks; of JSON it is the text that is broken
            response.headers["Content-Length"] = str(len(data))
