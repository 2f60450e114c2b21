"""Serve the page until the person ends it, and read the book anew after each build."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from werkzeug.serving import make_server

from amts_sphinx.core.errors import ConfigError
from amts_sphinx.review import desk, server
from amts_sphinx.review.building import Build
from amts_sphinx.review.edition_pages import EditionPages
from amts_sphinx.review.texts import Texts
from amts_sphinx.review.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.review.desk import EditionAtHand
    from amts_sphinx.review.saving import Saver

#: The folder of the editions that are built from the page, in that of the book.
_EDITIONS: Final = Path(".amts", "review")
#: Seconds after which is looked whether the person has ended the program.
_PAUSE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person asks for."""

    #: The folder with ``conf.py``.
    book: Path
    config: AmtsConfig
    #: The tag of the edition's language.
    language: str
    #: Of 127.0.0.1; 0: any that is free.
    port: int = 0
    #: The folder of the edition; ``None``: one of our own.
    edition: Path | None = None
    #: The id of a text to begin with, or its beginning; empty: the first of the list.
    unit: str = ""


def serve(
    wishes: Wishes,
    saver: Saver,
    tell: Callable[[str], None],
    warn: Callable[[str], None],
) -> None:
    """Serve the page of an edition until the person presses Ctrl+C.

    :param tell: takes the line with the address
    :param warn: takes what a person should know
    :raises AmtsError: the book cannot be read, or the port not be used
    """
    token = secrets.token_urlsafe(32)
    with ExitStack() as stack:
        listener = stack.enter_context(closing(_listener(wishes.port)))
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        reader = _Reader(wishes, saver, warn)
        stack.callback(reader.end)
        texts = reader.first()
        pages = _pages(wishes, host)
        build = _build(wishes, pages, reader.renew)
        stack.callback(build.stop)
        parts = server.Parts(reader, pages, build)
        unit = texts.find(wishes.unit) if wishes.unit else ""
        stack.enter_context(_running(parts, token, listener))
        tell(f"open http://{host}/#{token}{unit and f'/{unit}'}")
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(_PAUSE)


class _Reader:
    """Reads the book on threads of its own: once, and anew after each build.

    The texts as they were are there until they are read anew. The memory and the home
    file belong to the thread that opened them, so what is asked of texts is done there.
    """

    def __init__(
        self, wishes: Wishes, saver: Saver, warn: Callable[[str], None]
    ) -> None:
        self._wishes = wishes
        self._saver = saver
        self._warn = warn
        self._turns = Turns()
        #: What works on the texts now.
        self._worker: threading.Thread | None = None
        #: One thread at a time takes the place of another.
        self._taking = threading.Lock()
        self._ready = threading.Condition()
        self._error: BaseException | None = None
        self._texts: Texts | None = None
        self._reading = 0
        self._ended = False

    @property
    def texts(self) -> Texts:
        """The texts as they were read last."""
        assert self._texts is not None  # noqa: S101 - after `first`
        return self._texts

    @property
    def is_reading(self) -> bool:
        """Whether the texts are being read anew."""
        return self._reading > 0

    def ask(self, job: Callable[[], Any]) -> Any:
        """Have *job* done where the memory may be used, and return its result."""
        return self._turns.ask(job)

    def first(self) -> Texts:
        """Read the book, and return its texts.

        :raises AmtsError: it cannot be read
        """
        self.renew()
        with self._ready:
            while self._texts is None and self._error is None:
                self._ready.wait(_PAUSE)
        if self._error:
            raise self._error
        return self.texts

    def renew(self) -> None:
        """Begin to read the book anew."""
        self._reading += 1
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            desk.look(
                self._wishes.book, [self._wishes.language], self._work, self._warn
            )
        except Exception as exc:  # noqa: BLE001 - it is told, or raised at first
            if self._texts is not None:
                self._warn(f"the book cannot be read anew: {exc}")
            self._error = exc
            self._tell()

    def _tell(self) -> None:
        with self._ready:
            self._reading = max(0, self._reading - 1)
            self._ready.notify_all()

    def _work(self, at_hand: EditionAtHand) -> None:
        """Take the place of who worked before, and work until another one does."""
        texts = Texts(at_hand, self._saver)
        with self._taking:
            if self._ended:
                return
            former, self._worker = self._worker, threading.current_thread()
            if former:
                self._turns.leave()
                former.join()
        self._saver.read()  # so that the first save takes no longer than the others
        self._texts = texts
        self._tell()
        self._turns.work()
        self._saver.close()

    def end(self) -> None:
        """Let go of the memory and the home file."""
        with self._taking:
            self._ended = True
            if self._worker:
                self._turns.leave()
                self._worker.join()


def _pages(wishes: Wishes, host: str) -> EditionPages:
    folder = wishes.edition or wishes.book / _EDITIONS / wishes.language
    report = wishes.config.report and wishes.config.report / wishes.language
    return EditionPages(folder, report, secrets.token_urlsafe(16), host)


def _build(wishes: Wishes, pages: EditionPages, when_done: Callable[[], None]) -> Build:
    settings = {"amts_review_mode": "1"} if _has_review_mode(wishes.config) else {}
    return Build(wishes.book, wishes.language, pages.folder, settings, when_done)


def _has_review_mode(config: AmtsConfig) -> bool:
    """Tell whether editions can name their texts for reviewers."""
    return hasattr(config, "review_mode")


@contextmanager
def _running(
    parts: server.Parts, token: str, listener: socket.socket
) -> Iterator[None]:
    """Answer the browser on other threads meanwhile."""
    httpd = make_server(
        "127.0.0.1",
        listener.getsockname()[1],
        server.make_app(parts, token),
        # A browser opens connections that it does not use yet.
        threaded=True,
        request_handler=server.QuietHandler,
        fd=listener.fileno(),
    )
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        httpd.shutdown()
        thread.join()


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError) as exc:
        raise ConfigError(f"port {port} of 127.0.0.1 cannot be used: {exc}") from exc
