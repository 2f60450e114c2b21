"""Signatures: there must be one, for the right place; more is not checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from amts_sphinx.endpoint.service_error import ServiceError

if TYPE_CHECKING:
    from amts_sphinx.endpoint.http import Request

#: What a signature names: the day, the region and the service.
_SCOPE: Final = re.compile(r"Credential=[^/,\s]+/\d{8}/([\w-]+)/(\w+)/aws4_request")


def is_signed(request: Request) -> bool:
    """Tell whether a request bears a signature, in its head or in its address."""
    signed = request.header("Authorization").startswith("AWS4-HMAC-SHA256 ")
    return signed or bool({"X-Amz-Signature", "Signature"} & request.query.keys())


def check(request: Request, region: str) -> None:
    """Refuse a request to the service that is not signed, or is signed for elsewhere.

    :raises ServiceError: tells what is missing
    """
    if not is_signed(request):
        raise ServiceError(
            "Request is missing Authentication Token",
            code="MissingAuthenticationTokenException",
        )
    scope = _SCOPE.search(request.header("Authorization"))
    if scope is None:
        raise ServiceError(
            "Authorization header requires a credential scope.",
            code="IncompleteSignatureException",
        )
    named, service = scope.groups()
    if (named, service) != (region, "translate"):
        raise ServiceError(
            f"Credential should be scoped to the service translate in {region}, not"
            f" {service} in {named}.",
            code="InvalidSignatureException",
        )
