"""The page in the browser: for one person, on this machine, without an account.

Who opens it must know the token in its address. It stands after ``#``, so that it is
sent nowhere: not in a Referer, not to this server, not into a log. The page sends it in
a header of its own, which no other page can do; there is no cookie. ``Host`` and
``Origin`` are checked, so that no name that leads here by a trick is served.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler

from amts_sphinx import checks
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import AmtsError
from amts_sphinx.core.languages import name_language
from amts_sphinx.core.units import State
from amts_sphinx.formats import terminology
from amts_sphinx.formats.xliff_writer import name_of_key
from amts_sphinx.report.model import Stage
from amts_sphinx.report.rows import shown
from amts_sphinx.review import work
from amts_sphinx.review.saving import Saver, SeenNotError
from amts_sphinx.text import diff

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from amts_sphinx.core.units import TranslationUnit
    from amts_sphinx.report.model import Row
    from amts_sphinx.review.desk import EditionAtHand
    from amts_sphinx.review.work import WorkUnit

#: The header that the page sends its token in.
HEADER: Final = "X-Amts-Token"
_FILES: Final = Path(__file__).parent.parent / "templates"
#: The files of the page, with their types.
_PAGE: Final = {
    "": ("review.html", "text/html"),
    "review.js": ("review.js", "text/javascript"),
    "review.css": ("review.css", "text/css"),
}
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self';"
    " style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
#: What a person may decide.
_STATES: Final = {
    each.value: each for each in (State.APPROVED, State.REVIEWED, State.NEEDS_REVIEW)
}
#: The most bytes that the page sends at once.
_LARGEST: Final = 4 * 2**20


class _Desk:
    """The texts of the edition, with what was decided since the page was opened."""

    def __init__(self, at_hand: EditionAtHand, saver: Saver) -> None:
        self._at_hand = at_hand
        self._saver = saver
        self._around = work.neighbours(at_hand)
        rows = {row.segment.key: row for row in at_hand.report.rows}
        self._rows = {_id(key): rows[key] for key in self._around if key in rows}
        #: What was saved here: target and state, by id.
        self._saved: dict[str, tuple[str, State]] = {}
        #: The units that were asked for, by id.
        self._works_known: dict[str, WorkUnit] = {}
        pair, config = at_hand.edition.pair, at_hand.config
        self._context = checks.Context(
            pair,
            terms=terminology.read(config.terminology, pair),
            forbidden=config.forbidden_terms.get(pair.target, ()),
            ignored=config.ignore,
            fullwidth=config.fullwidth_punctuation,
        )

    def listed(self) -> dict[str, Any]:
        pair = self._at_hand.edition.pair
        return {
            "source_language": pair.source,
            "target_language": pair.target,
            "target_name": name_language(pair.target).name,
            "stages": [stage.value for stage in Stage],
            "units": [self._summary(name, row) for name, row in self._rows.items()],
        }

    def _summary(self, name: str, row: Row) -> dict[str, Any]:
        target, stage = row.target, row.stage.value
        if name in self._saved:
            target, state = self._saved[name]
            stage = state.value
        return {
            "id": name,
            "document": row.segment.location.docname,
            "line": row.segment.location.line,
            "kind": row.segment.kind,
            "stage": stage,
            "conflict": row.conflict and name not in self._saved,
            "words": row.words,
            "risk": 0 if name in self._saved else row.risk,
            "findings": sorted({each.check for each in row.findings}),
            "source": shown(row.segment.source, row.segment),
            "target": shown(target or "", row.segment),
        }

    def _row(self, name: object) -> Row:
        row = self._rows.get(name) if isinstance(name, str) else None
        if row is None:
            abort(404, "there is no such text")
        return row

    def detail(self, name: str) -> dict[str, Any]:
        row = self._row(name)
        (unit,) = self._works([name])
        target, seen = unit.unit.target, [*unit.unit.corrects]
        if name in self._saved:
            target, _ = self._saved[name]
            seen.append(target)
        return {
            **self._summary(name, row),
            "source": _pieces(row.segment.source),
            "codes": {
                str(code.id): {
                    "kind": code.kind,
                    "text": code.equiv,
                    "pair": code.paired,
                }
                for code in row.segment.codes
            },
            "target": _pieces(target),
            "seen": seen,
            "maker": unit.unit.maker if target else "",
            "before": inline_codes.plain(unit.before),
            "after": inline_codes.plain(unit.after),
            "former": _former(unit),
            "others": [
                inline_codes.plain(each) for each in unit.unit.corrects if row.conflict
            ],
            "matches": [
                {
                    "score": match.score,
                    "source": inline_codes.plain(match.unit.source),
                    "target": inline_codes.plain(match.unit.target),
                }
                for match in unit.matches
            ],
            "terms": dict(unit.terms),
            "messages": [f"{f.check}: {f.message}" for f in row.findings],
            "link": unit.link if self._at_hand.base_url else "",
        }

    def _works(self, names: Sequence[str]) -> list[WorkUnit]:
        """Return the units of ids, with all that helps a person."""
        new = [self._row(name) for name in names if name not in self._works_known]
        for found in work.units(self._at_hand, new, self._around):
            self._works_known[_id(found.segment.key)] = found
        return [self._works_known[name] for name in names]

    def check(self, name: object, target: object) -> list[str]:
        """Return what is wrong with a target that is being typed."""
        row = self._row(name)
        if not isinstance(target, str):
            abort(400, "target must be a text")
        segment = row.segment
        if not inline_codes.normalise(target):
            return ["the target is blank"]
        if fault := inline_codes.verify(segment.source, target, segment.codes):
            return [fault]
        entry = checks.CheckEntry(
            segment, target, by_human=True, near=None, ignored=frozenset()
        )
        found = checks.run([entry], self._context)
        return [f"{each.check}: {each.message}" for each in found]

    def save(self, asked: object) -> list[dict[str, Any]]:
        """Save what the page sends, all or none, and return the texts as listed."""
        if not isinstance(asked, list) or not all(isinstance(a, dict) for a in asked):
            abort(400, "units must be a list of objects")
        for each in asked:
            self._row(each.get("id"))
        names = [each["id"] for each in asked]
        both = zip(asked, self._works(names), strict=True)
        units = [self._decided(*each) for each in both]
        self._saver.save([(unit, seen) for _, unit, seen in units])
        for name, unit, _ in units:
            self._saved[name] = unit.target, unit.state
        return [self._summary(name, self._rows[name]) for name, *_ in units]

    def _decided(
        self, asked: Mapping[str, Any], known: WorkUnit
    ) -> tuple[str, TranslationUnit, Sequence[str]]:
        """Return the id, the unit and what the person saw.

        What is not right is refused, and nothing of the whole is saved then.
        """
        name, unit, segment = asked["id"], known.unit, known.segment
        if unit.place:
            abort(
                400, "this translation holds at one place alone: change it in its file"
            )
        saved = self._saved.get(name)
        # To approve many at once, the page need not have the coded targets.
        target = asked.get("target", saved[0] if saved else unit.target)
        seen = asked.get("seen", [*unit.corrects, *([saved[0]] if saved else [])])
        state = _STATES.get(str(asked.get("state")))
        if state is None:
            abort(400, f"state must be one of {', '.join(_STATES)}")
        if not isinstance(target, str) or not (
            isinstance(seen, list) and all(isinstance(each, str) for each in seen)
        ):
            abort(400, "target must be a text, and seen a list of texts")
        if not inline_codes.normalise(target):
            abort(400, "the target is blank")
        if fault := inline_codes.verify(segment.source, target, segment.codes):
            abort(400, fault)
        return name, replace(unit, target=target, state=state, tool=""), seen

    def undo(self) -> list[dict[str, Any]]:
        """Take the last save back, and return the texts as listed."""
        names = [_id(key) for key in self._saver.undo()]
        for name in names:
            self._saved.pop(name, None)
        return [self._summary(name, self._rows[name]) for name in names]


def _id(key: str) -> str:
    """Return the id of a text in addresses."""
    return name_of_key(key)


def _pieces(coded: str) -> list[list[str]]:
    """Return coded text for the page: kind, text and number of each piece."""
    return [
        [
            piece.type,
            inline_codes.unescape(piece.coded) if piece.type == "text" else "",
            str(piece.id or ""),
        ]
        for piece in inline_codes.tokens(coded)
    ]


def _former(unit: WorkUnit) -> dict[str, Any] | None:
    if unit.former is None:
        return None
    source = inline_codes.plain(unit.segment.source)
    return {
        "target": unit.former.target,
        "difference": [list(each) for each in diff.between(unit.former.source, source)],
    }


def make_app(at_hand: EditionAtHand, saver: Saver, token: str, host: str) -> Flask:
    """Return the application.

    :param token: what the page must send
    :param host: the ``Host`` that it is served under, such as ``127.0.0.1:8000``
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST
    app.before_request(partial(_guard, token, host))
    app.after_request(_protect)
    app.register_error_handler(SeenNotError, _unseen)
    app.register_error_handler(AmtsError, _failed)
    app.register_error_handler(HTTPException, _refused)
    _add_routes(app, _Desk(at_hand, saver))
    return app


def _guard(token: str, host: str) -> None:
    """Refuse what is not the page that this program opened."""
    if request.host != host:
        abort(403, "this page is served to this machine alone")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        abort(403, "another page has no business here")
    if request.path.startswith("/api/"):
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(), token.encode()):
            abort(403, "the token is wrong: open the address that amts printed")


def _protect(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response


def _unseen(exc: SeenNotError) -> tuple[Response, int]:
    others = [inline_codes.plain(each) for each in exc.others]
    return jsonify(error=str(exc), others=others, seen=exc.others), 409


def _failed(exc: AmtsError) -> tuple[Response, int]:
    return jsonify(error=str(exc)), 500


def _refused(exc: HTTPException) -> tuple[Response, int]:
    return jsonify(error=exc.description), exc.code or 500


def _add_routes(app: Flask, desk: _Desk) -> None:
    """Add the addresses of the page, and of what it asks for."""

    @app.get("/")
    @app.get("/<any('review.js', 'review.css'):name>")
    def page(name: str = "") -> Response:
        file, kind = _PAGE[name]
        content = (_FILES / file).read_bytes()
        return Response(content, content_type=f"{kind}; charset=utf-8")

    @app.get("/api/list")
    def listed() -> Response:
        return jsonify(desk.listed())

    @app.get("/api/unit/<name>")
    def detail(name: str) -> Response:
        return jsonify(desk.detail(name))

    @app.post("/api/check")
    def check() -> Response:
        asked = _asked()
        return jsonify(findings=desk.check(asked.get("id"), asked.get("target")))

    @app.post("/api/save")
    def save() -> Response:
        return jsonify(units=desk.save(_asked().get("units")))

    @app.post("/api/undo")
    def undo() -> Response:
        return jsonify(units=desk.undo())


def _asked() -> dict[str, Any]:
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        abort(400, "the page sends an object of JSON")
    return found


class QuietHandler(WSGIRequestHandler):
    """Logs no requests: the terminal is the person's."""

    def log_request(self, *_: Any) -> None:
        """Say nothing."""
