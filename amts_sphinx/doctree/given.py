"""What the author gave: the command line, and ``conf.py`` before it is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from sphinx.util import logging

from amts_sphinx import _compat
from amts_sphinx.config.settings import PLAN, unknown
from amts_sphinx.doctree import conf_strings

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

    from amts_sphinx._compat import CommandLine

logger = logging.getLogger(__name__)
#: Addresses of a book, which differ from edition to edition.
ADDRESSES: Final = ("html_baseurl", "ogp_site_url")

_COMMANDS: Final[WeakKeyDictionary[Sphinx, CommandLine]] = WeakKeyDictionary()


def command_line(app: Sphinx) -> CommandLine:
    """Return what *app* was made with."""
    return _COMMANDS[app]


def facts(config: Config) -> dict[str, Any]:
    """Return what an edition must know of the book's configuration.

    It tells what ``conf.py`` says for one edition from what it says for all.
    """
    names = ("project", "language", "amts_strings", *ADDRESSES)
    found = {name: config[name] for name in names if name in config}
    numbers = conf_strings.written(config).get("numfig_format", {})
    return {**found, "numfig_format": numbers}


def register(app: Sphinx) -> None:
    """Keep what the author gives."""
    _COMMANDS[app] = _compat.command_line(app)
    app.connect("config-inited", _keep, priority=0)
    app.connect("config-inited", _warn, priority=901)


def _keep(app: Sphinx, config: Config) -> None:
    conf_strings.keep(config, _COMMANDS[app].overrides)


def _warn(_: Sphinx, config: Config) -> None:
    """Warn of names that look like ours: Sphinx passes over what it does not know."""
    if not config[PLAN]:  # the build that started this one has warned
        for message in unknown(_compat.given(config)):
            logger.warning("%s", message, type="amts", subtype="config")
