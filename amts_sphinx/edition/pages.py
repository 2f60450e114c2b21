"""What the pages of an edition show of their own: other editions, direction, style.

It holds in every theme, since it does not depend on one: it is put into the text of a
page, or into the page once it is rendered.
"""

from __future__ import annotations

import re
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from sphinx.builders import epub3
from sphinx.builders.dirhtml import DirectoryHTMLBuilder
from sphinx.builders.epub3 import Epub3Builder
from sphinx.builders.html import StandaloneHTMLBuilder

from amts_sphinx import _compat
from amts_sphinx.core.languages import closest, find_language, name_language
from amts_sphinx.edition import original, review_marks, script_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.config import Config

    from amts_sphinx.edition.plan import EditionPlan, Sibling

_STATIC: Final = Path(__file__).parent.parent / "static"
#: Pages that are at no place of their own: the server shows it instead of others.
PLACELESS: Final = frozenset({"404"})
#: Pages without words of the book, which search engines need not know.
_TOOLS: Final = frozenset({"search", *PLACELESS})
#: Where the switcher stands on a page that has no text of the book.
_PLACES: Final = (
    re.compile(r'<h1 id="index"'),
    re.compile(r'<h1 id="search-documentation"'),
    re.compile(r'<div id="search-results"'),
    re.compile(r"<h1\b(?!.*<h1\b)", re.DOTALL),
)
_NOSCRIPT: Final = re.compile(
    r'<noscript><div class="amts-narrow.*?</noscript>', re.DOTALL
)
_NAV: Final = '<nav class="amts-languages'
#: Themes that have a place for such things: an option, and the parts usually there.
_HOMES: Final = {
    "pydata_sphinx_theme": ("navbar_end", ("theme-switcher", "navbar-icon-links")),
}
#: Themes that have a place without an option: what follows that place.
_SPOTS: Final = {"sphinx_rtd_theme": re.compile(r'<div role="search">')}
#: A narrow window hides those places until a script opens them. Without scripts the
#: switcher stands above the text, too, up to a width in pixels that is the theme's.
_NARROW: Final = {"pydata_sphinx_theme": 960, "sphinx_rtd_theme": 769}
#: Our part of such a place: a template.
_PART: Final = "amts-switcher"
_TEMPLATES: Final = Path(__file__).parent.parent / "templates" / "edition"
_HTML: Final = re.compile(r"<html\b(?![^>]*\sdir=)", re.IGNORECASE)
_ROOT: Final = re.compile(r"<html\b[^>]*>", re.IGNORECASE)
_LANG: Final = re.compile(
    r"""(\slang=|\sxml:lang=)(?:"[^"]*"|'[^']*')""", re.IGNORECASE
)
#: The language of a part; most pages have one such place, in their root.
_PART_LANG: Final = re.compile(r"""\slang=["']([\w-]+)["']""")
#: It has a direction; or it is a link to another edition, which isolates its name.
_DIRECTED: Final = re.compile(r"\s(?:dir|hreflang)=|^<html\b")
#: Code and signatures run from the left in every language.
_CODE: Final = re.compile(
    r'<(?:(?:pre|code|kbd|samp)(?=[\s>])|dt(?= class="sig\b))(?![^>]*\sdir=)'
)
#: The picture beside the names: a globe. As text it would be a box without a font.
_GLOBE: Final = (
    '<svg aria-hidden="true" viewBox="0 0 24 24" width="1em" height="1em" fill="none"'
    ' stroke="currentColor" stroke-width="2"><circle cx="12" cy="12" r="10"/><path'
    ' d="M2 12h20M12 2a15 15 0 0 1 0 20M12 2a15 15 0 0 0 0 20"/></svg>'
)
#: What assistive technology calls the switcher.
_LANGUAGES: Final = {
    "ar": "اللغات",
    "de": "Sprachen",
    "en": "Languages",
    "es": "Idiomas",
    "fa": "زبان‌ها",
    "fr": "Langues",
    "he": "שפות",
    "hi": "भाषाएँ",
    "id": "Bahasa",
    "it": "Lingue",
    "ja": "言語",
    "ko": "언어",
    "nl": "Talen",
    "pl": "Języki",
    "pt": "Idiomas",
    "ru": "Языки",
    "tr": "Diller",
    "uk": "Мови",
    "vi": "Ngôn ngữ",
    "zh": "语言",
    "zh-TW": "語言",
}


def register(app: Sphinx, plan: EditionPlan) -> None:
    """Have the pages of an edition say what they need to, if it has pages."""
    builder = app.builder
    if not isinstance(builder, StandaloneHTMLBuilder):
        return
    app.config.html_static_path = [
        *app.config.html_static_path,
        str(_STATIC / "edition"),
    ]
    app.add_css_file("amts.css")
    if find_language(plan.tag).from_right:
        app.add_css_file("amts-rtl.css")
    if plan.review is not None:
        review_marks.register(app, plan)
    if isinstance(builder, Epub3Builder) and find_language(plan.tag).from_right:
        # Pages are turned the other way, in whichever direction the lines run.
        for mode in epub3.PAGE_PROGRESSION_DIRECTIONS:
            epub3.PAGE_PROGRESSION_DIRECTIONS[mode] = "rtl"
    if getattr(builder, "templates", None) is not None:
        _compat.after_rendering(
            builder, partial(_finished, plan=plan, theme=app.config.html_theme)
        )
    script_words.register(app, plan.strings)
    # A book in one file, such as an EPUB, has no other editions beside it.
    if not builder.embedded and builder.out_suffix == ".html":
        if plan.site.switcher:
            app.add_js_file("amts.js", loading_method="defer")
            # Before themes look which of their parts are empty.
            app.connect("html-page-context", partial(_offer, plan), priority=100)
        app.connect("html-page-context", partial(_on_page, plan), priority=900)


def find_place(config: Config) -> None:
    """Put the switcher into the theme's own place, if it is known to have one.

    It must be called before the theme sees its options.
    """
    if config.html_theme not in _HOMES:
        return
    name, usual = _HOMES[config.html_theme]
    options = config.html_theme_options or {}
    parts = options.get(name, usual)
    if isinstance(parts, str):
        parts = [part.strip() for part in parts.split(",") if part.strip()]
    config["html_theme_options"] = {**options, name: [*parts, _PART]}
    config["templates_path"] = [*config.templates_path, str(_TEMPLATES)]


def _offer(
    plan: EditionPlan,
    app: Sphinx,
    pagename: str,
    _: str,
    context: dict[str, Any],
    __: nodes.document | None,
) -> None:
    """Give the switcher to the templates."""
    if pagename not in PLACELESS:
        uri = uri_of(app.builder, pagename)  # type: ignore[arg-type]
        context["amts_switcher"] = switcher(plan, uri)


def _on_page(
    plan: EditionPlan,
    app: Sphinx,
    pagename: str,
    _: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add to a page what leads to its counterparts."""
    uri = uri_of(app.builder, pagename)  # type: ignore[arg-type]
    if plan.site.originals and doctree is not None and context.get("body"):
        book = plan.site.siblings[0]
        there = link_to(book, uri)
        context["body"] = original.link(context["body"], book, there, plan.tag)
    theme = app.config.html_theme
    if context.get("amts_switcher") and context.get("body"):
        if theme in _NARROW:
            context["body"] = _without_scripts(context, theme) + context["body"]
        else:
            context["body"] = context.pop("amts_switcher") + context["body"]
    if plan.site.alternates and pagename not in _TOOLS and doctree is not None:
        links = alternates(plan, uri)
        context["metatags"] = context.get("metatags", "") + links


def _without_scripts(context: Mapping[str, Any], theme: str) -> str:
    """Return the switcher for narrow windows without scripts, as HTML."""
    name = f"amts-narrow-{_NARROW[theme]}"
    return f'<noscript><div class="{name}">{context["amts_switcher"]}</div></noscript>'


def uri_of(builder: StandaloneHTMLBuilder, pagename: str) -> str:
    """Return the address of a page from the root of its edition."""
    if builder.name == "singlehtml":
        return f"{pagename}{builder.out_suffix}"  # its own address is an anchor
    uri = builder.get_target_uri(pagename)
    # Sphinx quotes the names of files, but not those of folders.
    return quote(uri) if isinstance(builder, DirectoryHTMLBuilder) else uri


def switcher(plan: EditionPlan, uri: str) -> str:
    """Return what leads from a page to itself in the other editions, as HTML.

    It works without a script, and with the keyboard alone.

    :param uri: the address of the page, from the root of the edition
    """
    label = _LANGUAGES[closest(name_language(plan.tag).tag, _LANGUAGES) or "en"]
    here = next(each for each in plan.site.siblings if each.tag == plan.tag)
    items = "".join(
        _item(each, uri, is_here=each is here) for each in plan.site.siblings
    )
    return (
        f'{_NAV} no-search" aria-label="{escape(label)}"><details>'
        f"<summary>{_GLOBE} {escape(here.name)}</summary><ul>{items}</ul></details>"
        "</nav>"
    )


def _item(sibling: Sibling, uri: str, *, is_here: bool) -> str:
    tag = escape(sibling.tag)
    current = ' aria-current="true"' if is_here else ""
    href = escape(link_to(sibling, uri))
    return (
        f'<li><a href="{href}" lang="{tag}" hreflang="{tag}"{current}>'
        f"<bdi>{escape(sibling.name)}</bdi></a></li>"
    )


def link_to(sibling: Sibling, uri: str) -> str:
    """Return the address of a page in another edition, from the page itself."""
    if urlsplit(sibling.path).scheme:
        return f"{sibling.path}{uri}"
    return f"{'../' * uri.count('/')}{sibling.path}{uri}" or "./"


def alternates(plan: EditionPlan, uri: str) -> str:
    """Return the links that tell search engines of a page in all editions, as HTML.

    Such links must be full addresses; where those are not known there are no links.
    """
    siblings = plan.site.siblings
    if not all(each.url for each in siblings):
        return ""
    return "".join(
        f'\n<link rel="alternate" hreflang="{tag}" href="{escape(url)}" />'
        for tag, url in counterparts(siblings, uri, plan.site.chooser)
    )


def counterparts(
    siblings: Sequence[Sibling], uri: str, chooser: str
) -> list[tuple[str, str]]:
    """Return the address of a page in each edition, by its language.

    Readers of other languages (``x-default``) are led to the book itself, or else to
    the page that lets them choose.

    :param chooser: the address of that page; empty: there is none
    """
    found = [(each.tag, each.url + uri) for each in siblings]
    books = (each.url + uri for each in siblings if each.is_source)
    default = next(books, chooser)
    return [*found, ("x-default", default)] if default else found


def _finished(
    text: str, context: Mapping[str, Any], plan: EditionPlan, theme: str
) -> str:
    """Return a page with what no event of Sphinx's reaches."""
    if not _HTML.search(text):
        return text
    text = _ROOT.sub(lambda root: _LANG.sub(rf'\1"{lang_of(plan)}"', root[0]), text, 1)
    if plan.review is not None:
        text = review_marks.name_texts(text)
    text = _with_directions(text, plan.tag)
    found = context.get("amts_switcher")
    return _with_switcher(text, found, theme) if found else text


def lang_of(plan: EditionPlan) -> str:
    """Return the language of an edition as its pages name it.

    It is that of Sphinx's catalogue, which may be one of another region: there is none
    of Swiss German.
    """
    if find_language(plan.locale).tag == plan.tag:
        return plan.locale.replace("_", "-")
    return plan.tag


def _with_switcher(text: str, found: str, theme: str) -> str:
    """Return a page with the switcher in the theme's own place, or before its text."""
    if _NAV in _NOSCRIPT.sub("", text):
        return text
    for place in (_SPOTS.get(theme), *_PLACES):
        if match := place and place.search(text):
            return f"{text[: match.start()]}{found}{text[match.start() :]}"
    return text


def _with_directions(text: str, tag: str) -> str:
    """Set the direction of a page, and that of its parts in other languages."""
    right = find_language(tag).from_right

    def directed(part: re.Match[str]) -> str:
        start, end = text.rfind("<", 0, part.start()), text.find(">", part.end())
        is_in_tag = start >= 0 and ">" not in text[start : part.start()]
        its_own = name_language(part[1]).from_right
        if its_own == right or not is_in_tag or _DIRECTED.search(text[start:end]):
            return part[0]
        return f'{part[0]} dir="{"rtl" if its_own else "ltr"}"'

    text = _PART_LANG.sub(directed, text)
    if not right:
        return text
    text = _CODE.sub(r'\g<0> dir="ltr"', text)
    return _HTML.sub('<html dir="rtl"', text, count=1)
