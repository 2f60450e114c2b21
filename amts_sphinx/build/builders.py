"""The builders ``amts-<language>`` and ``amts``: wiring only."""

from __future__ import annotations

import shutil
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from sphinx.builders import Builder
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util import logging

from amts_sphinx import _compat
from amts_sphinx.build.planner import Order
from amts_sphinx.config import values
from amts_sphinx.config.settings import checked
from amts_sphinx.core.errors import AmtsError
from amts_sphinx.core.languages import find_language
from amts_sphinx.edition import gc_tuning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sphinx.application import Sphinx

    from amts_sphinx.config.settings import AmtsConfig

    Use = Callable[[Sphinx, Builder, AmtsConfig, Order], None]

logger = logging.getLogger(__name__)
_PACKAGE: Final = __name__.partition(".")[0]
#: Its messages are those of the source; ``amts gettext`` fills catalogues.
_WRITES_NO_EDITION: Final = frozenset({"gettext"})


class OrderingBuilder(Builder):
    """Reads the book as another builder does, and has its editions written by others.

    While a book is read, extensions look at the name, the format and other traits of
    the builder. So each of our builders is at the same time one of the class that will
    write the editions, and bears its name: see :func:`_disguised`.
    """

    epilog = "The editions are in %(outdir)s."
    #: The language of the one edition to build; all configured ones when it is empty.
    tag: ClassVar[str] = ""
    #: The editions' own builds look for catalogues and outdated pages.
    use_message_catalog = False

    #: What to do with the book in place of making its editions.
    use: Use | None = None

    def init(self) -> None:
        """Find out which editions to build.

        :raises ConfigError: there are none, one is in the language of the book, or no
            builder can write them
        """
        app = _compat.application_of(self)
        # What others do at the end of a build belongs to the edition: feeds, sitemaps.
        _compat.only_own_handlers(app, "build-finished", _PACKAGE)
        # Some put scripts there at once, though nobody will show them.
        self._stray = Path(self.outdir, "_static")
        self._is_stray = not self.tag and not self._stray.exists()
        super().init()
        config = checked(self.config)
        self._languages = config.editions(self.tag)
        # Whoever names the languages on the command line may leave some out.
        if "amts_target_languages" not in self.config.overrides:
            for message in config.strays([self.tag]):
                logger.warning("%s", message, type="amts", subtype="config")
        # Sphinx writes what it has read; with -E it reads everything.
        self._reads_all = not self.env.all_docs
        gc_tuning.relax()

    def get_outdated_docs(self) -> str:
        """Say what is built; each edition finds out by itself what is out of date."""
        return "editions " + ", ".join(language.tag for language in self._languages)

    def write(  # type: ignore[misc] # final for type checkers, called by all versions
        self,
        build_docnames: Iterable[str] | None,
        updated_docnames: Iterable[str],  # noqa: ARG002 - known from their digests
        method: str = "update",
    ) -> None:
        """Make the editions."""
        _see_names(self.env.found_docs)
        app, out = _compat.application_of(self), Path(self.outdir)
        order = Order(
            {
                language: out if self.tag else out / language.tag
                for language in self._languages
            },
            force=build_docnames is None or self._reads_all,
            filenames=tuple(
                str(self.env.doc2path(docname)) for docname in build_docnames or ()
            )
            if method == "specific"
            else (),
            whole=not self.tag,
        )
        arguments = app, self, checked(self.config), order
        if self.use is not None:
            self.use(*arguments)
            return
        # A plain build need not load what translates.
        from amts_sphinx.build import production

        production.produce(*arguments)

    def finish(self) -> None:
        """Write nothing: the editions are complete."""
        if self._is_stray:
            shutil.rmtree(self._stray, ignore_errors=True)

    def cleanup(self) -> None:
        """Do nothing: there is nothing of our own."""

    def prepare_writing(self, docnames: Any) -> None:
        """Do nothing: the editions write."""


def _see_names(docnames: Iterable[str]) -> None:
    """Refuse names of documents that Python could not read as text.

    :raises AmtsError: there is one; no page could lead to it, and no file could name it
    """
    for name in sorted(docnames):
        try:
            name.encode()
        except UnicodeEncodeError as exc:
            raise AmtsError(
                f"the name of the document {name!a} cannot be read as"
                f" {sys.getfilesystemencoding()}, as names of files are read here; set"
                " the environment variable PYTHONUTF8 to 1"
            ) from exc


class AmtsBuilder(Builder):
    """What is registered: it becomes a builder once the configuration is known."""

    name = "amts"
    #: The language of the one edition to build; all configured ones when it is empty.
    tag: ClassVar[str] = ""

    def __new__(cls, app: Sphinx, *_: Any) -> Builder:  # type: ignore[misc]
        """Return the class that bears the name of the builder which will write.

        :raises ConfigError: no builder has the name that ``amts_format`` gives
        """
        form = values.one_of(*_formats(app))("amts_format", checked(app.config).format)
        return _disguised(app, form, cls.tag)(app, *_)


def _disguised(app: Sphinx, form: str, tag: str) -> type[OrderingBuilder]:
    """Return a class of builders that reads as the builder *form* does.

    A builder that another package brings is not loaded before it is chosen; the book is
    read for HTML then.
    """
    known = _compat.builders_of(app)
    writer = known.get(form, StandaloneHTMLBuilder)
    return type("AmtsBuilder", (OrderingBuilder, writer), {"tag": tag})


def _formats(app: Sphinx) -> list[str]:
    """Return the names of the builders that can write an edition."""
    installed = {point.name for point in entry_points(group="sphinx.builders")}
    names = installed.union(_compat.builders_of(app))
    return sorted(
        name
        for name in names - _WRITES_NO_EDITION
        if name.partition("-")[0] != AmtsBuilder.name
    )


class _Builders(dict[str, "type[Builder]"]):
    """Sphinx's builders by name, and ours by any name of a language.

    Sphinx looks a builder up by its name before it knows the configuration; so
    ``amts-zh_CN`` and ``amts-de-AT`` are made when they are asked for.
    """

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):
            return True
        if not isinstance(name, str) or not name.startswith(f"{AmtsBuilder.name}-"):
            return False
        tag = find_language(name.removeprefix(f"{AmtsBuilder.name}-")).tag
        self[name] = type("AmtsBuilder", (AmtsBuilder,), {"name": name, "tag": tag})
        return True


def register(app: Sphinx) -> None:
    """Add ``amts``, and ``amts-<language>`` for every language."""
    _compat.show_plainly(AmtsError)
    app.connect("build-finished", lambda *_: gc_tuning.restore())
    app.add_builder(AmtsBuilder)
    _compat.replace_builders(app, _Builders(_compat.builders_of(app)))
