"""Every fault of a service, and of the way to it → what to do, and what to say.

The codes are those of botocore's models of the services and of S3, and those that are
known to come without being in them. Nothing here repeats what a request held: messages
of the service may, and so may botocore's own.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    SSLError,
)
from botocore.exceptions import ConnectionError as HTTPConnectionError
from botocore.parsers import ResponseParserError

from amts_sphinx.core.errors import (
    EngineError,
    EngineRejectedError,
    EngineReplyError,
    EngineUnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from amts_sphinx.engine.aws.service import Who


class NotThereError(EngineRejectedError):
    """What was asked for is not there."""


class ConflictError(EngineUnavailableError):
    """There is one already, or it is not as the request expected."""


class LimitError(EngineUnavailableError):
    """A limit of the account is reached: what it is must be looked at."""


class BrokenOffError(EngineError):
    """The work cannot go on now, but some of it is done."""

    def __init__(self, message: str, targets: Mapping[str, str | None]) -> None:
        """:param targets: coded targets by their coded sources; ``None``: left out"""
        super().__init__(message)
        self.targets = targets


class Remedy(Enum):
    """What to do about a fault."""

    #: The service is overloaded or failed: try again later.
    RETRY = "retry"
    #: Something else is being done there: wait for it.
    WAIT = "wait"
    #: There is one already: look at it.
    CONFLICT = "conflict"
    #: A limit of the account is reached: look which.
    LIMIT = "limit"
    #: A person must set something right on the way to the service.
    ACCESS = "access"
    #: The request is wrong: it would fail again.
    REJECT = "reject"
    #: It is not there.
    MISSING = "missing"


_RETRY, _WAIT, _ACCESS = Remedy.RETRY, Remedy.WAIT, Remedy.ACCESS
_REJECT, _MISSING = Remedy.REJECT, Remedy.MISSING
_CONFLICT, _LIMIT = Remedy.CONFLICT, Remedy.LIMIT

#: What botocore raises.
ERRORS: Final = (BotoCoreError, ClientError, ResponseParserError)
#: Code → remedy, and what a person should know.
CODES: Final[dict[str, tuple[Remedy, str]]] = {
    # In the models of the services.
    "ServiceQuotaExceededException": (_LIMIT, "a quota of the account is used up"),
    "ConcurrentModificationException": (_WAIT, "it is being changed"),
    "ConflictException": (_CONFLICT, "there is one of this name"),
    "DetectedLanguageLowConfidenceException": (_REJECT, "name the source language"),
    "InternalServerException": (_RETRY, "the service failed"),
    "InvalidFilterException": (_REJECT, "a wrong filter"),
    "InvalidParameterValueException": (
        _REJECT,
        "a parameter is not allowed; see the bucket, its region and the role's rights",
    ),
    "InvalidRequestException": (
        _REJECT,
        "the request is not allowed; see the bucket, its region and the role's rights",
    ),
    "LimitExceededException": (_LIMIT, "a limit of the account is reached"),
    "ResourceNotFoundException": (_MISSING, "there is no such thing in this region"),
    "ServiceUnavailableException": (_RETRY, "the service is not available"),
    "TextSizeLimitExceededException": (_REJECT, "a text is too long"),
    "TooManyRequestsException": (_RETRY, "too many requests"),
    "TooManyTagsException": (_REJECT, "too many tags"),
    "UnsupportedDisplayLanguageCodeException": (_REJECT, "no such display language"),
    "UnsupportedLanguagePairException": (
        _REJECT,
        "the service does not translate between these languages",
    ),
    # Not in it, but seen.
    "ThrottlingException": (_RETRY, "too many requests"),
    "Throttling": (_RETRY, "too many requests"),
    "RequestLimitExceeded": (_RETRY, "too many requests"),
    "RequestTimeout": (_RETRY, "the connection was too slow"),
    "RequestTimeoutException": (_RETRY, "the connection was too slow"),
    "InternalFailure": (_RETRY, "the service failed"),
    "InternalError": (_RETRY, "the service failed"),
    "ServiceUnavailable": (_RETRY, "the service is not available"),
    "ValidationException": (_REJECT, "a parameter has a wrong form"),
    "SerializationException": (_REJECT, "a parameter has a wrong form"),
    "AccessDeniedException": (_ACCESS, "the AWS identity lacks a permission for it"),
    "AccessDenied": (
        _ACCESS,
        "the AWS identity lacks a permission for it, or the bucket is another's",
    ),
    "AllAccessDisabled": (_ACCESS, "all access to the bucket is disabled"),
    "ExpiredToken": (_ACCESS, "the credentials have expired; log in again"),
    "ExpiredTokenException": (_ACCESS, "the credentials have expired; log in again"),
    "RequestExpired": (_ACCESS, "the request came too late; see the clock"),
    "RequestTimeTooSkewed": (_ACCESS, "the clock of this computer is wrong"),
    "InvalidAccessKeyId": (_ACCESS, "the access key is not known"),
    "InvalidClientTokenId": (_ACCESS, "the access key is not known"),
    "UnrecognizedClientException": (_ACCESS, "the access key is not known"),
    "InvalidSignatureException": (_ACCESS, "the secret key is wrong"),
    "SignatureDoesNotMatch": (_ACCESS, "the secret key is wrong"),
    "IncompleteSignature": (_ACCESS, "the credentials are incomplete"),
    "MissingAuthenticationToken": (_ACCESS, "there are no credentials"),
    "MissingAuthenticationTokenException": (_ACCESS, "there are no credentials"),
    "OptInRequired": (_ACCESS, "the account has not opted in to the service"),
    "KMS.DisabledException": (_ACCESS, "the KMS key is disabled"),
    "KMS.NotFoundException": (_ACCESS, "there is no such KMS key"),
    # S3.
    "NoSuchBucket": (_REJECT, "there is no such bucket"),
    "NoSuchKey": (_MISSING, "there is no such object"),
    "NotFound": (_MISSING, "there is no such object"),
    "PermanentRedirect": (_REJECT, "the bucket is in another region"),
    "TemporaryRedirect": (_RETRY, "the bucket is not ready"),
    "AuthorizationHeaderMalformed": (_REJECT, "the bucket is in another region"),
    "IllegalLocationConstraintException": (_REJECT, "the bucket is in another region"),
    "SlowDown": (_RETRY, "too many requests"),
    "OperationAborted": (_WAIT, "it is being changed"),
    "PreconditionFailed": (_CONFLICT, "another build was faster"),
    "ConditionalRequestConflict": (_RETRY, "another build is changing it"),
    "InvalidBucketName": (_REJECT, "a wrong name of a bucket"),
    "EntityTooLarge": (_REJECT, "an object is too large"),
}
#: From here on a status means that the service failed.
_SERVER: Final = 500
_TOO_MANY: Final = 429
_FORBIDDEN: Final = (401, 403)
_NOT_FOUND: Final = 404
_NOT_MET: Final = 412


def code_of(exc: BaseException) -> str:
    """Return the code of an error of the service; empty for any other."""
    if isinstance(exc, ClientError):
        return str(exc.response.get("Error", {}).get("Code", ""))
    return ""


def remedy(exc: BaseException) -> Remedy:
    """Return what to do about an exception of botocore."""
    if isinstance(exc, ClientError):
        return _remedy_of_reply(exc)
    if isinstance(exc, ParamValidationError):
        return _REJECT
    if isinstance(exc, (HTTPClientError, HTTPConnectionError, ResponseParserError)):
        return _RETRY  # not reached, reset, lost or slow: it may pass
    return _ACCESS


def _remedy_of_reply(exc: ClientError) -> Remedy:
    code = code_of(exc)
    if code in CODES:
        return CODES[code][0]
    status = exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= _SERVER or status == _TOO_MANY:
        return _RETRY
    if status in _FORBIDDEN:
        return _ACCESS
    if status == _NOT_MET:
        return _CONFLICT
    if code in {"", str(status)} and status != _NOT_FOUND:
        return _RETRY  # the reply was cut off before it said what is wrong
    return _MISSING if status == _NOT_FOUND else _REJECT


def explain(exc: BaseException, doing: str, who: Who) -> EngineError:
    """Return the error to raise: what failed, why, and what can be done.

    :param doing: what was tried, as ``start the job amts-…``
    """
    what = f"{who.name}: cannot {doing}: {_why(exc, who)}"
    return {
        _RETRY: EngineUnavailableError,
        _WAIT: EngineUnavailableError,
        _CONFLICT: ConflictError,
        _LIMIT: LimitError,
        _ACCESS: EngineUnavailableError,
        _REJECT: EngineRejectedError,
        _MISSING: NotThereError,
    }[remedy(exc)](what)


def _why(exc: BaseException, who: Who) -> str:
    """Return why, without any text of the request."""
    if isinstance(exc, ClientError):
        code = code_of(exc) or "no code"
        status = exc.response.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
        known = CODES.get(code)
        return f"{known[1] if known else f'status {status}'} ({code})"
    if isinstance(exc, ParamValidationError):
        return "a parameter has a wrong form; this is a mistake of amts_sphinx"
    if isinstance(exc, ResponseParserError):
        return "the reply cannot be read"
    for kind, why in _WAYS.items():
        if isinstance(exc, kind):
            return why.format(options=who.options)
    return f"the connection failed ({type(exc).__name__})"


#: What is wrong on the way to the service.
_WAYS: Final[dict[type[BotoCoreError], str]] = {
    NoCredentialsError: "there are no AWS credentials; see `aws configure`",
    PartialCredentialsError: "the AWS credentials are incomplete; see `aws configure`",
    NoRegionError: "no region; set {options}.region or AWS_DEFAULT_REGION",
    ProfileNotFound: "the profile of {options}.profile is not configured",
    ProxyConnectionError: "the proxy does not answer; see HTTPS_PROXY and NO_PROXY",
    SSLError: "the connection cannot be made safe; see the proxy and the clock",
    ConnectTimeoutError: "the service does not answer; see the region and network",
    EndpointConnectionError: "the service is not reached; see the region and network",
}


def incomplete(doing: str, lacks: str, who: Who) -> EngineReplyError:
    """Return the error for a reply that says it went well, and is not whole."""
    return EngineReplyError(f"{who.name}: cannot {doing}: the reply lacks {lacks}")
