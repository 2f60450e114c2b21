"""Languages: any BCP 47 tag, in one spelling, with its name, script and Sphinx locale.

Names, scripts, aliases and likely subtags are those of the CLDR, which Babel brings. A
tag is written as short as it is unambiguous: ``zh-Hant-TW`` is ``zh-TW``, ``de-DE`` is
``de``; but ``de-CH``, ``zh-HK`` and ``sr-Latn`` stay what they are. The rules are those
of Unicode TS #35, "Likely Subtags", favoring the region.

Which of these an engine can translate is the engine's business.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from babel.core import Locale, UnknownLocaleError, get_global

from amts_sphinx.core.errors import LanguageError

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Language:
    """A language that an edition can be in."""

    #: BCP 47, as short as it is unambiguous; the builder is ``amts-<tag>``.
    tag: str
    #: The value of Sphinx's ``language``: the catalogue of its own words.
    locale: str
    #: ISO 15924 code of the script; empty where the CLDR does not know it.
    script: str

    @property
    def name(self) -> str:
        """The name in English, for messages."""
        return _names(self.tag)[0]

    @property
    def native_name(self) -> str:
        """The name in the language itself, for readers."""
        return _names(self.tag)[1]

    @property
    def from_right(self) -> bool:
        """Whether it is written from the right to the left."""
        return self.script in _FROM_RIGHT

    @property
    def cjk(self) -> str:
        """``zh`` or ``ja`` where it is written as Chinese or Japanese; else empty.

        So are Cantonese and the other Chinese languages, but not pinyin.
        """
        if self.script in _CHINESE:
            return "zh"
        return "ja" if self.script in _JAPANESE else ""

    @property
    def spaced(self) -> bool:
        """Whether blanks stand between words and after a sentence."""
        return self.script not in _UNSPACED


_CHINESE: Final = frozenset({"Hanb", "Hani", "Hans", "Hant"})
_JAPANESE: Final = frozenset({"Hira", "Hrkt", "Jpan", "Kana"})
#: Scripts without blanks between words.
_UNSPACED: Final = (
    _CHINESE | _JAPANESE | frozenset({"Khmr", "Lana", "Laoo", "Mymr", "Tale", "Thai"})
)
#: Scripts that run from the right to the left.
_FROM_RIGHT: Final = frozenset(
    "Adlm Arab Aran Hebr Mand Mend Nkoo Rohg Samr Syrc Thaa Yezi".split()
)
#: What other systems, and this package, call a language in their own way, and the
#: tags of RFC 3066 that are older than their rules. The longer of two comes first.
_ALIASES: Final = {
    "art-lojban": "jbo",
    "cel-gaulish": "xtg",
    "chs": "zh-Hans",
    "cht": "zh-Hant",
    "en-gb-oed": "en-GB-oxendict",
    "fil": "tl",
    "i-ami": "ami",
    "i-bnn": "bnn",
    "i-hak": "hak",
    "i-klingon": "tlh",
    "i-lux": "lb",
    "i-navajo": "nv",
    "i-pwn": "pwn",
    "i-tao": "tao",
    "i-tay": "tay",
    "i-tsu": "tsu",
    "nb": "no",
    "no-bok": "no",
    "no-no-ny": "nn",
    "no-nyn": "nn",
    "sgn-be-fr": "sfb",
    "sgn-be-nl": "vgt",
    "sgn-ch-de": "sgg",
    "zh-chs": "zh-Hans",
    "zh-cht": "zh-Hant",
    "zh-guoyu": "zh",
    "zh-hakka": "hak",
    "zh-min-nan": "nan",
    "zh-min": "nan",
    "zh-xiang": "hsn",
}
#: Windows named Serbia and Montenegro so.
_REGIONS: Final = {"SP": "RS"}
#: The scripts that a POSIX locale names after its ``@``, alone or at the end of a
#: longer name; and variants that BCP 47 has another name for.
_MODIFIERS: Final = {
    "arabic": "Arab",
    "cyrillic": "Cyrl",
    "devanagari": "Deva",
    "hebrew": "Hebr",
    "iqtelif": "Latn",
    "latin": "Latn",
    "tifinagh": "Tfng",
}
_VARIANTS: Final = {"ijekavian": "ijekavsk", "ekavian": "ekavsk"}
#: Modifiers that say nothing about the language: its currency, or its quotes.
_MEANINGLESS: Final = frozenset({"euro", "quot", "boldquot"})
#: Names that Chinese readers tell their two scripts by.
_NAMES: Final = {
    "zh": ("Chinese (simplified)", "简体中文"),
    "zh-TW": ("Chinese (traditional)", "繁體中文"),
}
#: Sphinx's catalogue of a language, where it is not called as its tag. Sphinx has
#: folders such as ``zh_HK``, too, in which nothing is translated.
_LOCALES: Final = {
    "no": "nb_NO",
    "pt": "pt_PT",
    "pt-BR": "pt_BR",
    "uk": "uk_UA",
    "zh-Hans": "zh_CN",
    "zh-Hant": "zh_TW",
}
_TAG: Final = re.compile(
    r"""
    (?P<language> [a-z]{2,3} ) (?: -(?P<extlang> [a-z]{3} ) (?: -[a-z]{3} ){0,2} )?
    (?: -(?P<script> [a-z]{4} ) )?
    (?: -(?P<region> [a-z]{2} | [0-9]{3} ) )?
    (?P<rest>
        (?: -(?: [a-z0-9]{5,8} | [0-9][a-z0-9]{3} ) )*          # variants
        (?: -[0-9a-wy-z] (?: -[a-z0-9]{2,8} )+ )*               # extensions
        (?: -x (?: -[a-z0-9]{1,8} )+ )?                         # for private use
    )
    """,
    re.VERBOSE,
)
#: A script behind the region, as Windows once had it: ``sr-SP-Latn``.
_LATE_SCRIPT: Final = re.compile(r"([a-z]{2,3})-([a-z]{2}|[0-9]{3})-([a-z]{4})(?=-|$)")
#: What a file writes that does not say which language it means.
_OPEN: Final = frozenset({"", "*", "*all*", "mul", "und"})
#: ISO 639: languages of nobody in particular, for private use.
_PRIVATE: Final = re.compile("q[a-t][a-z]")
_ALLOWED: Final = "allowed is any BCP 47 tag, such as de, pt-BR, zh-TW or sr-Latn"
_TWO: Final = 2
#: What the CLDR calls January where it has no word for it.
_NO_MONTH: Final = "M01"


class _Subtags(NamedTuple):
    """What a tag is made of, in the spelling of BCP 47; empty where it has none."""

    language: str
    script: str = ""
    region: str = ""
    #: Variants and extensions, each with its hyphen.
    rest: str = ""

    def __str__(self) -> str:
        parts = (self.language, self.script, self.region)
        return "-".join(filter(None, parts)) + self.rest


def find_language(tag: str) -> Language:
    """Return the language that *tag* names: BCP 47, or a Sphinx or POSIX locale.

    :raises LanguageError: it is no such tag, or one of two letters, or of the three of
        a country, that no language has
    """
    found = known_language(tag)
    if found is None:
        raise LanguageError(f"unknown language {tag!r}; {_neighbours(_plain(tag))}")
    return found


@lru_cache(2**10)
def known_language(tag: str) -> Language | None:
    """Return what *tag* names; ``None`` where :func:`find_language` would raise.

    To find out what an unknown tag was meant for takes a second.
    """
    subtags = _parse(tag)
    if subtags is None:
        return None
    full = _likely(subtags)
    return Language(str(_shortest(subtags)), _locale(full), full.script)


def spellings_of(tag: str) -> tuple[str, ...]:
    """Return the tags that name the same language: ``zh``, ``zh-Hans``, ``zh-Hans-CN``.

    :param tag: that of a :class:`Language`; it is among them
    """
    subtags = _split(tag)
    full = _likely(subtags)
    region, script = full.region, full.script
    parts = (subtags, full, full._replace(region=""), full._replace(script=""))
    same = {str(each) for each in parts if _shortest(each) == _shortest(subtags)}
    return tuple(sorted({tag, *same})) if region and script else (tag,)


def name_language(tag: str) -> Language:
    """Return the language that *tag* names, also one that no edition can be in."""
    return known_language(tag) or Language(tag, tag, "")


def is_open(tag: str) -> bool:
    """Tell whether *tag* leaves the language open, as ``*all*``, ``und`` or nothing."""
    return tag.strip().lower() in _OPEN


def posix_locale(tag: str) -> str:
    """Return what gettext's tools call a language: ``zh_CN``, ``de_CH``, ``sr@latin``.

    :param tag: that of a :class:`Language`
    """
    locale = find_language(tag).locale
    if "-" not in locale and find_language(locale).tag == tag:
        return locale
    language, _, script = tag.partition("-")
    modifiers = {known: name for name, known in _MODIFIERS.items()}
    if script in modifiers:
        return f"{language}@{modifiers[script]}"
    if re.fullmatch(r"[a-z]{5,8}", script):
        return f"{language}@{script}"
    return tag.replace("-", "_")


def dates_locale(locale: str) -> str:
    """Return what Babel calls a Sphinx locale; English where it has no months of it."""
    name = locale.replace("-", "_")
    try:
        january = Locale.parse(name).months["format"]["wide"][1]
    except (ValueError, UnknownLocaleError):
        return "en"
    return "en" if january == _NO_MONTH else name


def closest(wanted: str, tags: Iterable[str]) -> str | None:
    """Return that of *tags* that says best what *wanted* says.

    The same tag comes first; then the same language in the same script, that of the
    CLDR's parent, of the likeliest region, and of no region before those of others.
    Another script is another language.

    :param wanted: as each of *tags*, the tag of a :class:`Language`
    :returns: ``None`` where none is in that language and script
    """
    tags = list(tags)
    if wanted in tags or not wanted:
        return wanted or None
    here = _likely(_split(wanted))
    parent = get_global("parent_exceptions").get(wanted.replace("-", "_"), "")
    found: list[tuple[bool, bool, int, str]] = []
    for tag in tags:
        there = _likely(_split(tag))
        if (there.language, there.script) == (here.language, here.script):
            other = tag.replace("-", "_") != parent, there.region != here.region
            found.append((*other, tag.count("-"), tag))
    return min(found)[-1] if found else None


def _plain(tag: str) -> str:
    """Return a tag or locale as a tag in small letters, with aliases resolved."""
    wanted = tag.strip().partition("@")[0].partition(".")[0].replace("_", "-").lower()
    for name, known in _ALIASES.items():
        if wanted == name or wanted.startswith(f"{name}-"):
            wanted = f"{known.lower()}{wanted.removeprefix(name)}"
    return wanted


def _parse(tag: str) -> _Subtags | None:
    """Take a tag apart, with all aliases resolved.

    :returns: ``None`` where it is not well-formed, or names no language
    """
    modifier = tag.strip().partition("@")[2].partition(".")[0].lower()
    subtags = _resolved(_split(_plain(tag)))
    if not subtags.language or not _is_known(subtags.language):
        return None
    return _modified(subtags, modifier) if modifier else subtags


def _modified(subtags: _Subtags, modifier: str) -> _Subtags:
    """Add what a POSIX locale says after its ``@``: a script, a variant, or both."""
    script = modifier.title() if modifier.title() in _cldr_scripts() else ""
    for name, known in _MODIFIERS.items():
        if modifier.endswith(name):
            script, modifier = known, modifier.removesuffix(name)
            break
    if script:
        subtags = subtags._replace(script=subtags.script or script)
    variant = _VARIANTS.get(modifier, modifier)
    if re.fullmatch(r"[a-z]{5,8}", variant) and modifier not in _MEANINGLESS:
        subtags = subtags._replace(rest=f"-{variant}{subtags.rest}")
    return subtags


def _split(tag: str) -> _Subtags:
    """Take a well-formed tag apart; of any other nothing is left."""
    match = _TAG.fullmatch(_LATE_SCRIPT.sub(r"\1-\3-\2", tag.lower()))
    if not match:
        return _Subtags("")
    language, region = match["language"], (match["region"] or "").upper()
    if extlang := match["extlang"]:
        # Windows names countries by three letters; else it is a language of a family.
        country = get_global("territory_aliases").get(extlang.upper(), [])
        region = country[0] if len(country) == 1 and not region else region
        language = language if len(country) == 1 else extlang
    return _Subtags(language, (match["script"] or "").title(), region, match["rest"])


def _resolved(subtags: _Subtags) -> _Subtags:
    """Replace what the CLDR has another name for: ``iw`` is ``he``, UK is GB."""
    language = subtags.language
    if language not in _ALIASES.values():
        alias = get_global("language_aliases").get(language, language)
        found = _split(str(alias).replace("_", "-"))
        own = _split(_ALIASES.get(found.language, found.language))
        subtags = _Subtags(
            own.language,
            subtags.script or found.script,
            subtags.region or found.region,
            subtags.rest,
        )
    region = _REGIONS.get(subtags.region, subtags.region)
    regions = get_global("territory_aliases").get(region, [region])
    # A country that fell into several is the one that speaks the language.
    likely = _likely(subtags._replace(region="", rest="")).region
    return subtags._replace(region=likely if likely in regions else regions[0])


def _is_known(language: str) -> bool:
    """Tell whether a primary subtag may be meant as a language."""
    if language in get_global("likely_subtags") or language in _cldr_languages():
        return True
    country = get_global("territory_aliases").get(language.upper())
    return bool(_PRIVATE.fullmatch(language)) or not (len(language) == _TWO or country)


@lru_cache(2**10)
def _likely(subtags: _Subtags) -> _Subtags:
    """Add the script and the region that are meant where none is named."""
    likely = get_global("likely_subtags")
    language, script, region, rest = subtags
    names = [(language, script, region), (language, region), (language, script)]
    for parts in (*names, (language,)):
        if found := likely.get("_".join(filter(None, parts))):
            _, likely_script, likely_region = str(found).split("_")
            return _Subtags(
                language, script or likely_script, region or likely_region, rest
            )
    return subtags


def _shortest(subtags: _Subtags) -> _Subtags:
    """Leave out what :func:`_likely` would add."""
    full = _likely(subtags)
    for part in (
        full._replace(script="", region=""),
        full._replace(script=""),
        full._replace(region=""),
    ):
        if _likely(part) == full:
            return part
    return full if all(full[:3]) else subtags


def _locale(full: _Subtags) -> str:
    """Return what Sphinx calls the catalogue with the words of a language."""
    language, script, region, _ = full
    usual = _likely(_Subtags(language))
    for name in (f"{language}-{region}", f"{language}-{script}", language):
        if name in _LOCALES:
            return _LOCALES[name]
    # A region makes no difference to Sphinx's words, and has no catalogue of its own.
    # With a hyphen, gettext does not fall back on the words in the other script, as it
    # does from sr@latin to sr.
    return language if script in {"", usual.script} else f"{language}-{script}"


@lru_cache(1)
def _cldr_languages() -> Any:
    """Return the English names of languages, by their tags with ``_``."""
    return Locale("en").languages


@lru_cache(1)
def _cldr_scripts() -> Any:
    """Return the English names of scripts, by their codes."""
    return Locale("en").scripts


@lru_cache(2**10)
def _names(tag: str) -> tuple[str, str]:
    """Return the English and the own name of a language; its tag where it has none."""
    if tag in _NAMES:
        return _NAMES[tag]
    language, script, region, _ = _split(tag)
    names = _cldr_languages()
    whole = "_".join(filter(None, (language, script, region)))
    try:
        locale = Locale.parse(whole)
    except (ValueError, UnknownLocaleError):
        name = names.get(language, tag)
        return (name, name) if whole == language else (f"{name} ({tag})", tag)
    english = names.get(whole) or locale.get_display_name("en")
    own = locale.languages.get(whole) or locale.get_display_name()
    return english or tag, own or english or tag


def _neighbours(tag: str) -> str:
    """Say which languages *tag* may have been meant for."""
    names = _cldr_languages()
    by_name: dict[str, str] = {name.lower(): key for key, name in names.items()}
    country = get_global("territory_aliases").get(tag.upper(), [tag.upper()])[0]
    speaks = get_global("likely_subtags").get(f"und_{country}")
    near: list[str] = [tag] if tag in by_name else []
    if not near and len(tag) > _TWO + 1:
        by_name |= {name.lower(): key for key, name in _own_names().items()}
        near = difflib.get_close_matches(tag, by_name, n=4, cutoff=0.6)
    meant = [by_name[name] for name in near]
    if not meant and speaks and len(tag) <= _TWO + 1:
        meant = [str(speaks)]
    if not meant and len(tag) == _TWO:
        meant = [key for key in names if len(key) == _TWO and key[0] == tag[0]]
    found = {find_language(key).tag: find_language(key).name for key in meant}
    if not found:
        return _ALLOWED
    return f"did you mean {', '.join(f'{t} ({n})' for t, n in found.items())}?"


def _own_names() -> dict[str, str]:
    """Return what languages of two letters call themselves; it takes a second."""
    found: dict[str, str] = {}
    for tag in _cldr_languages():
        if len(tag) == _TWO:
            try:
                found[tag] = Locale(tag).languages.get(tag, "")
            except UnknownLocaleError:
                continue
    return {tag: name for tag, name in found.items() if name}
