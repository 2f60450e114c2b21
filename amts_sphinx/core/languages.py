"""The languages: BCP 47 tag → Amazon Translate's code, Sphinx's locale, script.

The list is that of Amazon Translate's developer guide, "Supported languages and
language codes" (75 languages, 2026). A tag that is not in it, and that no alias leads
to, is an error that names its neighbours, never a silent no-op.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Final

from amts_sphinx.core.errors import LanguageError


@dataclass(frozen=True, slots=True)
class Language:
    """A language that an edition can be in."""

    #: BCP 47, as short as it is unambiguous; the builder is ``amts-<tag>``.
    tag: str
    #: What Amazon Translate calls it.
    service: str
    #: The value of Sphinx's ``language``.
    locale: str
    #: In English, for messages.
    name: str
    #: In the language itself, for readers.
    native_name: str
    #: ISO 15924 code of the script.
    script: str

    @property
    def spaced(self) -> bool:
        """Whether blanks stand between words and after a sentence."""
        return self.script not in _UNSPACED


_UNSPACED: Final = frozenset({"Hans", "Hant", "Jpan", "Thai"})

#: tag | Sphinx locale, when it is not the tag | script | name | native name
_TABLE: Final = """
af||Latn|Afrikaans|Afrikaans
am||Ethi|Amharic|አማርኛ
ar||Arab|Arabic|العربية
az||Latn|Azerbaijani|azərbaycan
bg||Cyrl|Bulgarian|български
bn||Beng|Bengali|বাংলা
bs||Latn|Bosnian|bosanski
ca||Latn|Catalan|català
cs||Latn|Czech|čeština
cy||Latn|Welsh|Cymraeg
da||Latn|Danish|dansk
de||Latn|German|Deutsch
el||Grek|Greek|Ελληνικά
en||Latn|English|English
es||Latn|Spanish|español
es-MX|es|Latn|Spanish (Mexico)|español (México)
et||Latn|Estonian|eesti
fa||Arab|Persian|فارسی
fa-AF|fa|Arab|Dari|دری
fi||Latn|Finnish|suomi
fr||Latn|French|français
fr-CA|fr|Latn|French (Canada)|français (Canada)
ga||Latn|Irish|Gaeilge
gu||Gujr|Gujarati|ગુજરાતી
ha||Latn|Hausa|Hausa
he||Hebr|Hebrew|עברית
hi||Deva|Hindi|हिन्दी
hr||Latn|Croatian|hrvatski
ht||Latn|Haitian Creole|Kreyòl ayisyen
hu||Latn|Hungarian|magyar
hy||Armn|Armenian|հայերեն
id||Latn|Indonesian|Indonesia
is||Latn|Icelandic|íslenska
it||Latn|Italian|italiano
ja||Jpan|Japanese|日本語
ka||Geor|Georgian|ქართული
kk||Cyrl|Kazakh|қазақ тілі
kn||Knda|Kannada|ಕನ್ನಡ
ko||Kore|Korean|한국어
lt||Latn|Lithuanian|lietuvių
lv||Latn|Latvian|latviešu
mk||Cyrl|Macedonian|македонски
ml||Mlym|Malayalam|മലയാളം
mn||Cyrl|Mongolian|монгол
mr||Deva|Marathi|मराठी
ms||Latn|Malay|Melayu
mt||Latn|Maltese|Malti
nl||Latn|Dutch|Nederlands
no|nb_NO|Latn|Norwegian|norsk
pa||Guru|Punjabi|ਪੰਜਾਬੀ
pl||Latn|Polish|polski
ps||Arab|Pashto|پښتو
pt|pt_BR|Latn|Portuguese (Brazil)|português (Brasil)
pt-PT|pt_PT|Latn|Portuguese (Portugal)|português (Portugal)
ro||Latn|Romanian|română
ru||Cyrl|Russian|русский
si||Sinh|Sinhala|සිංහල
sk||Latn|Slovak|slovenčina
sl||Latn|Slovenian|slovenščina
so||Latn|Somali|Soomaali
sq||Latn|Albanian|shqip
sr||Cyrl|Serbian|српски
sv||Latn|Swedish|svenska
sw||Latn|Swahili|Kiswahili
ta||Taml|Tamil|தமிழ்
te||Telu|Telugu|తెలుగు
th||Thai|Thai|ไทย
tl||Latn|Tagalog|Tagalog
tr||Latn|Turkish|Türkçe
uk|uk_UA|Cyrl|Ukrainian|українська
ur||Arab|Urdu|اردو
uz||Latn|Uzbek|o‘zbek
vi||Latn|Vietnamese|Tiếng Việt
zh|zh_CN|Hans|Chinese (simplified)|简体中文
zh-TW|zh_TW|Hant|Chinese (traditional)|繁體中文
"""

#: Other names of the same thing, in lower case with hyphens.
_ALIASES: Final = {
    "cmn": "zh",
    "fil": "tl",
    "iw": "he",
    "nb": "no",
    "nn": "no",
    "prs": "fa-AF",
    "zh-hant": "zh-TW",
}
#: Countries that are often named in place of their language.
_COUNTRIES: Final = {
    "br": "pt",
    "cn": "zh",
    "cz": "cs",
    "dk": "da",
    "gr": "el",
    "il": "he",
    "ir": "fa",
    "jp": "ja",
    "kr": "ko",
    "se": "sv",
    "tw": "zh-TW",
    "ua": "uk",
    "vn": "vi",
}
#: Subtags of Chinese that mean the traditional script.
_TRADITIONAL: Final = {"hant", "tw", "hk", "mo"}


def _read_table() -> dict[str, Language]:
    languages = {}
    for row in _TABLE.split("\n"):
        if row:
            tag, locale, script, name, native = row.split("|")
            languages[tag] = Language(tag, tag, locale or tag, name, native, script)
    return languages


#: Every language an edition can be in, by tag.
LANGUAGES: Final = _read_table()


def find_language(tag: str) -> Language:
    """Return the language that *tag* names: BCP 47, or a Sphinx or POSIX locale.

    A region that makes no difference to the service is dropped: ``de-AT`` is ``de``.

    :raises LanguageError: no language of the service has that name
    """
    if tag in LANGUAGES:
        return LANGUAGES[tag]
    wanted = tag.partition(".")[0].replace("_", "-")
    by_tag = {known.lower(): known for known in LANGUAGES}
    language, *rest = wanted.lower().split("-")
    # The script of Chinese outweighs what the table says of the language alone.
    traditional = _TRADITIONAL & set(rest) and "hans" not in rest
    script = "zh-hant" if language == "zh" and traditional else language
    for name in (wanted.lower(), script):
        known = _ALIASES.get(name) or by_tag.get(name)
        if known:
            return LANGUAGES[known]
    raise LanguageError(f"unknown language {tag!r}; {_neighbours(wanted)}")


def name_language(tag: str) -> Language:
    """Return the language that *tag* names, also one that no edition can be in."""
    try:
        return find_language(tag)
    except LanguageError:
        return Language(tag, "", tag, tag, tag, "")


def _neighbours(tag: str) -> str:
    """Say which known languages *tag* may have been meant for."""
    names: dict[str, Language] = {}
    for language in LANGUAGES.values():
        word = language.name.partition(" ")[0]
        for name in (word, language.native_name, language.tag):
            names.setdefault(name.lower(), language)
    names |= {country: LANGUAGES[known] for country, known in _COUNTRIES.items()}
    asked = tag.lower()
    near = [asked] if asked in names else []
    near = near or difflib.get_close_matches(asked, names, n=4, cutoff=0.6)
    if not near and len(asked) == len("zh"):
        near = [known.lower() for known in LANGUAGES if known[0] == asked[0]]
    if near:
        found = dict.fromkeys(names[name] for name in near)
        shown = ", ".join(f"{language.tag} ({language.name})" for language in found)
        return f"did you mean {shown}?"
    return f"allowed are {', '.join(LANGUAGES)}"
