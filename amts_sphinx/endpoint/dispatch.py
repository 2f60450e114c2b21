"""Whose a request is: the service's, S3's or the control pages'."""

from __future__ import annotations

from http import HTTPStatus
from threading import Event
from typing import TYPE_CHECKING, Any

from amts_sphinx.endpoint import (
    control_api,
    fault_injection,
    protocols,
    s3,
    service_model,
    signature,
)
from amts_sphinx.endpoint.quotas import Quotas
from amts_sphinx.endpoint.service_error import ServiceError

if TYPE_CHECKING:
    from amts_sphinx.endpoint.fault_plan import Faults
    from amts_sphinx.endpoint.http import HttpReply, Request
    from amts_sphinx.endpoint.options import Options
    from amts_sphinx.endpoint.s3 import Storage
    from amts_sphinx.endpoint.service import Service
    from amts_sphinx.endpoint.usage import Meter


class Dispatcher:
    """Answers each request."""

    def __init__(
        self,
        options: Options,
        secret: str,
        storage: Storage,
        meter: Meter,
        faults: Faults,
    ) -> None:
        """Answer for S3, and for the service once it is there.

        :param secret: in the name of the client that the service itself is
        """
        self._region = options.region
        self._quotas = Quotas() if options.quotas else None
        self._secret = secret
        self._storage = storage
        self._meter = meter
        self._faults = faults
        #: Ends slow replies.
        self._closing = Event()
        self.service: Service | None = None

    def close(self) -> None:
        """Close the service, and let nobody wait any longer."""
        self._closing.set()
        if self.service is not None:
            self.service.close()

    def answer(self, request: Request) -> HttpReply:
        """Answer a request."""
        if self._secret in request.header("User-Agent"):
            return self._storage.answer(request)
        if request.header("Origin"):
            # Any page in a browser could otherwise read what is rehearsed here.
            told = {"error": "this is not for web pages"}
            return protocols.json_page(HTTPStatus.FORBIDDEN, told)
        if request.path.startswith(control_api.ROOT):
            return control_api.answer(request, self._meter, self._faults)
        addressed = protocols.addressed(request)
        if addressed is not None:
            return self._translate(request, *addressed)
        return self._s3(request)

    def _s3(self, request: Request) -> HttpReply:
        name = f"S3:{s3.operation(request)}"
        self._meter.request(name)
        fault = self._faults.strike(name, request.path)
        reply = fault_injection.before(fault, None)
        if reply is None and not signature.is_signed(request):
            msg = "Access Denied: the request is not signed"
            reply = s3.failure(HTTPStatus.FORBIDDEN, "AccessDenied", msg)
        if reply is None:
            reply = self._storage.answer(request)
        if reply.status >= HTTPStatus.BAD_REQUEST:
            self._meter.refuse(name)
        return fault_injection.after(fault, reply, self._closing, of_s3=True)

    def _translate(
        self, request: Request, protocol: protocols.Wire, name: str
    ) -> HttpReply:
        """Answer for the service.

        :param name: the operation; empty if it is another service's
        """
        if self.service is None or name not in self.service.operations:
            msg = "Here are the operations of Amazon Translate, and S3."
            return protocol.refuse(ServiceError(msg, code="UnknownOperationException"))
        self._meter.request(name)
        fault = self._faults.strike(name)
        reply = fault_injection.before(fault, protocol)
        if reply is None:
            try:
                said = self._said(request, protocol, name, self.service)
            except ServiceError as exc:
                reply = protocol.refuse(exc)
            else:
                fault_injection.spoil(fault, said)
                reply = protocol.reply(HTTPStatus.OK, said)
        if reply.status >= HTTPStatus.BAD_REQUEST:
            self._meter.refuse(name)
        return fault_injection.after(fault, reply, self._closing, of_s3=False)

    def _said(
        self, request: Request, protocol: protocols.Wire, name: str, service: Service
    ) -> dict[str, Any]:
        """Return what an operation says.

        :raises ServiceError: it refuses
        """
        signature.check(request, self._region)
        if self._quotas is not None:
            self._quotas.spend(name)
        asked = service_model.read(name, protocol.read(request.body))
        return service.operations[name](asked)
