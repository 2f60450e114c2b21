"""The book's texts outside its documents: titles in ``conf.py``, module synopses."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sphinx.locale import _
from sphinx.util.i18n import format_date

from amts_sphinx import _compat
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import Container, Location, Segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

#: The name in place of a document's, for texts that are in no document.
CONF: Final = "conf.py"
_STRINGS: Final = (
    "project",
    "html_title",
    "html_short_title",
    "epub_title",
    "epub_description",
)
#: Values that are lists of tuples, and the positions of their titles.
_TITLES: Final = {
    "latex_documents": (2,),
    "man_pages": (2,),
    "texinfo_documents": (2, 5),
}
#: Options of themes that readers see, where a theme has them.
_THEME_OPTIONS: Final = ("announcement", "description")


def containers(config: Config, env: BuildEnvironment) -> tuple[Container, ...]:
    """Return the texts that the author gave; Sphinx derives its defaults from them.

    The kind of each is the name of its configuration value.
    """
    found = [_container(text, name, Location(CONF)) for name, text in _texts(config)]
    found += [
        _container(module.synopsis, "synopsis", Location(module.docname))
        for module in _modules(env).values()
    ]
    return tuple(c for c in found if inline_codes.has_words(c.whole.source))


def overrides(config: Config, targets: Mapping[str, str]) -> dict[str, Any]:
    """Return the configuration values of an edition, their texts translated.

    :param targets: coded targets by normalised source
    """

    def target(text: Any) -> Any:
        return translated(text, targets) if isinstance(text, str) else text

    found: dict[str, Any] = {
        name: target(config[name]) for name in _STRINGS if _is_written(config, name)
    }
    for name, positions in _TITLES.items():
        if _is_written(config, name):
            found[name] = [
                tuple(target(x) if i in positions else x for i, x in enumerate(row))
                for row in config[name]
            ]
    options = config["html_theme_options"]
    if any(options.get(name) for name in _THEME_OPTIONS):
        found["html_theme_options"] = options | {
            name: target(options[name]) for name in _THEME_OPTIONS if options.get(name)
        }
    return found


def translate_synopses(env: BuildEnvironment, targets: Mapping[str, str]) -> None:
    """Replace the synopses of modules in an edition's environment by their targets."""
    modules = _modules(env)
    for name, module in modules.items():
        modules[name] = module._replace(synopsis=translated(module.synopsis, targets))


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


def _texts(config: Config) -> Iterator[tuple[str, str]]:
    for name in _STRINGS:
        if _is_written(config, name):
            yield name, config[name]
    for name, positions in _TITLES.items():
        if _is_written(config, name):
            for row in config[name]:
                yield from ((name, row[i]) for i in positions if i < len(row))
    for name in _THEME_OPTIONS:
        yield name, config["html_theme_options"].get(name, "")


def _container(text: str, kind: str, where: Location) -> Container:
    segment = Segment(inline_codes.escape(text), kind, where)
    return Container(segment, (segment,))


def _is_written(config: Config, name: str) -> bool:
    """Tell whether the author gave this value, rather than Sphinx."""
    return _compat.is_given(config, name) and bool(config[name])


def _modules(env: BuildEnvironment) -> dict[str, Any]:
    modules: dict[str, Any] = env.domaindata.get("py", {}).get("modules", {})
    return modules
