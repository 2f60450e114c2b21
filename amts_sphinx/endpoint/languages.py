"""The languages as the service names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.languages import LANGUAGES
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.endpoint.paging import page
from amts_sphinx.endpoint.service_error import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: What a source may be called when the service is to find out.
AUTO: Final = "auto"
#: Our own tag of each of the service's codes.
TAGS: Final = {language.service: tag for tag, language in LANGUAGES.items()}
#: Target languages that know formal and informal address.
FORMAL: Final = frozenset("nl fr fr-CA de hi it ja ko pt-PT es es-MX".split())
#: Target languages whose profanity is not masked.
_UNMASKED: Final = frozenset("bn hi ml pa si vi".split())
#: Languages that are made briefer, from and to English.
_BRIEF: Final = frozenset("fr de it pt es".split())


def check_pair(source: str, targets: Iterable[str]) -> None:
    """Refuse a language that the service does not know.

    :raises ServiceError: with both codes
    """
    for target in targets:
        if (source != AUTO and source not in TAGS) or target not in TAGS:
            raise ServiceError(
                f"Unsupported language pair: {source} to {target}.",
                code="UnsupportedLanguagePairException",
                SourceLanguageCode=source,
                TargetLanguageCode=target,
            )


def pair_of(source: str, target: str) -> LanguagePair:
    """Return a direction in our own tags; what is to be found out is English here."""
    return LanguagePair(TAGS[spoken(source)], TAGS[target])


def spoken(source: str) -> str:
    """Return the language of a source, found out if it must be."""
    return "en" if source == AUTO else source


def applied_settings(request: Mapping[str, Any]) -> dict[str, str]:
    """Return those of the settings asked for that the target language has.

    The others are passed over in silence, as the service does.
    """
    source, target = request["SourceLanguageCode"], request["TargetLanguageCode"]
    has = {
        "Formality": target in FORMAL,
        "Profanity": target not in _UNMASKED,
        "Brevity": (source == "en" and target in _BRIEF)
        or (target == "en" and source in _BRIEF),
    }
    asked = request.get("Settings", {})
    return {name: value for name, value in asked.items() if has[name]}


def list_languages(request: dict[str, Any]) -> dict[str, Any]:
    """Return the languages; whatever they are to be named in, it is English here."""
    known = [
        {"LanguageName": language.name, "LanguageCode": language.service}
        for language in sorted(LANGUAGES.values(), key=lambda one: one.name)
    ]
    known.insert(0, {"LanguageName": "Auto", "LanguageCode": AUTO})
    shown, more = page(known, request, len(known))
    named_in = request.get("DisplayLanguageCode", "en")
    return {"Languages": shown, "DisplayLanguageCode": named_in, **more}
