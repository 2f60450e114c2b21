"""Tell readers which pages hold texts of a machine, or translations of a former text.

It is told in the language of the edition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docutils import nodes

from amts_sphinx.core.languages import closest, name_language
from amts_sphinx.edition.publish import DRAFT, MACHINE, STALE
from amts_sphinx.edition.search import NO_SEARCH

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The class of the notice.
NOTICE: Final = "amts-notice"
_MARKS: Final = frozenset({DRAFT, STALE, MACHINE})
#: Of drafts, by language, or by language and script or region. English stands for the
#: others.
_DRAFTS: Final = {
    "ar": "تُرجمت أجزاء من هذه الصفحة آليًا، ولم يراجعها أحد بعد.",
    "de": "Teile dieser Seite sind maschinell übersetzt und noch nicht geprüft.",
    "en": "Parts of this page are machine translations that nobody has reviewed yet.",
    "es": "Partes de esta página son traducciones automáticas aún sin revisar.",
    "fa": "بخش‌هایی از این صفحه ترجمهٔ ماشینی است و هنوز بازبینی نشده است.",
    "fr": "Certaines parties de cette page sont des traductions automatiques"
    " qui n’ont pas encore été relues.",
    "he": "חלקים מדף זה תורגמו באופן אוטומטי וטרם נבדקו.",
    "hi": "इस पृष्ठ के कुछ भाग मशीनी अनुवाद हैं जिनकी अभी समीक्षा नहीं हुई है।",
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
#: Of what people made of a former text, in the same languages.
_STALE: Final = {
    "ar": "أجزاء من هذه الصفحة مترجمة من نسخة سابقة من النص.",
    "de": "Teile dieser Seite sind Übersetzungen einer früheren Fassung des Textes.",
    "en": "Parts of this page are translations of an earlier version of the text.",
    "es": "Partes de esta página son traducciones de una versión anterior del texto.",
    "fa": "بخش‌هایی از این صفحه از نسخهٔ پیشین متن ترجمه شده است.",
    "fr": "Certaines parties de cette page sont traduites d’une version antérieure"
    " du texte.",
    "he": "חלקים מדף זה תורגמו מגרסה קודמת של הטקסט.",
    "hi": "इस पृष्ठ के कुछ भाग पाठ के पुराने संस्करण के अनुवाद हैं।",
    "id": "Sebagian halaman ini adalah terjemahan dari versi teks sebelumnya.",
    "it": "Parti di questa pagina sono traduzioni di una versione precedente del"
    " testo.",
    "ja": "このページには、以前の版の原文からの翻訳が含まれています。",
    "ko": "이 페이지에는 이전 판 원문의 번역이 포함되어 있습니다.",
    "nl": "Delen van deze pagina zijn vertaald uit een eerdere versie van de tekst.",
    "pl": "Części tej strony to tłumaczenia wcześniejszej wersji tekstu.",
    "pt": "Partes desta página são traduções de uma versão anterior do texto.",
    "ru": "Часть этой страницы — перевод более ранней версии текста.",
    "tr": "Bu sayfanın bazı bölümleri metnin önceki bir sürümünün çevirisidir.",
    "uk": "Частину цієї сторінки перекладено з попередньої версії тексту.",
    "vi": "Một số phần của trang này được dịch từ phiên bản trước của văn bản.",
    "zh": "本页部分内容译自原文的旧版本。",
    "zh-TW": "本頁部分內容譯自原文的舊版本。",
}


#: Of texts of a machine that are no drafts, in the same languages.
_MACHINE: Final = {
    "ar": "تُرجمت أجزاء من هذه الصفحة آليًا.",
    "de": "Teile dieser Seite sind maschinell übersetzt.",
    "en": "Parts of this page are machine translations.",
    "es": "Partes de esta página son traducciones automáticas.",
    "fa": "بخش‌هایی از این صفحه ترجمهٔ ماشینی است.",
    "fr": "Certaines parties de cette page sont des traductions automatiques.",
    "he": "חלקים מדף זה תורגמו באופן אוטומטי.",
    "hi": "इस पृष्ठ के कुछ भाग मशीनी अनुवाद हैं।",
    "id": "Sebagian halaman ini adalah terjemahan mesin.",
    "it": "Parti di questa pagina sono traduzioni automatiche.",
    "ja": "このページには機械翻訳が含まれています。",
    "ko": "이 페이지에는 기계 번역이 포함되어 있습니다.",
    "nl": "Delen van deze pagina zijn machinaal vertaald.",
    "pl": "Części tej strony to tłumaczenia maszynowe.",
    "pt": "Partes desta página são traduções automáticas.",
    "ru": "Часть этой страницы переведена автоматически.",
    "tr": "Bu sayfanın bazı bölümleri makine çevirisidir.",
    "uk": "Частину цієї сторінки перекладено автоматично.",
    "vi": "Một số phần của trang này do máy dịch.",
    "zh": "本页部分内容由机器翻译。",
    "zh-TW": "本頁部分內容由機器翻譯。",
}


def tell(doctree: nodes.document, tag: str, *, drafts: bool = True) -> None:
    """Put a notice below the first title of a page that holds such texts.

    :param tag: the edition's language, BCP 47
    :param drafts: whether to tell of drafts and of translations of a former text, too
    """
    classes = {
        name for node in doctree.findall(nodes.Element) for name in node["classes"]
    }
    kinds = {DRAFT: _DRAFTS, STALE: _STALE} if drafts else {}
    if DRAFT not in classes or not drafts:  # of drafts that is told by their notice
        kinds[MACHINE] = _MACHINE
    found = [texts for name, texts in kinds.items() if name in classes]
    # No writer shows them: they were for this notice.
    doctree["classes"] = [c for c in doctree["classes"] if c not in _MARKS]
    if not found:
        return
    insert(doctree, tag, *found)


def insert(doctree: nodes.document, tag: str, *kinds: Mapping[str, str]) -> None:
    """Put a notice for readers below the first title of a page.

    Where it is in English for want of another, it says so: English has a direction.

    :param tag: the edition's language, BCP 47
    :param kinds: what is told, each by language
    """
    paragraphs = []
    for texts in kinds:
        known = closest(name_language(tag).tag, texts)
        text = texts[known or "en"]
        classes = [] if known else ["language-en"]
        paragraphs.append(nodes.paragraph(text, text, classes=classes))
    notice = nodes.container("", *paragraphs, classes=[NOTICE, NO_SEARCH])
    title = next(doctree.findall(nodes.title), None)
    if title is not None and isinstance(title.parent, nodes.section):
        title.parent.insert(title.parent.index(title) + 1, notice)
    else:
        doctree.insert(0, notice)
