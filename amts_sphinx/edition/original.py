"""Lead readers from a place of an edition to the same place of the book itself.

The ids of a book are the same in all of its editions. So whatever has a permanent link
– titles, figures, tables, terms, signatures – has a counterpart of the same address.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from amts_sphinx.core.languages import closest, name_language

if TYPE_CHECKING:
    from amts_sphinx.edition.plan import Sibling

#: Sphinx's permanent links. A formula's number has no text to compare.
_PERMANENT: Final = re.compile(
    r'<a class="headerlink" href="(#(?!equation-)[^"]+)"[^>]*>.*?</a>', re.DOTALL
)
#: What a link is called, by language, or by language and script or region.
_TEXTS: Final = {
    "ar": "الموضع نفسه في الأصل",
    "de": "Dieselbe Stelle im Original",
    "en": "The same place in the original",
    "es": "El mismo lugar en el original",
    "fa": "همین جا در متن اصلی",
    "fr": "Le même endroit dans l’original",
    "he": "אותו מקום במקור",
    "hi": "मूल में यही स्थान",
    "id": "Tempat yang sama di naskah asli",
    "it": "Lo stesso punto nell’originale",
    "ja": "原文の同じ箇所",
    "ko": "원문의 같은 위치",
    "nl": "Dezelfde plaats in het origineel",
    "pl": "To samo miejsce w oryginale",
    "pt": "O mesmo lugar no original",
    "ru": "Это же место в оригинале",
    "tr": "Özgün metinde aynı yer",
    "uk": "Те саме місце в оригіналі",
    "vi": "Cùng vị trí trong bản gốc",
    "zh": "原文中的同一位置",
    "zh-TW": "原文中的同一位置",
}
#: Two pages, one behind the other. As text it would be quoted by searches.
_PICTURE: Final = (
    '<svg aria-hidden="true" viewBox="0 0 24 24" width="0.8em" height="0.8em"'
    ' fill="none" stroke="currentColor" stroke-width="2">'
    '<path d="M8 8h12v13H8zM8 16H4V3h12v5"/></svg>'
)


def link(body: str, book: Sibling, page: str, tag: str) -> str:
    """Return the text of a page with a link beside each permanent one, as HTML.

    :param book: the book itself
    :param page: the address of the same page there, from this page
    :param tag: the edition's language, BCP 47
    """
    known = closest(name_language(tag).tag, _TEXTS)
    name = escape(_TEXTS[known or "en"])
    lang = "" if known else ' lang="en"'

    def both(match: re.Match[str]) -> str:
        return (
            f'{match[0]}<a class="amts-original" href="{escape(page)}{match[1]}"'
            f' hreflang="{escape(book.tag)}"{lang} title="{name}" aria-label="{name}">'
            f"{_PICTURE}</a>"
        )

    return _PERMANENT.sub(both, body)
