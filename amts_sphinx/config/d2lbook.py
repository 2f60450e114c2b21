"""Books of d2lbook, which writes their Sphinx project anew into its folder of output.

``d2lbook clear`` removes that folder, so what is to be kept must not be in it: there
paths are relative to the folder of ``config.ini``, not to ``conf.py``.
"""

from __future__ import annotations

import configparser
from glob import glob
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sphinx import version_info
from sphinx.errors import ExtensionError
from sphinx.util import logging

from amts_sphinx.core.errors import ConfigError

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

_LOGGER: Final = logging.getLogger(__name__)
#: How ``config.ini`` names this package among the extensions.
NAME: Final = "amts_sphinx"
#: The book's configuration.
CONFIG: Final = "config.ini"
#: The folder of the Sphinx project in d2lbook's output, but for a tab of code.
_RST: Final = "rst"
#: The folder of notebooks with their output, but for a tab of code.
_EVAL: Final = "eval"
#: d2lbook's theme; it hides its pages until jQuery shows them.
_THEME: Final = "mxtheme"
_JQUERY: Final = "sphinxcontrib.jquery"
#: The first Sphinx without jQuery.
_WITHOUT_JQUERY: Final = (6,)


def home(confdir: Path) -> Path:
    """Return the folder that paths of ``conf.py`` are relative to.

    :param confdir: the folder of ``conf.py``
    :returns: that folder, or that of ``config.ini`` if d2lbook wrote ``conf.py``
    """
    here = confdir.resolve()
    if here.name != _RST and not here.name.startswith(f"{_RST}_"):
        return confdir
    for folder in here.parents:
        if (folder / CONFIG).is_file():
            try:
                output = _said(folder, "output_dir", "_build")
            except ConfigError:
                return confdir  # it is none of d2lbook's, which could not read it
            return folder if (folder / output).resolve() == here.parent else confdir
    return confdir


def project(book: Path, tab: str = "") -> Path | None:
    """Return the Sphinx project that d2lbook writes for a book.

    :param book: the folder of ``config.ini``
    :param tab: of a book with code for several frameworks; by default the first
    :returns: ``None`` where *book* is none of d2lbook's; the folder may not be there
    """
    if not (book / CONFIG).is_file():
        return None
    tabs = _tabs(book)
    if tab and tab not in (*tabs, "all"):
        raise ConfigError(
            f"{book / CONFIG}: there is no tab {tab!r}; there are"
            f" {', '.join(filter(None, tabs)) or 'none'}, and all"
        )
    # d2lbook adds the name of a tab, but for that of the first.
    name = f"{_RST}_{tab}" if tab and tab != tabs[0] else _RST
    return book / _said(book, "output_dir", "_build") / name


def source(confdir: Path, docname: str) -> Path | None:
    """Return the Markdown file that d2lbook made a document of.

    :param confdir: the folder of ``conf.py``
    :returns: ``None`` where d2lbook did not write it, or the file is not there
    """
    book = home(confdir)
    path = book / f"{docname}.md"
    return path if book != confdir and path.is_file() else None


def _tabs(book: Path) -> list[str]:
    """Return the names of the tabs of code; one that is empty where there are none."""
    return [each.strip() for each in _said(book, "tabs", "").lower().split(",")]


def not_evaluated(book: Path) -> list[str]:
    """Return the tabs whose notebooks d2lbook has not run, so that it cannot join them.

    :raises ConfigError: its configuration cannot be read
    """
    output = book / _said(book, "output_dir", "_build")
    return [
        tab
        for place, tab in enumerate(_tabs(book))
        if not (output / (f"{_EVAL}_{tab}" if place else _EVAL)).is_dir()
    ]


def documents(book: Path) -> frozenset[str] | None:
    """Return the names of the documents that d2lbook builds.

    :returns: ``None`` where *book* is none of d2lbook's
    :raises ConfigError: its configuration cannot be read
    """
    if not (book / CONFIG).is_file() or not _said(book, "notebooks", ""):
        return None
    there, left_out = (
        {
            Path(path).relative_to(book).with_suffix("").as_posix()
            for pattern in _said(book, name, "").split()
            for path in glob(str(book / pattern), recursive=True)  # noqa: PTH207
        }
        for name in ("notebooks", "exclusions")
    )
    return frozenset(there - left_out)


def extensions(book: Path) -> list[str]:
    """Return the names of Sphinx extensions in ``config.ini``."""
    return _said(book, "sphinx_extensions", "").split()


def _said(book: Path, name: str, default: str) -> str:
    """Return a value of ``config.ini``'s section ``[build]``.

    :raises ConfigError: the file cannot be read
    """
    parser = configparser.ConfigParser(interpolation=None)
    path = book / CONFIG
    try:
        parser.read_string(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError, configparser.Error) as exc:
        raise ConfigError(f"{path} cannot be read: {exc}") from exc
    return parser.get("build", name, fallback=default).strip() or default


def check_path(name: str, said: object) -> None:
    """Refuse a path as it had to be written when it began at ``conf.py``.

    :raises ConfigError: *said*, a path or several, leads out of the book by two folders
    """
    several = said if isinstance(said, (list, tuple)) else [said]
    for each in several:
        if isinstance(each, (str, Path)) and Path(each).parts[:2] == ("..", ".."):
            inside = Path(*Path(each).parts[2:])
            raise ConfigError(
                f"{name}: in a book of d2lbook, paths are relative to the folder of"
                f" {CONFIG}; write {str(inside)!r}, not {str(each)!r}"
            )


def register(app: Sphinx) -> None:
    """Have the pages of d2lbook's theme shown by any Sphinx."""
    app.connect("config-inited", _show_pages)


def _show_pages(app: Sphinx, config: Config) -> None:
    """Add jQuery where the theme needs it and Sphinx has it no longer."""
    needed = config.html_theme == _THEME and version_info >= _WITHOUT_JQUERY
    if not needed or _JQUERY in app.extensions:
        return
    try:
        app.setup_extension(_JQUERY)
    except ExtensionError:
        _LOGGER.warning(
            "the pages of mxtheme are blank with Sphinx 6 and later, until this is"
            " installed: pip install sphinxcontrib-jquery"
        )
        return
    # Its own handler comes too late for the event that is being handled.
    import_module(_JQUERY).add_js_files(app, config)
