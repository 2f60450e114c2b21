"""Who answers a request: the service, S3, or our control pages under ``/_amts/``."""

from __future__ import annotations

import json
from http import HTTPStatus
from threading import Event
from typing import TYPE_CHECKING, Final

from werkzeug.wrappers import Response

from amts_sphinx.core.errors import ConfigError
from amts_sphinx.endpoint import (
    fault_injection,
    fault_plan,
    protocol,
    s3_server,
    service_model,
)
from amts_sphinx.endpoint.service_error import ServiceError
from amts_sphinx.endpoint.usage import RequestRates

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

    from amts_sphinx.endpoint.fault_plan import FaultPlan
    from amts_sphinx.endpoint.options import Options
    from amts_sphinx.endpoint.s3_server import S3Server
    from amts_sphinx.endpoint.service import Service
    from amts_sphinx.endpoint.usage import UsageMeter

#: Where the control pages are. No bucket can have this name.
_CONTROL: Final = "/_amts/"


class Dispatcher:
    """Answers each request."""

    def __init__(
        self,
        options: Options,
        secret: str,
        storage: S3Server,
        meter: UsageMeter,
        faults: FaultPlan,
    ) -> None:
        """Answer that the endpoint is starting, until :attr:`service` is set.

        :param secret: by it the service's own requests to S3 are known
        """
        self._region = options.region
        self._rates = RequestRates() if options.quotas else None
        self._secret = secret
        self._storage = storage
        self._meter = meter
        self._faults = faults
        #: Ends slow replies.
        self._closing = Event()
        self.service: Service | None = None

    def close(self) -> None:
        """Close the service, and end slow replies."""
        self._closing.set()
        if self.service is not None:
            self.service.close()

    def answer(self, request: Request) -> Response:
        """Answer a request.

        :raises NoReplyError: the connection is to be reset in place of a reply
        """
        if self._secret in request.headers.get("User-Agent", ""):
            return self._storage.answer(request)
        if "Origin" in request.headers:
            # Any page in a browser could otherwise read what is rehearsed here.
            why = {"error": "this is not for web pages"}
            return _page(why, HTTPStatus.FORBIDDEN)
        if request.path.startswith(_CONTROL):
            return self._control(request)
        operation = protocol.operation_of(request)
        if operation is None:
            return self._answer_for_s3(request)
        return self._answer_for_service(request, operation)

    def _control(self, request: Request) -> Response:
        """Answer with what was billed or what is to go wrong, or change the latter."""
        wanted = (request.method, request.path.removeprefix(_CONTROL))
        if wanted == ("GET", "usage"):
            return _page(self._meter.report())
        if wanted == ("POST", "faults"):
            try:
                self._faults.plan(fault_plan.parse(request.get_data()))
            except ConfigError as exc:
                return _page({"error": str(exc)}, HTTPStatus.BAD_REQUEST)
        elif wanted != ("GET", "faults"):
            why = {"error": "there are GET usage, GET faults and POST faults"}
            return _page(why, HTTPStatus.NOT_FOUND)
        return _page(self._faults.report())

    def _answer_for_s3(self, request: Request) -> Response:
        name = f"S3:{s3_server.operation_of(request)}"
        self._meter.count_request(name)
        fault = self._faults.next_fault(name, request.path)
        response = fault_injection.instead_of_work(fault, of_s3=True)
        if response is None and not protocol.is_signed(request):
            why = "Access Denied: the request is not signed"
            response = s3_server.error(HTTPStatus.FORBIDDEN, "AccessDenied", why)
        if response is None and self.service is None:
            why = "The endpoint is starting."
            response = s3_server.error(
                HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable", why
            )
        if response is None:
            response = self._storage.answer(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            self._meter.count_refused(name)
        fault_injection.after_work(fault, response, self._closing, of_s3=True)
        return response

    def _answer_for_service(self, request: Request, operation: str) -> Response:
        """Answer for the service.

        :param operation: empty if it is another service's
        """
        if operation not in service_model.operations():
            return protocol.error_reply(
                ServiceError(
                    "This endpoint has the operations of Amazon Translate, in AWS JSON"
                    " 1.1, and S3.",
                    code="UnknownOperationException",
                )
            )
        self._meter.count_request(operation)
        fault = self._faults.next_fault(operation)
        response = fault_injection.instead_of_work(fault, of_s3=False)
        if response is None:
            try:
                response = self._work(request, operation, fault)
            except ServiceError as exc:
                response = protocol.error_reply(exc)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            self._meter.count_refused(operation)
        fault_injection.after_work(fault, response, self._closing, of_s3=False)
        return response

    def _work(
        self, request: Request, operation: str, fault: fault_plan.Fault | None
    ) -> Response:
        """Carry out an operation of the service.

        :raises ServiceError: it is refused
        """
        protocol.check_signature(request, self._region)
        if self.service is None:
            raise ServiceError(
                "The endpoint is starting.", code="ServiceUnavailableException"
            )
        if operation not in self.service.operations:
            raise ServiceError(
                f"This endpoint does not imitate {operation}; it has"
                f" {', '.join(sorted(self.service.operations))}.",
                code="UnknownOperationException",
            )
        if self._rates is not None:
            self._rates.spend(operation)
        parameters = service_model.read(operation, protocol.read(request))
        content = self.service.operations[operation](parameters)
        return protocol.reply(fault_injection.damaged(fault, content))


def _page(content: object, status: int = HTTPStatus.OK) -> Response:
    """Return a page for people and tests."""
    return Response(json.dumps(content, indent=1), status, mimetype="application/json")
