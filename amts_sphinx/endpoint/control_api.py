"""Our own pages, below ``/_amts/``: what was billed, and what is to go wrong."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.errors import ConfigError
from amts_sphinx.endpoint.fault_plan import parse
from amts_sphinx.endpoint.protocols import json_page

if TYPE_CHECKING:
    from amts_sphinx.endpoint.fault_plan import Faults
    from amts_sphinx.endpoint.http import HttpReply, Request
    from amts_sphinx.endpoint.usage import Meter

#: No bucket can have this name.
ROOT: Final = "/_amts/"


def answer(request: Request, meter: Meter, faults: Faults) -> HttpReply:
    """Answer a request to one of the pages."""
    asked = (request.method, request.path.removeprefix(ROOT))
    if asked == ("GET", "usage"):
        return json_page(HTTPStatus.OK, meter.report())
    if asked == ("GET", "faults"):
        return json_page(HTTPStatus.OK, faults.report())
    if asked == ("POST", "faults"):
        try:
            faults.plan(parse(request.body))
        except ConfigError as exc:
            return json_page(HTTPStatus.BAD_REQUEST, {"error": str(exc)})
        return json_page(HTTPStatus.OK, faults.report())
    told = {"error": "there are GET usage, GET faults and POST faults"}
    return json_page(HTTPStatus.NOT_FOUND, told)
