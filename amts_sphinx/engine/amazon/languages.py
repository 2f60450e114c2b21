"""The languages of Amazon Translate, and what it calls ours.

The list is that of the developer guide, "Supported languages and language codes" (75
languages, 2026).
"""

from __future__ import annotations

from functools import cache
from itertools import permutations
from typing import Final

from amts_sphinx.core.errors import LanguageError
from amts_sphinx.core.languages import closest, find_language
from amts_sphinx.core.units import LanguagePair

#: The service's codes; each is a tag of ours, too.
CODES: Final = frozenset(
    """
    af am ar az bg bn bs ca cs cy da de el en es es-MX et fa fa-AF fi fr fr-CA ga gu ha
    he hi hr ht hu hy id is it ja ka kk kn ko lt lv mk ml mn mr ms mt nl no pa pl ps pt
    pt-PT ro ru si sk sl so sq sr sv sw ta te th tl tr uk ur uz vi zh zh-TW
    """.split()
)


#: The languages by their tags: all that there were in 0.1.
LANGUAGES: Final = {code: find_language(code) for code in sorted(CODES)}


class ServicePairs(frozenset[LanguagePair]):
    """The service's pairs; another is in it where one comes near both its languages."""

    __slots__ = ()

    def __contains__(self, pair: object) -> bool:
        """Tell whether the service translates *pair*: ``en → de-CH`` by ``en → de``."""
        if not isinstance(pair, LanguagePair):
            return False
        return len({closest(tag, CODES) for tag in pair} - {None}) == len(pair)


@cache
def supported_pairs() -> ServicePairs:
    """Return the language pairs of the service: any two of its languages."""
    return ServicePairs(LanguagePair(*both) for both in permutations(CODES, 2))


def service_code(tag: str) -> str:
    """Return the service's code of a language: of the same script, if not region.

    :param tag: BCP 47
    :raises LanguageError: the service does not translate it
    """
    code = closest(find_language(tag).tag, CODES)
    if code is None:
        known = find_language(tag)
        raise LanguageError(
            f"Amazon Translate knows no {known.name} ({known.tag}); its languages are"
            f" {', '.join(sorted(CODES))}"
        )
    return code
