"""Tell readers which pages hold an engine's drafts, in the language of the edition."""

from __future__ import annotations

from typing import Final

from docutils import nodes

from amts_sphinx.core.languages import closest, name_language
from amts_sphinx.edition.publish import DRAFT
from amts_sphinx.edition.search import NO_SEARCH

#: The class of the notice.
NOTICE: Final = "amts-notice"
#: By language, or by language and script or region. English stands for the others.
_TEXTS: Final = {
    "ar": "تُرجمت أجزاء من هذه الصفحة آليًا، ولم يراجعها أحد بعد.",
    "de": "Teile dieser Seite sind maschinell übersetzt und noch nicht geprüft.",
    "en": "Parts of this page are machine translations that nobody has reviewed yet.",
    "es": "Partes de esta página son traducciones automáticas aún sin revisar.",
    "fr": "Certaines parties de cette page sont des traductions automatiques"
    " qui n’ont pas encore été relues.",
    "id": "Sebagian halaman ini adalah terjemahan mesin yang belum ditinjau.",
    "it": "Parti di questa pagina sono traduzioni automatiche non ancora riviste.",
    "ja": "このページには、まだ確認されていない機械翻訳が含まれています。",
    "ko": "이 페이지에는 아직 검토되지 않은 기계 번역이 포함되어 있습니다.",
    "nl": "Delen van deze pagina zijn machinaal vertaald en nog niet nagekeken.",
    "pl": "Części tej strony to tłumaczenia maszynowe, których nikt jeszcze nie"
    " sprawdził.",
    "pt": "Partes desta página são traduções automáticas ainda não revisadas.",
    "ru": "Часть этой страницы переведена автоматически и ещё не проверена.",
    "tr": "Bu sayfanın bazı bölümleri henüz gözden geçirilmemiş makine çevirisidir.",
    "uk": "Частину цієї сторінки перекладено автоматично й ще не перевірено.",
    "vi": "Một số phần của trang này do máy dịch và chưa được duyệt lại.",
    "zh": "本页部分内容由机器翻译，尚未经人工审校。",
    "zh-TW": "本頁部分內容由機器翻譯，尚未經人工審校。",
}


def tell(doctree: nodes.document, tag: str) -> None:
    """Put a notice below the first title of a page that holds a draft.

    :param tag: the edition's language, BCP 47
    """
    if not any(DRAFT in node["classes"] for node in doctree.findall(nodes.Element)):
        return
    insert(doctree, _TEXTS[closest(name_language(tag).tag, _TEXTS) or "en"])


def insert(doctree: nodes.document, text: str) -> None:
    """Put a notice for readers below the first title of a page."""
    notice = nodes.container(
        "", nodes.paragraph(text, text), classes=[NOTICE, NO_SEARCH]
    )
    title = next(doctree.findall(nodes.title), None)
    if title is not None and isinstance(title.parent, nodes.section):
        title.parent.insert(title.parent.index(title) + 1, notice)
    else:
        doctree.insert(0, notice)
