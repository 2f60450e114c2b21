"""What engines have in common that run a model of words on texts with codes.

The texts that they ask their model for, whose stored translations will do, and what
becomes of an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Translation
from amts_sphinx.formats.terminology import Terminology

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from amts_sphinx.core.units import Request
    from amts_sphinx.engine.plain_text.sentence import Answer


def wanted(requests: Iterable[Request]) -> list[tuple[str, str]]:
    """Return the texts that have words, each once, with their kinds."""
    return list(
        dict.fromkeys(
            (request.source, request.kind)
            for request in requests
            if inline_codes.has_words(request.source)
        )
    )


def makers(
    fingerprint: str, terms: Terminology | None, source: str, *, binding: bool
) -> Sequence[str]:
    """Return whose stored translations of *source* will do.

    Only the terms in a text change its translation.

    :param binding: whether every term is forced
    """
    found = terms.find(source) if terms else {}
    if not found or terms is None:
        return [fingerprint]
    name = "binding" if binding else "terms"
    return [f"{fingerprint}/{name}={Terminology(terms.pair, found).digest}"]


def translation(source: str, answer: Answer, maker: str) -> Translation:
    """Return an answer as a draft; a text without a target says why it has none."""
    # That codes were kept in pieces is told in one line for all.
    note = "" if answer.target else answer.note
    draft = answer.target not in {None, source}
    return Translation(answer.target, maker, draft, note)
