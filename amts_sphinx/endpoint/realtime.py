"""``TranslateText``: translations at once, in which parallel data plays no part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.endpoint import documents, languages
from amts_sphinx.endpoint.service_error import ServiceError
from amts_sphinx.endpoint.translation_models import Customization

if TYPE_CHECKING:
    from amts_sphinx.endpoint.terminologies import Terminologies
    from amts_sphinx.endpoint.translation_models import TranslationModels
    from amts_sphinx.endpoint.usage import UsageMeter

#: Bytes of UTF-8 in a text.
_LONGEST: Final = 10_000


def translate_text(
    request: dict[str, Any],
    *,
    models: TranslationModels,
    terminologies: Terminologies,
    meter: UsageMeter,
) -> dict[str, Any]:
    """Answer ``TranslateText``; whether a text is HTML is seen by its tags.

    :raises ServiceError: the request is refused
    """
    text = request["Text"]
    source, target = request["SourceLanguageCode"], request["TargetLanguageCode"]
    size = len(text.encode())
    if size > _LONGEST:
        raise ServiceError(
            "Input text size exceeds limit. Max length of request text allowed is"
            f" {_LONGEST} bytes while in this request the text size is {size} bytes",
            code="TextSizeLimitExceededException",
        )
    languages.check_pair(source, [target])
    terms = terminologies.terms_for(request, target)
    if source != target:  # the same language is free
        custom = Customization(terms=terms)
        pair = languages.pair_of(source, target)
        done = documents.translate(
            text, "", lambda t: models.translate(t, pair, custom)
        )
        scope = ("TranslateText", source, target, repr(sorted(terms.items())))
        meter.charge("TranslateText", scope, [text])
        text = done.text
    return {
        "TranslatedText": text,
        "SourceLanguageCode": source,
        "TargetLanguageCode": target,
    }
