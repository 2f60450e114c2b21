"""The page in the browser: for one person, on this machine, without an account.

Who opens it must know the token in its address. It stands after ``#``, so that it is
sent nowhere: not in a Referer, not to this server, not into a log. The page sends it in
a header of its own, which no other page can do; there is no cookie. ``Host`` and
``Origin`` are checked, so that no name that leads here by a trick is served.

The edition's own pages have another origin, see :mod:`.edition_pages`.
"""

from __future__ import annotations

import hmac
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar

from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import AmtsError
from amts_sphinx.review.saving import SeenNotError
from amts_sphinx.review.texts import BadRequestError, UnknownTextError

if TYPE_CHECKING:
    from collections.abc import Callable

    from amts_sphinx.review.building import Build
    from amts_sphinx.review.edition_pages import EditionPages
    from amts_sphinx.review.texts import Texts

_T = TypeVar("_T")
#: The header that the page sends its token in.
HEADER: Final = "X-Amts-Token"
_FILES: Final = Path(__file__).parent.parent / "templates"
#: The files of the page, with their types.
_PAGE: Final = {
    "": ("review.html", "text/html"),
    "review.js": ("review.js", "text/javascript"),
    "review_pages.js": ("review_pages.js", "text/javascript"),
    "review.css": ("review.css", "text/css"),
}
_RULE: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " frame-src {}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
#: The most bytes that the page sends at once.
_LARGEST: Final = 4 * 2**20


class TextsAtWork(Protocol):
    """Where the texts are, which are read anew while the page is served."""

    @property
    def texts(self) -> Texts:
        """The texts as they were read last."""

    @property
    def is_reading(self) -> bool:
        """Whether they are being read anew."""

    def ask(self, job: Callable[[], Any]) -> Any:
        """Have *job* done where the memory may be used, and return its result."""


class Parts(NamedTuple):
    """What the page works with."""

    reader: TextsAtWork
    pages: EditionPages
    build: Build

    def of_texts(self, job: Callable[[Texts], _T]) -> _T:
        """Return what *job* makes of the texts as they are when its turn comes."""
        found: _T = self.reader.ask(lambda: job(self.reader.texts))
        return found

    def told(self) -> dict[str, Any]:
        """Return how the build stands, and where the edition is."""
        reading = self.reader.is_reading
        return {**self.build.told(), "reading": reading, "edition": self.pages.told()}


def make_app(parts: Parts, token: str) -> Flask:
    """Return the application.

    :param token: what the page must send
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST
    app.before_request(partial(_guard, parts.pages, token))
    app.after_request(partial(_protect, parts.pages))
    app.register_error_handler(SeenNotError, _unseen)
    app.register_error_handler(UnknownTextError, partial(_failed, status=404))
    app.register_error_handler(BadRequestError, partial(_failed, status=400))
    app.register_error_handler(AmtsError, _failed)
    app.register_error_handler(HTTPException, _refused)
    _add_page(app)
    _add_texts(app, parts)
    _add_build(app, parts)
    return app


def _guard(pages: EditionPages, token: str) -> Response | None:
    """Refuse what is not the page that this program opened; serve the edition."""
    if request.host == pages.own_host:
        return _of_edition(pages)
    if request.host != pages.host:
        abort(403, "this page is served to this machine alone")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{pages.host}":
        abort(403, "another page has no business here")
    if request.path.startswith("/api/"):
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(), token.encode()):
            abort(403, "the token is wrong: open the address that amts printed")
    return None


def _of_edition(pages: EditionPages) -> Response:
    """Return a file of the edition: nothing else is at its origin."""
    if request.method not in {"GET", "HEAD"}:
        abort(405, "the edition can be read only")
    given, slash, path = request.path.removeprefix("/").partition("/")
    # Without the slash, links of a page would lead elsewhere.
    if not (slash and hmac.compare_digest(given.encode(), pages.secret.encode())):
        abort(404, "there is no such page")
    found = pages.find(path)
    if found is None:
        abort(404, "the edition has no such page")
    content, kind = found
    return Response(content, content_type=kind)


def _protect(pages: EditionPages, response: Response) -> Response:
    if request.host == pages.own_host:
        response.headers.update(pages.headers)
        return response
    response.headers.update(_HEADERS)
    rule = _RULE.format(pages.address)
    response.headers["Content-Security-Policy"] = rule
    return response


def _unseen(exc: SeenNotError) -> tuple[Response, int]:
    others = [inline_codes.plain(each) for each in exc.others]
    return jsonify(error=str(exc), others=others, seen=exc.others), 409


def _failed(exc: AmtsError, status: int = 500) -> tuple[Response, int]:
    return jsonify(error=str(exc)), status


def _refused(exc: HTTPException) -> tuple[Response, int]:
    return jsonify(error=exc.description), exc.code or 500


def _add_page(app: Flask) -> None:
    names = ", ".join(repr(name) for name in _PAGE if name)

    @app.get("/")
    @app.get(f"/<any({names}):name>")
    def page(name: str = "") -> Response:
        file, kind = _PAGE[name]
        content = (_FILES / file).read_bytes()
        return Response(content, content_type=f"{kind}; charset=utf-8")


def _add_texts(app: Flask, parts: Parts) -> None:
    """Add what the page asks of texts."""

    @app.get("/api/list")
    def listed() -> Response:
        found = parts.of_texts(lambda texts: texts.listed())
        return jsonify(**found, edition=parts.pages.told())

    @app.get("/api/unit/<name>")
    def detail(name: str) -> Response:
        return jsonify(parts.of_texts(lambda texts: texts.detail(name)))

    @app.post("/api/check")
    def check() -> Response:
        asked = _asked()
        name, target = asked.get("id"), asked.get("target")
        findings = parts.of_texts(lambda texts: texts.check(name, target))
        return jsonify(findings=findings)

    @app.post("/api/save")
    def save() -> Response:
        units = _asked().get("units")
        return jsonify(units=parts.of_texts(lambda texts: texts.save(units)))

    @app.post("/api/undo")
    def undo() -> Response:
        return jsonify(units=parts.of_texts(lambda texts: texts.undo()))


def _add_build(app: Flask, parts: Parts) -> None:
    """Add what the page asks of a build."""

    @app.get("/api/build")
    def told() -> Response:
        return jsonify(parts.told())

    @app.post("/api/build")
    def start() -> Response:
        if not parts.build.start():
            abort(409, "a build is running already")
        return jsonify(parts.told())

    @app.post("/api/build/stop")
    def stop() -> Response:
        parts.build.stop()
        return jsonify(parts.told())


def _asked() -> dict[str, Any]:
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        abort(400, "the page sends an object of JSON")
    return found


class QuietHandler(WSGIRequestHandler):
    """Logs no requests: the terminal is the person's."""

    def log_request(self, *_: Any) -> None:
        """Say nothing."""
