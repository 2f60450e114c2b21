"""Requests and replies, and the server that carries them: one thread a connection."""

from __future__ import annotations

import socket
import struct
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

#: Bytes that one request may bring: a part of an upload has 8 MB.
_MOST: Final = 256 * 1024 * 1024
#: Seconds that a connection may be silent.
_PATIENCE: Final = 60


@dataclass(frozen=True)
class Request:
    """What a client sends."""

    method: str
    #: As it was sent, with percent signs and all.
    target: str
    headers: Message
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote_to_bytes(self.target.partition("?")[0]).decode(
            "utf-8", "replace"
        )

    @property
    def query(self) -> dict[str, str]:
        """The parameters; of equal ones the last."""
        said = self.target.partition("?")[2]
        return dict(parse_qsl(said, keep_blank_values=True))

    def header(self, name: str) -> str:
        """Return a header, or an empty string."""
        return str(self.headers.get(name, ""))


class Ending(Enum):
    """How a connection ends."""

    #: With the whole reply.
    WHOLE = "whole"
    #: In the middle of the body.
    CUT = "cut"
    #: With nothing at all.
    RESET = "reset"


@dataclass(frozen=True)
class HttpReply:
    """What a client gets."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = field(default=())
    ending: Ending = Ending.WHOLE


class Server(ThreadingHTTPServer):
    """Listens, and has each request answered by a function."""

    daemon_threads = True
    # Clients with many threads connect all at once.
    request_queue_size = 128
    # Whoever closes the server must not wait for a client that keeps a connection.
    block_on_close = False

    def __init__(
        self, address: tuple[str, int], answer: Callable[[Request], HttpReply]
    ) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self._answer = answer
        #: Open, whether something is asked for or not.
        self.connections: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def answer(self, request: Request) -> HttpReply:
        """Answer a request; an error of our own is told here, and hidden there."""
        try:
            return self._answer(request)
        except Exception:  # noqa: BLE001 - a client that waits is of no use
            traceback.print_exc()
            return HttpReply(HTTPStatus.INTERNAL_SERVER_ERROR)

    def server_close(self) -> None:
        """Close the server, and the connections that clients keep for later."""
        super().server_close()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away; only of what is our fault."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE
    # Head and body go out at once: two small packets would wait for each other 40 ms.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        """Begin, and let the server know."""
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        """End, and let the server know."""
        self.server.connections.discard(self.connection)
        super().finish()

    def handle_one_request(self) -> None:
        """Read a request and answer it, whatever its method is."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self._body()
        if body is None:
            return
        self._send(
            self.server.answer(Request(self.command, self.path, self.headers, body))
        )

    def handle_expect_100(self) -> bool:
        """Ask for the body at once: clients wait a second for that."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def _body(self) -> bytes | None:
        """Return the request's body; None after an error, which was answered."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _MOST:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return None
        return self.rfile.read(int(length))

    def _chunks(self) -> bytes | None:
        data = bytearray()
        try:
            while size := int(self.rfile.readline(64).split(b";")[0], 16):
                data += self.rfile.read(size)
                self.rfile.readline(8)
                if len(data) > _MOST:
                    self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                    return None
        except ValueError:
            self._refuse(HTTPStatus.BAD_REQUEST)
            return None
        while self.rfile.readline(8192).strip():
            pass  # trailing headers
        return bytes(data)

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True
        self._send(HttpReply(status.value))

    def _send(self, reply: HttpReply) -> None:
        if reply.ending is Ending.RESET:
            self._reset()
            return
        self.send_response(reply.status)
        named = {name.lower() for name, _ in reply.headers}
        for name, value in reply.headers:
            self.send_header(name, value)
        if "content-length" not in named:
            self.send_header("Content-Length", str(len(reply.body)))
        if reply.ending is Ending.CUT:
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD":
            end = len(reply.body) // 2 if reply.ending is Ending.CUT else None
            self.wfile.write(reply.body[:end])
        self.wfile.flush()

    def _reset(self) -> None:
        """Let the client see a reset, not an orderly end."""
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        # The files upon a socket keep it open. All are closed before the server comes
        # to end the connection in good order.
        with suppress(OSError):
            self.rfile.close()
            self.wfile.close()
            self.connection.close()

    def version_string(self) -> str:
        """Name the server."""
        return "amts-endpoint"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log nothing: requests hold texts and credentials."""
