"""Read a book once more, with what people translated in its gettext catalogues.

Sphinx itself translates the book while it reads it, so whatever gettext translates
comes in. It is done in a fresh interpreter, since Sphinx merges the catalogues of all
languages that one process meets. The catalogues are compiled into a folder of our own:
nothing is written among the project's files, and compiled ones that are out of date do
not matter.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from sphinx.application import Sphinx
from sphinx.util.console import strip_colors
from sphinx.util.docutils import docutils_namespace, patch_docutils
from sphinx.util.i18n import docname_to_domain

from amts_sphinx.config import settings
from amts_sphinx.core.errors import AmtsError, ConfigError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.doctree import catalogues
from amts_sphinx.doctree.collect import CollectTexts, DocumentTexts, texts_of
from amts_sphinx.doctree.messages import KeepSubstitutions, want
from amts_sphinx.formats.catalogues import chosen, folders
from amts_sphinx.formats.catalogues import read as read_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sphinx.environment import BuildEnvironment

    from amts_sphinx.doctree.catalogues import Found, Pairing
    from amts_sphinx.formats.catalogues import Catalogues

#: Where the environment keeps of what each document was read.
_DIGESTS: Final = "amts_gettext_digests"
_ENVIRONMENT: Final = "environment.pickle"
#: What the other process runs.
_PROCESS: Final = "amts_sphinx.doctree.gettext_process"


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a book."""

    srcdir: str
    confdir: str
    #: The folder that may be kept between readings.
    home: str
    #: The tag of the language that is read; empty: as ``conf.py`` says.
    language: str = ""
    #: Sphinx's name of it.
    locale: str = ""
    builder: str = "dummy"
    overrides: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    parallel: int = 1
    #: What stands for each message, by domain.
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: A hash of what stands for the messages of a document, by document.
    digests: Mapping[str, str] = field(default_factory=dict)
    #: Whether to say of the texts how they are written.
    how_written: bool = False
    #: What is to be made of it, beside the texts; nothing: the texts are returned.
    pairing: Pairing | None = None


class BookTexts(NamedTuple):
    """What was read."""

    #: Empty where they were paired.
    texts: Mapping[str, DocumentTexts]
    #: The values of ``conf.py`` about gettext.
    settings: GettextSettings
    #: The tag of the language that was read.
    language: str
    #: Sphinx's warnings.
    warnings: str
    #: What the catalogues come to, where that was asked for.
    found: Found | None = None


class GettextSettings(NamedTuple):
    """What ``conf.py`` says about catalogues."""

    #: Absolute paths, the first one counts.
    locale_dirs: tuple[str, ...]
    compact: bool | str
    #: Whether Sphinx publishes what is fuzzy.
    fuzzy: bool
    #: The documents that are Markdown, and the extensions of its syntax.
    markdown: frozenset[str] = frozenset()
    myst_extensions: frozenset[str] = frozenset()
    #: The roles of links that take words of their own.
    extlinks: frozenset[str] = frozenset()
    #: What Sphinx makes of plain quotes, dashes and dots, in docutils's letters; and
    #: the languages where it does not.
    smart_action: str = ""
    smart_excludes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, config: Any, srcdir: str | os.PathLike[str]) -> GettextSettings:
        """Take them from Sphinx's configuration."""
        fuzzy = getattr(config, "gettext_allow_fuzzy_translations", False)
        dirs = tuple(str(Path(srcdir, each).resolve()) for each in config.locale_dirs)
        syntax = frozenset(getattr(config, "myst_enable_extensions", ()))
        return cls(
            dirs,
            config.gettext_compact,
            bool(fuzzy),
            myst_extensions=syntax,
            extlinks=frozenset(getattr(config, "extlinks", ())),
            smart_action=config.smartquotes_action if config.smartquotes else "",
            smart_excludes=frozenset(config.smartquotes_excludes.get("languages", ())),
        )

    def smart_marks(self, locale: str) -> str:
        """Return what Sphinx makes of plain marks in a language, in those letters."""
        return "" if locale in self.smart_excludes else self.smart_action

    def domain(self, docname: str) -> str:
        """Return the name of the catalogue of a document."""
        return str(docname_to_domain(docname, self.compact))


def run(reading: Reading) -> BookTexts:
    """Have *reading* done in a process of its own.

    :raises AmtsError: the book cannot be read
    """
    home = Path(reading.home)
    home.mkdir(parents=True, exist_ok=True)
    order, answer = home / "reading.pickle", home / "read.pickle"
    order.write_bytes(pickle.dumps(reading))
    answer.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", _PROCESS, str(order), str(answer)],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={
            **os.environ,
            # What this process can import, the other one can.
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONIOENCODING": "utf-8",
            "NO_COLOR": "1",
        },
    )
    if done.returncode or not answer.exists():
        lines = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise AmtsError(f"{reading.srcdir} cannot be read: {lines[-1]}")
    found = cast("BookTexts", pickle.loads(answer.read_bytes()))
    answer.unlink()
    return found


def read(reading: Reading) -> BookTexts:
    """Read a book in this process."""
    home, warnings = Path(reading.home), StringIO()
    CollectTexts.how_written = KeepSubstitutions.wanted = reading.how_written
    overrides = {**reading.overrides, "gettext_auto_build": False}
    if reading.locale:
        compile_catalogues(reading.texts, home / "locale", reading.locale)
        overrides |= {
            "language": reading.locale,
            "locale_dirs": [str(home / "locale")],
            "amts_source_language": reading.language,
        }
    with patch_docutils(reading.confdir), docutils_namespace():
        app = Sphinx(
            reading.srcdir,
            reading.confdir,
            str(home / "out"),
            str(home / "doctrees"),
            reading.builder,
            overrides,
            status=None,
            warning=warnings,
            tags=list(reading.tags),
            parallel=reading.parallel,
        )
        if "amts_sphinx" not in app.extensions:
            app.setup_extension("amts_sphinx")
            settings.check(app, app.config)
        _read_again(app, reading.digests)
        want(app.env)
        app.builder.read()
    env = app.env
    setattr(env, _DIGESTS, dict(reading.digests))
    texts = {d: t for d, t in texts_of(env).items() if d in env.found_docs}
    made: Found | None = None
    if reading.pairing:
        made, texts = catalogues.units(reading.pairing, texts), {}
    about = GettextSettings.of(app.config, app.srcdir)
    markdown = frozenset(d for d in env.found_docs if _is_markdown(app, d))
    found = BookTexts(
        texts,
        about._replace(markdown=markdown),
        settings.checked(app.config).source_language.tag,
        strip_colors(warnings.getvalue()),
        made,
    )
    _keep(env, home / "doctrees" / _ENVIRONMENT)
    return found


def _is_markdown(app: Sphinx, docname: str) -> bool:
    """Tell whether the messages of a document are Markdown."""
    suffixes: Mapping[str, str] = app.config.source_suffix
    name = str(app.env.doc2path(docname))
    form = next((f for suffix, f in suffixes.items() if name.endswith(suffix)), "")
    return form not in {"", "restructuredtext"}


def _read_again(app: Sphinx, digests: Mapping[str, str]) -> None:
    """Have the documents read again whose translations have changed."""

    def outdated(_: Sphinx, env: BuildEnvironment, *__: object) -> Iterator[str]:
        known: Mapping[str, str] = getattr(env, _DIGESTS, {})
        for docname in env.found_docs:
            if known.get(docname) != digests.get(docname):
                yield docname

    app.connect("env-get-outdated", lambda *told: [*outdated(*told)])


def _keep(env: BuildEnvironment, path: Path) -> None:
    """Keep the environment, as Sphinx does after it has built."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        pickle.dump(env, stream, pickle.HIGHEST_PROTOCOL)


def compile_catalogues(
    texts: Mapping[str, Mapping[str, str]], folder: Path, locale: str
) -> None:
    """Write what stands for the messages as Sphinx's compiled catalogues.

    :param texts: by domain and message
    """
    shutil.rmtree(folder, ignore_errors=True)
    for domain, said in texts.items():
        catalogue = Catalog()
        for source, target in said.items():
            catalogue.add(source, target)
        path = Path(folder, locale, "LC_MESSAGES", f"{domain}.mo")
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            write_mo(stream, catalogue)


class CataloguesRead(NamedTuple):
    """What the catalogues of one language of a book come to."""

    found: Found
    languages: LanguagePair
    catalogues: Catalogues
    settings: GettextSettings
    #: The texts of the book, by document.
    source: Mapping[str, DocumentTexts]
    #: Sphinx's warnings that it has not of the book itself.
    warnings: tuple[str, ...]


def read_catalogues(
    book: Path,
    language: str,
    warn: Callable[[str], None],
    settings: Mapping[str, Any] | None = None,
) -> CataloguesRead:
    """Return what the catalogues of a book come to, and in which languages.

    :param language: BCP 47, or as a folder of ``locale_dirs`` is called
    :param warn: takes a line on catalogues that are not read
    :param settings: values in place of those of ``conf.py``
    :raises AmtsError: there are none in the language, or the book cannot be read
    """
    if not (book / "conf.py").is_file():
        raise ConfigError(f"{book} is no book of Sphinx: it has no conf.py")
    with tempfile.TemporaryDirectory() as home:
        return _read_catalogues(book, find_language(language).tag, warn, home, settings)


def _read_catalogues(
    book: Path,
    tag: str,
    warn: Callable[[str], None],
    home: str,
    settings: Mapping[str, Any] | None,
) -> CataloguesRead:
    place = str(book.resolve())
    overrides = {"amts_figure_captions": True, **(settings or {})}
    reading = Reading(place, place, str(Path(home, "source")), overrides=overrides)
    source = run(reading)
    about = source.settings
    known = folders(map(Path, about.locale_dirs))
    known.pop(source.language, None)
    near, those = chosen(known, tag, warn)
    if not those:
        there = ", ".join(sorted(known)) or "none"
        raise ConfigError(
            f"{', '.join(about.locale_dirs)}: there are no catalogues in {tag}; the"
            f" languages there are: {there}"
        )
    pair = LanguagePair(source.language, near)
    said = read_folders(those, {about.domain(docname) for docname in source.texts})
    catalogues.lend(said, source.texts, about)
    again = replace(
        reading,
        home=str(Path(home, "target")),
        language=near,
        locale=find_language(near).locale,
        texts=catalogues.said(said),
        pairing=catalogues.Pairing(said, source.texts, pair, about),
    )
    target = run(again)
    if target.found is None:
        raise AmtsError(f"{book}: nothing was paired")
    old = set(source.warnings.splitlines())
    new = tuple(line for line in target.warnings.splitlines() if line not in old)
    return CataloguesRead(target.found, pair, said, about, source.texts, new)


def digest_of(texts: DocumentTexts, said: Mapping[str, str]) -> str:
    """Return a hash of what stands for the messages of a document."""
    known = {each.message for each in texts.messages} | texts.wordless
    parts = [f"{source}\0{said[source]}" for source in sorted(known) if source in said]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
