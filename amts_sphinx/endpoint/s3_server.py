"""S3, by moto: its application, and what moto leaves out."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from werkzeug.wrappers import Request

#: The operation of a method, on (the service, a bucket, an object).
_OPERATIONS: Final = {
    "GET": ("ListBuckets", "ListObjectsV2", "GetObject"),
    "HEAD": ("", "HeadBucket", "HeadObject"),
    "PUT": ("", "CreateBucket", "PutObject"),
    "DELETE": ("", "DeleteBucket", "DeleteObject"),
    "POST": ("", "PostObject", "PostObject"),
}
#: The operation of a method with a parameter.
_WITH: Final = {
    ("GET", "location"): "GetBucketLocation",
    ("GET", "uploadId"): "ListParts",
    ("GET", "uploads"): "ListMultipartUploads",
    ("POST", "delete"): "DeleteObjects",
    ("POST", "uploads"): "CreateMultipartUpload",
    ("POST", "uploadId"): "CompleteMultipartUpload",
    ("PUT", "uploadId"): "UploadPart",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
}
#: Headers that name the account that must own a bucket. moto does not check them.
_OWNERS: Final = (
    "x-amz-expected-bucket-owner",
    "x-amz-source-expected-bucket-owner",
)


class S3Server:
    """Buckets and objects, over HTTP.

    moto has one set of buckets for a process: all that are open share it.
    """

    #: How many are open in this process.
    _open = 0

    def __init__(self, account: str) -> None:
        from moto.moto_server.werkzeug_app import create_backend_app

        self._app = create_backend_app("s3")
        # An error of moto's own becomes a reply with status 500, not one of ours.
        self._app.debug = False
        self._app.config["PROPAGATE_EXCEPTIONS"] = False
        self._account = account
        S3Server._open += 1

    def answer(self, request: Request) -> Response:
        """Let moto answer, unless another account's bucket is meant."""
        owners = {request.headers.get(name, self._account) for name in _OWNERS}
        if owners != {self._account}:
            return error(HTTPStatus.FORBIDDEN, "AccessDenied", "Access Denied")
        return Response.from_app(self._app, request.environ, buffered=True)

    @staticmethod
    def close() -> None:
        """Close; the last to do so deletes all buckets."""
        from moto.s3.models import s3_backends

        S3Server._open -= 1
        if not S3Server._open:
            s3_backends.reset()


def operation_of(request: Request) -> str:
    """Return the name of the operation of a request; empty if it is a rare one."""
    for name in request.args:
        if (request.method, name) in _WITH:
            return _WITH[request.method, name]
    bucket, _, key = request.path.lstrip("/").partition("/")
    level = 2 if key else 1 if bucket else 0
    return _OPERATIONS.get(request.method, ("", "", ""))[level]


def error(status: int, code: str, message: str) -> Response:
    """Return an error as S3 writes it."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        f"<RequestId>{secrets.token_hex(8).upper()}</RequestId></Error>"
    )
    return Response(body, status, mimetype="application/xml")
