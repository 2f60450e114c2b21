"""How requests reach the service: AWS JSON 1.1, with a signature.

A signature must be there and name the right region and service. It is not verified.
"""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING, Any, Final

from werkzeug.wrappers import Response

from amts_sphinx.endpoint import service_model
from amts_sphinx.endpoint.service_error import ServiceError

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

#: What ``X-Amz-Target`` begins with.
_TARGET: Final = "AWSShineFrontendService_20170701"
#: What a signature names: the day, the region and the service.
_SCOPE: Final = re.compile(r"Credential=[^/,\s]+/\d{8}/([\w-]+)/(\w+)/aws4_request")
_FORBIDDEN: Final = 403


def operation_of(request: Request) -> str | None:
    """Return the operation of the service that a request names.

    ``None`` stands for a request to S3, an empty string for one to another service or
    in another protocol of AWS.
    """
    if "smithy-protocol" in request.headers:
        return ""
    target = request.headers.get("X-Amz-Target")
    if target is None:
        return None
    service, _, operation = target.partition(".")
    return operation if service == _TARGET else ""


def read(request: Request) -> object:
    """Return the parameters of a request, not yet checked.

    :raises ServiceError: the body is not JSON
    """
    try:
        return json.loads(request.get_data() or b"{}")
    except (ValueError, RecursionError) as exc:
        raise ServiceError(
            "The request is not JSON.", code="SerializationException"
        ) from exc


def reply(content: dict[str, Any], status: int = 200) -> Response:
    """Return a reply of the service."""
    response = Response(json.dumps(content), status)
    response.headers["Content-Type"] = "application/x-amz-json-1.1"
    response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return response


def error_reply(error: ServiceError) -> Response:
    """Return the reply that reports an error."""
    content = {"__type": error.code, "message": error.message, **error.members}
    return reply(content, error.status or service_model.status_of(error.code))


def is_signed(request: Request) -> bool:
    """Tell whether a request has a signature, in its headers or in its address."""
    authorization = request.headers.get("Authorization", "")
    return authorization.startswith("AWS4-HMAC-SHA256 ") or bool(
        {"X-Amz-Signature", "Signature"} & request.args.keys()
    )


def check_signature(request: Request, region: str) -> None:
    """Refuse a request to the service that is not signed, or not for *region*.

    :raises ServiceError: it says what is missing or wrong
    """
    if not is_signed(request):
        raise ServiceError(
            "Request is missing Authentication Token",
            code="MissingAuthenticationTokenException",
        )
    scope = _SCOPE.search(request.headers.get("Authorization", ""))
    if scope is None:
        raise ServiceError(
            "Authorization header requires a credential scope.",
            code="IncompleteSignatureException",
        )
    signed_region, signed_service = scope.groups()
    if signed_service != "translate":
        raise ServiceError(
            f"Credential should be scoped to translate, not {signed_service}.",
            code="InvalidSignatureException",
        )
    if signed_region != region:
        # AWS has an address for each region, and so no error for this. Its code for a
        # wrong scope would be read as a wrong secret key.
        raise ServiceError(
            f"This endpoint stands for the region {region}, but the request is signed"
            f" for {signed_region}. Configure {region}, or start the endpoint with"
            f" --region {signed_region}.",
            code="WrongRegionException",
            status=_FORBIDDEN,
        )
