"""The HTTP server: werkzeug's, in a thread of its own, one connection a request."""

from __future__ import annotations

import io
import socket
import struct
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request

from amts_sphinx.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from werkzeug.wrappers import Response

#: Connections that may wait: clients with many threads connect all at once.
_WAITING: Final = 128
#: Seconds between two looks at whether the server is to stop.
_POLL: Final = 0.05


class NoReplyError(ConnectionError):
    """Raised in place of a reply: the client's connection is to be reset."""


class _Request(Request):
    """A request that cannot fill the memory."""

    #: Bytes of the body: a part of an upload has 8 MB.
    max_content_length = 256 * 1024 * 1024


class _Handler(WSGIRequestHandler):
    """Answers one request. It logs nothing: requests hold texts and credentials."""

    #: Seconds that a connection may be silent.
    timeout = 60
    # Otherwise the second packet of a reply waits 40 ms for the client's receipt.
    disable_nagle_algorithm = True

    def handle_expect_100(self) -> bool:
        """Leave the interim reply to werkzeug, which sends it too."""
        return True

    def connection_dropped(self, error: BaseException, _environ: object = None) -> None:
        """End a connection without a reply: with a reset, if that is wanted."""
        self.close_connection = True
        if isinstance(error, NoReplyError):
            # Without time to linger, closing sends a reset, not an orderly end.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            socket.close(self.connection.detach())

    def log(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def listening(
    host: str, port: int, answer: Callable[[Request], Response]
) -> Iterator[str]:
    """Answer requests in a thread until the block is left; yield the server's URL.

    *answer* may raise :class:`NoReplyError`. Any other exception becomes a reply with
    status 500, and a traceback on standard error.

    :param port: 0 takes one that is free
    :raises ConfigError: the port cannot be used
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server(
            (host, port), family=family, backlog=_WAITING
        ) as listener:
            server = make_server(
                host,
                port,
                _application(answer),
                threaded=True,
                request_handler=_Handler,
                fd=listener.fileno(),
            )
    except OSError as exc:
        raise ConfigError(
            f"cannot listen on {host}:{port}: {exc.strerror or exc}"
        ) from exc
    thread = Thread(target=server.serve_forever, args=(_POLL,), daemon=True)
    thread.start()
    try:
        name = f"[{host}]" if ":" in host else host
        yield f"http://{name}:{server.port}"
    finally:
        server.shutdown()
        thread.join()


def _application(
    answer: Callable[[Request], Response],
) -> Callable[..., Iterable[bytes]]:
    """Return a WSGI application (:pep:`3333`) that answers with *answer*."""

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        request = _Request(environ)
        # The body is read before anything is answered: a connection that is closed
        # with unread bytes can lose the reply. moto reads it again from the start.
        try:
            body = request.get_data()
        except HTTPException as exc:  # it is too large, or does not come
            return exc(environ, start)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        return answer(request)(environ, start)

    return application
