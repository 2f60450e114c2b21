"""Tell readers which pages are not translated, in the language of the edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from amts_sphinx.core import inline_codes
from amts_sphinx.edition import draft_notice

if TYPE_CHECKING:
    from docutils import nodes

    from amts_sphinx.doctree.sites import Finder

#: By language, or by language and script or region. English stands for the others.
_TEXTS: Final = {
    "ar": "لم تُترجم هذه الصفحة بعد.",
    "de": "Diese Seite ist noch nicht übersetzt.",
    "en": "This page has not been translated yet.",
    "es": "Esta página aún no se ha traducido.",
    "fa": "این صفحه هنوز ترجمه نشده است.",
    "fr": "Cette page n’est pas encore traduite.",
    "he": "דף זה טרם תורגם.",
    "hi": "इस पृष्ठ का अनुवाद अभी नहीं हुआ है।",
    "id": "Halaman ini belum diterjemahkan.",
    "it": "Questa pagina non è ancora stata tradotta.",
    "ja": "このページはまだ翻訳されていません。",
    "ko": "이 페이지는 아직 번역되지 않았습니다.",
    "nl": "Deze pagina is nog niet vertaald.",
    "pl": "Ta strona nie została jeszcze przetłumaczona.",
    "pt": "Esta página ainda não foi traduzida.",
    "ru": "Эта страница ещё не переведена.",
    "tr": "Bu sayfa henüz çevrilmedi.",
    "uk": "Цю сторінку ще не перекладено.",
    "vi": "Trang này chưa được dịch.",
    "zh": "本页尚未翻译。",
    "zh-TW": "本頁尚未翻譯。",
}


def has_words(doctree: nodes.document, finder: Finder) -> bool:
    """Tell whether there is anything on a page to translate."""
    return any(
        not site.baked and inline_codes.has_words(site.coded)
        for site in finder.sites(doctree)
    )


def tell(doctree: nodes.document, tag: str) -> None:
    """Put a notice below the first title of a page.

    :param tag: the edition's language, BCP 47
    """
    draft_notice.insert(doctree, tag, _TEXTS)
