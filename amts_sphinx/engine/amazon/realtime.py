"""Real time: ``TranslateText``, a segment a request, without parallel data."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import EngineError
from amts_sphinx.engine.amazon import limits, markup
from amts_sphinx.engine.amazon.languages import service_code
from amts_sphinx.engine.aws.errors import BrokenOffError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.engine.amazon.client import Client

#: What has to be written otherwise in HTML, and so tells that a text is not plain.
_MARKUP: Final = frozenset("<>&")


def translate(
    client: Client, texts: Sequence[str], pair: LanguagePair, terminology: str
) -> dict[str, str | None]:
    """Return the coded targets of coded *texts*; ``None`` for one that is too long.

    :param terminology: the name of the terms at the service, or empty
    :raises BrokenOffError: the service failed; it has what was translated so far
    """
    client.connect()
    found: dict[str, str | None] = {}
    failures: list[EngineError] = []
    with ThreadPoolExecutor(client.options.requests) as pool:
        jobs = {pool.submit(_one, client, t, pair, terminology): t for t in texts}
        for job in as_completed(jobs):
            if job.cancelled():
                continue
            try:
                found[jobs[job]] = job.result()
            except EngineError as exc:
                failures.append(exc)
                for other in jobs:
                    other.cancel()  # they would fail one by one, each after a while
    if failures:
        raise BrokenOffError(str(failures[0]), found) from failures[0]
    return found


def _one(client: Client, text: str, pair: LanguagePair, terminology: str) -> str | None:
    """Translate one coded text."""
    plain = _MARKUP.isdisjoint(text)
    sent = request_of(text)
    if len(sent.encode()) > limits.TEXT:
        return None
    reply = client.translate(
        "translate_text",
        "translate a text",
        needs=["TranslatedText"],
        Text=sent,
        SourceLanguageCode=service_code(pair.source),
        TargetLanguageCode=service_code(pair.target),
        **_particulars(client, pair, terminology),
    )
    said = str(reply["TranslatedText"])
    return (
        inline_codes.collapse(inline_codes.escape(said)).strip()
        if plain
        else markup.coded(said)
    )


def request_of(text: str) -> str:
    """Return what is sent for a coded text: HTML, if there is anything to mark up."""
    plain = _MARKUP.isdisjoint(text)
    return inline_codes.collapse(text).strip() if plain else markup.fragment(text)


def _particulars(
    client: Client, pair: LanguagePair, terminology: str
) -> dict[str, Any]:
    """Return the parameters that not every request has."""
    options = client.options
    settings = options.settings(pair.target)
    if options.brevity:
        settings["Brevity"] = "ON"
    extra: dict[str, Any] = {"Settings": settings} if settings else {}
    if terminology:
        extra["TerminologyNames"] = [terminology]
    return extra
