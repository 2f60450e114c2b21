"""S3, by moto: its application, and what moto leaves out."""

from __future__ import annotations

import io
import secrets
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes
from xml.sax.saxutils import escape

from amts_sphinx.endpoint.http import HttpReply

if TYPE_CHECKING:
    from collections.abc import Callable

    from amts_sphinx.endpoint.http import Request

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


class Storage:
    """Buckets and objects, over HTTP.

    moto keeps one set of buckets for a process: those that are open share it.
    """

    #: How many are open in this process.
    _open = 0

    def __init__(self, account: str) -> None:
        from moto.moto_server.werkzeug_app import (
            create_backend_app,
        )

        app = create_backend_app("s3")
        # An error of moto's own becomes a reply with status 500, not one of ours.
        app.debug = False
        app.config["PROPAGATE_EXCEPTIONS"] = False
        self._app: Callable[..., Any] = app
        self._account = account
        Storage._open += 1

    def answer(self, request: Request) -> HttpReply:
        """Have moto answer, unless another account's buckets are meant.

        moto itself takes any owner for the right one.
        """
        for name in (
            "x-amz-expected-bucket-owner",
            "x-amz-source-expected-bucket-owner",
        ):
            owner = request.header(name)
            if owner and owner != self._account:
                return failure(HTTPStatus.FORBIDDEN, "AccessDenied", "Access Denied")
        status = HTTPStatus.INTERNAL_SERVER_ERROR.value
        headers: list[tuple[str, str]] = []

        def start(line: str, fields: list[tuple[str, str]], *_: object) -> None:
            nonlocal status
            status = int(line.split(maxsplit=1)[0])
            headers[:] = fields

        pieces = self._app(_environ(request), start)
        try:
            body = b"".join(pieces)
        finally:
            if hasattr(pieces, "close"):
                pieces.close()
        if request.method != "HEAD":
            headers = [h for h in headers if h[0].lower() != "content-length"]
        return HttpReply(status, body, tuple(headers))

    @staticmethod
    def close() -> None:
        """Close; the last to do so deletes all buckets."""
        from moto.s3.models import s3_backends

        Storage._open -= 1
        if not Storage._open:
            s3_backends.reset()


def operation(request: Request) -> str:
    """Return the name of the operation that is asked for; empty if it is a rare one."""
    for name in request.query:
        if (request.method, name) in _WITH:
            return _WITH[request.method, name]
    bucket, _, key = request.path.lstrip("/").partition("/")
    level = 2 if key else 1 if bucket else 0
    return _OPERATIONS.get(request.method, ("", "", ""))[level]


def failure(status: int, code: str, message: str) -> HttpReply:
    """Return an error as S3 writes it."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        f"<RequestId>{secrets.token_hex(8).upper()}</RequestId></Error>"
    )
    return HttpReply(status, body.encode(), (("Content-Type", "application/xml"),))


def _environ(request: Request) -> dict[str, Any]:
    """Return a request as WSGI has it (:pep:`3333`)."""
    path, _, query = request.target.partition("?")
    host, _, port = request.header("Host").rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "REQUEST_URI": request.target,
        "RAW_URI": request.target,
        "SERVER_NAME": host or "localhost",
        "SERVER_PORT": port or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": request.header("Content-Type"),
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        # The body was put together from its chunks already.
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH", "TRANSFER_ENCODING"}:
            environ[f"HTTP_{key}"] = str(value)
    return environ
