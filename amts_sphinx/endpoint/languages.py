"""The languages, as the service names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from amts_sphinx.core.units import LanguagePair
from amts_sphinx.endpoint.service_error import ServiceError
from amts_sphinx.engine.amazon.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Our own tag of each of the service's codes.
TAGS: Final = {code: language.tag for code, language in LANGUAGES.items()}


def check_pair(source: str, targets: Iterable[str]) -> None:
    """Refuse a language that the service does not know.

    ``auto`` as a source is refused too: a book knows its language.

    :raises ServiceError: it names both codes
    """
    for target in targets:
        if source not in TAGS or target not in TAGS:
            raise ServiceError(
                f"Unsupported language pair: {source} to {target}.",
                code="UnsupportedLanguagePairException",
                SourceLanguageCode=source,
                TargetLanguageCode=target,
            )


def pair_of(source: str, target: str) -> LanguagePair:
    """Return a direction in our own tags."""
    return LanguagePair(TAGS[source], TAGS[target])
