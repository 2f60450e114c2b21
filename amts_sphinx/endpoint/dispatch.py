"""Whose a request is: the service's, S3's or the control pages'."""

from __future__ import annotations

import json
import re
import uuid
from http import HTTPStatus
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.endpoint import damage, faults, model, s3
from amts_sphinx.endpoint.faults import ON_TEXTS
from amts_sphinx.endpoint.http import Ending, Reply
from amts_sphinx.endpoint.quotas import Quotas
from amts_sphinx.endpoint.refusal import ServiceError
from amts_sphinx.errors import ConfigError

if TYPE_CHECKING:
    from amts_sphinx.endpoint.faults import Fault, Faults
    from amts_sphinx.endpoint.http import Request
    from amts_sphinx.endpoint.options import Options
    from amts_sphinx.endpoint.s3 import Storage
    from amts_sphinx.endpoint.service import Service
    from amts_sphinx.endpoint.usage import Meter

#: What a signature names: the day, the region and the service.
_SCOPE: Final = re.compile(r"Credential=[^/,\s]+/\d{8}/([\w-]+)/(\w+)/aws4_request")
_CONTROL: Final = "/_amts/"
_CBOR: Final = "/service/AWSShineFrontendService_20170701/"
_SLOW: Final = 3.0
_RESET: Final = Reply(0, ending=Ending.RESET)


class Dispatcher:
    """Answers each request."""

    def __init__(
        self,
        options: Options,
        secret: str,
        storage: Storage,
        meter: Meter,
        planned: Faults,
    ) -> None:
        """Answer for S3, and for the service once it is there.

        :param secret: in the name of the client that the service itself is
        """
        self._region = options.region
        self._quotas = Quotas() if options.quotas else None
        self._secret = secret
        self._storage = storage
        self._meter = meter
        self._faults = planned
        #: Ends slow replies.
        self._closing = Event()
        self.service: Service | None = None

    def close(self) -> None:
        """Close the service, and let nobody wait any longer."""
        self._closing.set()
        if self.service is not None:
            self.service.close()

    def answer(self, request: Request) -> Reply:
        """Answer a request."""
        if self._secret in request.header("User-Agent"):
            return self._storage.answer(request)
        if request.header("Origin"):
            # Any page in a browser could otherwise read what is rehearsed here.
            return _json(HTTPStatus.FORBIDDEN, {"error": "not for web pages"})
        if request.path.startswith(_CONTROL):
            return self._control(request)
        target = request.header("X-Amz-Target")
        if target or request.path.startswith(_CBOR):
            return self._translate(request, target)
        return self._s3(request)

    def _s3(self, request: Request) -> Reply:
        name = s3.operation(request)
        self._meter.request(f"S3:{name}")
        if not _is_signed(request):
            self._meter.refuse(f"S3:{name}")
            msg = "Access Denied: the request is not signed"
            return s3.failure(HTTPStatus.FORBIDDEN, "AccessDenied", msg)
        fault = self._faults.strike(f"S3:{name}", request.path)
        if fault is not None and (early := self._before(fault)):
            return early
        if fault is not None and fault.kind == "error":
            said = _Error(fault)
            return s3.failure(said.status, said.code, said.message)
        reply = self._storage.answer(request)
        if reply.status >= HTTPStatus.BAD_REQUEST:
            self._meter.refuse(f"S3:{name}")
        return self._after(fault, reply)

    def _translate(self, request: Request, target: str) -> Reply:
        """Answer in JSON 1.1, the only protocol that is spoken here."""
        prefix, _, name = target.partition(".")
        known = self.service is not None and name in self.service.operations
        if prefix != model.TARGET or not known:
            msg = (
                "This endpoint speaks Amazon Translate's JSON 1.1 and S3 only."
                if prefix != model.TARGET
                else f"{name} is not an operation of this service."
            )
            return _refused(ServiceError(msg, code="UnknownOperationException"))
        self._meter.request(name)
        fault = self._faults.strike(name)
        if fault is not None and (early := self._before(fault)):
            return early
        try:
            if fault is not None and fault.kind == "error":
                raise _Error(fault)
            said = self._said(request, name)
        except ServiceError as exc:
            self._meter.refuse(name)
            return _refused(exc)
        if fault is not None and fault.kind in ON_TEXTS:
            _spoil(said, fault)
        return self._after(fault, _json(HTTPStatus.OK, said))

    def _said(self, request: Request, name: str) -> dict[str, Any]:
        """Return what an operation returns.

        :raises ServiceError: it refuses
        """
        if self.service is None:  # pragma: no cover - it is there before clients are
            msg = "The service is not open yet."
            raise ServiceError(msg, code="ServiceUnavailableException")
        self._check_signature(request)
        if self._quotas is not None:
            self._quotas.spend(name)
        try:
            asked = json.loads(request.body or b"{}")
        except ValueError as exc:
            msg = "The request is not JSON."
            raise ServiceError(msg, code="SerializationException") from exc
        return self.service.operations[name](model.read(name, asked))

    def _check_signature(self, request: Request) -> None:
        """Refuse what is not signed, or signed for elsewhere.

        Whether the signature is right is not looked at: nobody here has the key.
        """
        if not _is_signed(request):
            msg = "Request is missing Authentication Token"
            raise ServiceError(msg, code="MissingAuthenticationTokenException")
        scope = _SCOPE.search(request.header("Authorization"))
        if scope is None:
            msg = "Authorization header requires a credential scope."
            raise ServiceError(msg, code="IncompleteSignatureException")
        region, service = scope.groups()
        if (region, service) != (self._region, "translate"):
            msg = (
                f"Credential should be scoped to the service translate in"
                f" {self._region}, not {service} in {region}."
            )
            raise ServiceError(msg, code="InvalidSignatureException")

    def _before(self, fault: Fault) -> Reply | None:
        """Return the reply of a fault that comes before any work is done."""
        details = fault.details
        if fault.kind == "reset":
            return _RESET
        if fault.kind == "empty":
            return Reply(HTTPStatus.OK)
        if fault.kind == "nothing":
            return _json(HTTPStatus.OK, {})
        if fault.kind == "raw":
            headers = tuple((k, str(v)) for k, v in details.get("headers", {}).items())
            status = int(details.get("status", HTTPStatus.BAD_GATEWAY))
            return Reply(status, str(details.get("body", "")).encode(), headers)
        return None

    def _after(self, fault: Fault | None, reply: Reply) -> Reply:
        """Return what becomes of a reply."""
        if fault is None:
            return reply
        if fault.kind == "lost-reply":
            return _RESET
        if fault.kind == "slow":
            self._closing.wait(float(fault.details.get("seconds", _SLOW)))
        if fault.kind != "truncated":
            return reply
        if "json" in dict(reply.headers).get("Content-Type", ""):
            # An honest length: it is the text that is broken, not the connection.
            half = reply.body[: len(reply.body) // 2]
            return Reply(reply.status, half, reply.headers)
        return Reply(reply.status, reply.body, reply.headers, Ending.CUT)

    def _control(self, request: Request) -> Reply:
        """Answer one of our own pages."""
        asked = (request.method, request.path.removeprefix(_CONTROL))
        if asked == ("GET", "usage"):
            return _json(HTTPStatus.OK, self._meter.report())
        if asked == ("GET", "faults"):
            return _json(HTTPStatus.OK, self._faults.report())
        if asked == ("POST", "faults"):
            try:
                self._faults.plan(faults.parse(request.body))
            except ConfigError as exc:
                return _json(HTTPStatus.BAD_REQUEST, {"error": str(exc)})
            return _json(HTTPStatus.OK, self._faults.report())
        return _json(HTTPStatus.NOT_FOUND, {"error": "GET usage, GET or POST faults"})


class _Error(ServiceError):
    """An error that a fault tells to give."""

    def __init__(self, fault: Fault) -> None:
        told = fault.details
        code = told.get("code", "InternalServerException")
        super().__init__(told.get("message", "This fault was asked for."), code=code)
        usual = model.status_of(code)
        if fault.on.startswith("S3"):
            usual = _S3_STATUS.get(code, HTTPStatus.INTERNAL_SERVER_ERROR.value)
        self.status = int(told.get("status", usual))
        self.headers = tuple((k, str(v)) for k, v in told.get("headers", {}).items())


_S3_STATUS: Final = {
    "AccessDenied": 403,
    "ExpiredToken": 400,
    "InternalError": 500,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "SlowDown": 503,
}


def _is_signed(request: Request) -> bool:
    signed = request.header("Authorization").startswith("AWS4-HMAC-SHA256 ")
    return signed or bool({"X-Amz-Signature", "Signature"} & request.query.keys())


def _spoil(said: dict[str, Any], fault: Fault) -> None:
    """Damage the text of a reply."""
    if "TranslatedText" in said:
        everywhere = bool(fault.details.get("all"))
        text = said["TranslatedText"]
        said["TranslatedText"] = damage.spoil(
            text, fault.kind, whole=False, everywhere=everywhere
        )


def _refused(error: ServiceError) -> Reply:
    said = {"__type": error.code, "message": error.message, **error.members}
    if isinstance(error, _Error):
        return _json(error.status, said, error.headers)
    return _json(model.status_of(error.code), said)


def _json(status: int, said: object, more: tuple[tuple[str, str], ...] = ()) -> Reply:
    headers = (
        ("Content-Type", "application/x-amz-json-1.1"),
        ("x-amzn-RequestId", str(uuid.uuid4())),
        *more,
    )
    return Reply(status, json.dumps(said).encode(), headers)
