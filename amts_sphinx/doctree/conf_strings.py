"""The book's texts outside its documents: those of ``conf.py``, module synopses.

They are taken as ``conf.py`` gives them, before themes and extensions change the
values. An edition runs ``conf.py`` again, and translates what it finds there in the
same way: what ``conf.py`` sets for one edition alone stays as it is.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from functools import cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from weakref import WeakKeyDictionary

from sphinx.locale import _
from sphinx.util.i18n import format_date

from amts_sphinx import _compat
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Container, Location, Segment
from amts_sphinx.doctree import conf_markup, sphinx_strings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

    from amts_sphinx.doctree.conf_markup import Markup

#: The name in place of a document's, for texts that are in no document.
CONF: Final = "conf.py"
#: Sphinx's own format of a date, in English.
_DATE: Final = "%b %d, %Y"
_STRINGS: Final = (
    "project",
    "html_title",
    "html_short_title",
    "epub_title",
    "epub_description",
    "ogp_site_name",
    "ogp_image_alt",
    "blog_title",
    "togglebutton_hint",
    "togglebutton_hint_hide",
)
#: Values with holes that Sphinx fills; one of them is a dictionary.
_WITH_HOLES: Final = (
    "copyright",
    "project_copyright",
    "numfig_format",
    "amts_strings",
)
_COPYRIGHTS: Final = frozenset({"copyright", "project_copyright"})
_WORDS: Final = re.compile(r"[^\W\d_][^\s,;:()&]*|[,;:()&]")
#: A word in small letters of this length is more than "and", "by" or "von".
_PROSE: Final = 4
_DATES: Final = ("html_last_updated_fmt", "today_fmt")
#: Values that are lists of tuples, and the positions of their titles.
_TITLES: Final = {
    "latex_documents": (2,),
    "man_pages": (2,),
    "texinfo_documents": (2, 5),
}
#: Values that hold texts among other things: only what a known name names is text.
_MIXED: Final = ("html_theme_options", "html_context", "notfound_context")
#: That of them which may hold functions, and more.
_CONTEXT: Final = "html_context"
#: Values without texts that are kept too, since themes change them.
_ALSO: Final = ("templates_path",)
#: Such names, as themes have them: ``search_bar_text``, ``logo.alt_text``.
_NAMES_TEXT: Final = re.compile(
    r"(?:\w+_)?(?:alt|announcement|body|caption|content|copyright|description"
    r"|extra_footer|footer|label|message|name|placeholder|subtitle|summary|tagline"
    r"|text|title|tooltip|welcome)"
)
#: Names that end like one of those, and name something else.
_NAMES_NO_TEXT: Final = re.compile(r"(?:sidebar|hide|show|use)_\w+|\w+_(?:style_)?name")
#: Options that are colours in some themes, and texts in others.
_COLOURS: Final = frozenset({"body_text", "code_text", "footer_text", "sidebar_text"})
#: Lists of pairs, or dictionaries, of names of links and where they lead.
_LINKS: Final = re.compile(r"(?:\w+_)?(?:links|navbar|pages|icons)")
_ADDRESS: Final = re.compile(
    r"[a-z][a-z0-9+.-]*:\S*|(?:[./#]|\w+[/])\S*|\S+\.\w{2,5}", re.IGNORECASE
)
_TEMPLATE: Final = re.compile(r"\{\{|\{%|\{#")
#: What search engines and social networks show of a page.
_METADATA: Final = re.compile(
    r"(?:og|twitter):(?:title|description|site_name|image:alt)"
)

#: What ``conf.py`` gave, by the configuration that was made of it.
_WRITTEN: Final[WeakKeyDictionary[Config, dict[str, Any]]] = WeakKeyDictionary()


class ConfText(NamedTuple):
    """One text of ``conf.py``."""

    #: The name of its configuration value.
    name: str
    text: str
    #: ``None``: it has HTML that is not well-formed, and so is not translated.
    markup: Markup | None


def keep(config: Config, options: Iterable[str]) -> None:
    """Keep what ``conf.py`` gives, before anybody changes it.

    :param options: names of values of the command line. A ``numfig_format.table`` among
        them holds for the editions of this build as it is.
    """
    kept = _WRITTEN[config] = copy.deepcopy(_written(config))
    for name in options:
        value, _, kind = name.partition(".")
        if value == "numfig_format" and isinstance(kept.get(value), dict):
            kept[value].pop(kind, None)


def texts(config: Config) -> list[ConfText]:
    """Return the texts that the author gave; Sphinx derives its defaults from them."""
    found: list[ConfText] = []

    def take(name: str, text: str, markup: Markup | None) -> str:
        if markup is None or inline_codes.has_words(markup.coded):
            found.append(ConfText(name, text, markup))
        return text

    for name in _names():
        if name in written(config):
            _mapped(name, written(config)[name], partial(take, name))
    return found


def containers(config: Config, env: BuildEnvironment) -> tuple[Container, ...]:
    """Return what is translated of :func:`texts`, and what the environment knows.

    The kind of each is the name of its configuration value.
    """
    found = [
        _container(t.markup, t.name, CONF)
        for t in texts(config)
        if t.markup and not _is_of_names(t)
    ]
    found += [
        _container(conf_markup.plain(module.synopsis), "synopsis", module.docname)
        for module in _modules(env).values()
    ]
    for docname in sorted(env.found_docs):
        plain = map(conf_markup.plain, metadata(env, docname).values())
        found += [_container(text, "meta", docname) for text in plain]
    return tuple(c for c in found if inline_codes.has_words(c.whole.source))


def names(config: Config) -> tuple[Container, ...]:
    """Return the texts with names that an engine would translate: people may."""
    return tuple(
        _container(t.markup, t.name, CONF)
        for t in texts(config)
        if t.markup and _is_of_names(t)
    )


def _is_of_names(text: ConfText) -> bool:
    """Tell whether a copyright names people or companies, by capitals.

    "2026, Rose Field and Peter Baker" does, "2026, the developers of it" does not.
    """
    if text.name not in _COPYRIGHTS or text.markup is None:
        return False
    words = _WORDS.findall(text.text.removeprefix("The "))
    capitals = [word[0].isupper() for word in words]
    has_prose = any(word.islower() and len(word) >= _PROSE for word in words)
    return any(map(all, pairwise(capitals))) or (any(capitals) and not has_prose)


def message(text: str, place: str = CONF) -> Container:
    """Return a message of Sphinx's or of a template, as what is to be translated."""
    markup = conf_markup.of_message(text.strip()) or conf_markup.plain("")
    return _container(markup, "label", place)


def strings(messages: Iterable[str], targets: Mapping[str, str]) -> dict[str, str]:
    """Return those messages that have a target, each with it.

    :param targets: coded targets by normalised source
    """
    found: dict[str, str] = {}
    for each in messages:
        bare = each.strip()
        for markup in (conf_markup.of_message(bare), conf_markup.with_holes(each)):
            key = inline_codes.normalise(markup.coded) if markup else ""
            if markup and key in targets and _is_in_order(markup, targets[key]):
                text = _within_blanks(each, markup.filled(targets[key]))
                if _is_safe(each, text):
                    found[each] = text
                break
    return found


def _within_blanks(message: str, text: str) -> str:
    """Return *text* with the blanks that *message* begins and ends with."""
    bare = message.strip()
    before, _, after = message.partition(bare) if bare else ("", "", "")
    return f"{before}{text.strip()}{after}"


def _is_safe(message: str, text: str) -> bool:
    """Tell whether *text* may stand where a template has *message*.

    That may be in an attribute, and what is filled there with ``%`` takes no other
    sign of that kind.
    """
    if any(text.count(sign) > message.count(sign) for sign in '<>"'):
        return False
    filled = "%(" in message or "%s" in message
    return not filled or text.count("%") == message.count("%")


def _is_in_order(markup: Markup, target: str) -> bool:
    """Tell whether holes without a name, such as ``%s``, stand in their order.

    Sphinx fills them one after the other.
    """
    nameless = {
        code.id
        for code in markup.codes
        if code.kind == "hole" and not code.equiv.startswith("%(")
    }
    order = [number for number in inline_codes.ids(target) if number in nameless]
    return order == sorted(order)


def texts_of_options(options: Mapping[str, Any]) -> dict[str, str]:
    """Return those options of a theme that are texts, by their names."""
    return {
        name: value
        for name, value in options.items()
        if isinstance(value, str)
        and inline_codes.has_words(inline_codes.escape(value))
        and _mixed({name: value}, lambda _, __: "") != {name: value}
    }


def translate(
    config: Config, targets: Mapping[str, str], source: Mapping[str, Any]
) -> None:
    """Translate the texts in the configuration of an edition.

    What has no target stays, but for ``numfig_format``: there Sphinx's own words are
    better than those of another language. A form without words, ``%s``, is of any.

    :param targets: coded targets by normalised source
    :param source: what :func:`written` returns of the book
    """

    def target(text: str, markup: Markup | None) -> str:
        found = targets.get(inline_codes.normalise(markup.coded)) if markup else None
        return text if found is None or markup is None else markup.filled(found)

    for name in _names():
        if name not in written(config):
            continue
        value = written(config)[name]
        made = _mapped(name, copy.deepcopy(value), target)
        if name == "numfig_format":
            given = {k: v for k, v in config[name].items() if k not in made}
            of_book = source.get(name, {})
            made = given | {
                kind: form
                for kind, form in made.items()
                if form != of_book.get(kind) or not _has_words(form)
            }
        elif name in _DATES:
            made = _translated_date(made, config.language, source.get("language", ""))
        elif name == _CONTEXT:
            made = {**config[name], **made}
        if made != config[name]:
            config[name] = made


def _has_words(form: str) -> bool:
    return inline_codes.has_words(conf_markup.with_holes(form).coded)


def _translated_date(form: Any, locale: str, source_locale: str) -> Any:
    """Return the format of a date in another language, if it is Sphinx's own."""
    own = sphinx_strings.own_text
    return own(_DATE, locale) if form == own(_DATE, source_locale) else form


def written(config: Config) -> dict[str, Any]:
    """Return what ``conf.py`` gave for the values that hold texts."""
    # A book may be read without this extension: nobody kept anything then.
    return _WRITTEN[config] if config in _WRITTEN else _written(config)


def _written(config: Config) -> dict[str, Any]:
    return {
        name: _strings(config[name]) if name == _CONTEXT else config[name]
        for name in (*_names(), *_ALSO)
        if name in config and _compat.is_given(config, name) and config[name]
    }


def _strings(context: Mapping[str, Any]) -> dict[str, str]:
    """Return what templates get that may be text; anything else may be anything."""
    return {
        key: value
        for key, value in context.items()
        if isinstance(value, str) and key != "name"
    }


def translate_synopses(env: BuildEnvironment, targets: Mapping[str, str]) -> None:
    """Replace the synopses of modules in an edition's environment by their targets."""
    modules = _modules(env)
    for name, module in modules.items():
        modules[name] = module._replace(synopsis=translated(module.synopsis, targets))


def metadata(env: BuildEnvironment, docname: str) -> dict[str, str]:
    """Return what a page tells social networks, as its fields at the top say."""
    fields = env.metadata.get(docname, {})
    return {
        name: text
        for name, text in fields.items()
        if _METADATA.fullmatch(name) and isinstance(text, str)
    }


def translate_metadata(env: BuildEnvironment, targets: Mapping[str, str]) -> None:
    """Translate what the pages of an edition tell social networks."""
    for docname in env.found_docs:
        for name, text in metadata(env, docname).items():
            env.metadata[docname][name] = translated(text, targets)


def translated(text: str, targets: Mapping[str, str]) -> str:
    """Return the target of a text without codes, or the text itself."""
    target = targets.get(inline_codes.normalise(inline_codes.escape(text)))
    return text if target is None else inline_codes.unescape(target)


def today(config: Config) -> str:
    """Return the text of ``|today|`` in the language of *config*."""
    if config.today:
        return str(config.today)
    return _date(config.today_fmt or _("%b %d, %Y"), config.language)


@cache
def _date(form: str, language: str) -> str:
    """Return today's date, the same at the end of a build as at its beginning."""
    return format_date(form, language=language)


def values(config: Config) -> tuple[tuple[str, str], ...]:
    """Return the texts of Sphinx's default substitutions with their names."""
    found = {
        today(config): "today",
        config.release: "release",
        config.version: "version",
    }
    return tuple((text, name) for text, name in found.items() if text)


def _names() -> tuple[str, ...]:
    """Return the names of all values that hold texts."""
    return (*_STRINGS, *_WITH_HOLES, *_DATES, *_TITLES, *_MIXED)


def _mapped(name: str, value: Any, change: Callable[[str, Markup | None], str]) -> Any:
    """Return a configuration value with each of its texts changed."""
    if name in _TITLES:
        return [
            tuple(
                _changed(part, conf_markup.plain, change)
                if i in _TITLES[name]
                else part
                for i, part in enumerate(row)
            )
            for row in value
        ]
    if name in _MIXED:
        return _mixed(value, change)
    markup = conf_markup.plain
    if name in (*_WITH_HOLES, *_DATES):
        markup = conf_markup.with_holes
    return _each(value, partial(_changed, markup=markup, change=change))


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    """Change a text, or each text of a list, or each value of a dictionary."""
    if isinstance(value, Mapping):
        return {key: change(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(change, value))
    return change(value)


def _changed(
    text: Any,
    markup: Callable[[str], Markup | None],
    change: Callable[[str, Markup | None], str],
) -> Any:
    return change(text, markup(text)) if isinstance(text, str) and text else text


def _mixed(
    value: Any, change: Callable[[str, Markup | None], str], key: str = ""
) -> Any:
    """Change what is text among the options of a theme, by the names of options."""
    if isinstance(value, Mapping):
        named = bool(_LINKS.fullmatch(key))
        return {
            _option(name, change) if named and _leads(item) else name: _mixed(
                item, change, str(name)
            )
            for name, item in value.items()
        }
    if _is_link(value) and _LINKS.fullmatch(key):
        return type(value)([_option(value[0], change), *value[1:]])
    if isinstance(value, (list, tuple)):
        return type(value)(
            _mixed(item, change, key if isinstance(item, (list, tuple)) else "")
            for item in value
        )
    if key in _COLOURS and isinstance(value, str) and len(value.split()) == 1:
        return value
    is_text = _NAMES_TEXT.fullmatch(key) and not _NAMES_NO_TEXT.fullmatch(key)
    return _option(value, change) if is_text else value


def _is_link(value: Any) -> bool:
    """Tell whether *value* is a name, where it leads, and what else there may be."""
    return (
        isinstance(value, (list, tuple))
        and len(value) > 1
        and isinstance(value[0], str)
        and _leads(value[1])
    )


def _leads(value: Any) -> bool:
    """Tell whether *value* is where a link leads, or says it."""
    return isinstance(value, Mapping) or (
        isinstance(value, str) and bool(_ADDRESS.fullmatch(value))
    )


def _option(value: Any, change: Callable[[str, Markup | None], str]) -> Any:
    """Change one option, which themes show as HTML, unless it is an address."""
    if not isinstance(value, str) or not value or _TEMPLATE.search(value):
        return value
    if _ADDRESS.fullmatch(value.strip()):
        return value
    if conf_markup.is_html(value):
        return change(value, conf_markup.of_html(value))
    return change(value, conf_markup.plain(value))


def _container(markup: Markup, kind: str, document: str) -> Container:
    numbers = tuple(code.id for code in markup.codes)
    where = Location(document)
    segment = Segment(markup.coded, kind, where, markup.codes, numbers)
    return Container(segment, (segment,))


def _modules(env: BuildEnvironment) -> dict[str, Any]:
    modules: dict[str, Any] = env.domaindata.get("py", {}).get("modules", {})
    return modules
