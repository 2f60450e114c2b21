"""Read an edition of a book, in any of the formats that are known."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.config import d2lbook
from amts_sphinx.core.errors import AmtsError, ConfigError
from amts_sphinx.core.languages import find_language
from amts_sphinx.doctree import read
from amts_sphinx.readers import files, html, markdown, notebook
from amts_sphinx.readers.blocks import ReadingRules

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from amts_sphinx.core.units import Book

#: The functions that read the files of a folder, by the name of the format.
_READERS: Final[dict[str, Callable[..., Book]]] = {
    "markdown": markdown.read_tree,
    "notebook": notebook.read_tree,
    "html": html.read_tree,
}
_PATTERNS: Final = {
    "markdown": "**/*.md",
    "notebook": "**/*.ipynb",
    "html": "**/*.html",
}
#: d2lbook's name of the source beside its translation.
_ORIGIN: Final = "**/*_origin.md"
_BESIDE: Final = "_origin"


class EditionRead(NamedTuple):
    """The texts of an edition."""

    #: The folder.
    path: Path
    #: BCP 47.
    language: str
    texts: Book
    #: Warnings about probable mistakes, one a line.
    warnings: str


def read_editions(
    source: Path,
    target: Path | None,
    languages: Sequence[str] = ("", ""),
    form: str | None = None,
) -> tuple[EditionRead, EditionRead]:
    """Read a book and its translation, side by side.

    :param target: without it, *source* is a d2lbook tree that holds both
    :param languages: BCP 47; an empty one is that of the edition's ``conf.py``
    :param form: ``sphinx``, ``markdown``, ``notebook`` or ``html``; by default
        :func:`form_of` each folder
    :raises AmtsError: an edition cannot be read, or its format is unknown
    """
    if target is None:
        return _read_origins(source, languages)
    ours = _start(source, languages[0], form or form_of(source))
    theirs = _start(target, languages[1], form or form_of(target))
    return ours.result(), theirs.result()


def read_with_base(
    source: Path,
    target: Path,
    languages: Sequence[str] = ("", ""),
    form: str | None = None,
    base: Path | None = None,
) -> tuple[EditionRead, EditionRead, EditionRead | None]:
    """Read a book, its translation, and the version of the book that was translated.

    :param languages: as :func:`read_editions` takes them
    :param base: the folder of that version; by default the files that d2lbook keeps
        beside the translation, as ``page_origin.md``
    :returns: the three; the last is ``None`` where nothing says what was translated
    :raises AmtsError: as :func:`read_editions`
    """
    ours = _start(source, languages[0], form or form_of(source))
    theirs = _start(target, languages[1], form or form_of(target))
    begun = None
    if base is not None:
        begun = _start(base, languages[0], form or form_of(base))
    elif has_origins(target) and target.resolve() != source.resolve():
        language = languages[0] or ours.result().language
        begun = _start(target, language, "origins")
    return ours.result(), theirs.result(), begun.result() if begun else None


def has_origins(folder: Path) -> bool:
    """Tell whether a folder holds sources beside their translations, for d2lbook."""
    return next(files.documents(folder, _ORIGIN), None) is not None


def _start(path: Path, language: str, form: str) -> Future[EditionRead]:
    """Read an edition in a new process.

    A process cannot read in two languages: Sphinx keeps its words in the first one.
    """
    if form != "sphinx":
        language = _known(path, language)
    pool = ProcessPoolExecutor(1, get_context("spawn"))
    future = pool.submit(_read, path, language, form)
    pool.shutdown(wait=False)
    return future


def form_of(folder: Path) -> str:
    """Return the format of the edition in *folder*.

    :raises AmtsError: the folder holds no file of a known format
    """
    if not folder.is_dir():
        raise AmtsError(f"{folder} is not a folder")
    if (folder / "conf.py").exists():
        return "sphinx"
    for form, pattern in _PATTERNS.items():
        if next(files.documents(folder, pattern), None):
            return form
    raise AmtsError(
        f"{folder} holds no edition: neither a conf.py of Sphinx nor Markdown (.md),"
        " notebooks (.ipynb) or HTML (.html)"
    )


def _known(path: Path, language: str) -> str:
    if not language:
        raise ConfigError(
            f"{path} does not name its language; use --languages SOURCE TARGET"
        )
    return find_language(language).tag


def _read(path: Path, language: str, form: str) -> EditionRead:
    if form == "sphinx":
        return EditionRead(path, *read.read(path, language))
    faults: list[str] = []
    rules = _rules(language, faults.append)
    if form == "origins":
        texts = markdown.read_origins(path, rules)
    else:
        read_in = _READERS[form](path, language, _PATTERNS[form], rules)
        texts = {n: texts for n, texts in read_in.items() if not _is_origin(n, read_in)}
    built = d2lbook.documents(path) if form in {"markdown", "origins"} else None
    if built is not None:
        texts = {name: texts[name] for name in texts if name in built}
    return EditionRead(path, language, texts, "\n".join(faults))


def _rules(
    language: str, on_fault: Callable[[str], None] | None = None
) -> ReadingRules:
    """Return what is read: all texts, also those of figures.

    Whether an engine may be asked for captions is the book's affair; what people made
    of them is known in any case, as it is of a Sphinx tree.
    """
    return ReadingRules(language, figure_captions=True, on_fault=on_fault)


def _is_origin(name: str, book: Container[str]) -> bool:
    """Tell whether a document is the source of one beside it."""
    return name.endswith(_BESIDE) and name.removesuffix(_BESIDE) in book


def _read_origins(
    folder: Path, languages: Sequence[str]
) -> tuple[EditionRead, EditionRead]:
    source, target = (_known(folder, language) for language in languages)
    if not folder.is_dir() or not has_origins(folder):
        raise AmtsError(
            f"{folder} does not hold both editions: it has no page_origin.md beside a"
            " page.md; name the folder of the translation too"
        )
    ours, theirs = markdown.read_origin_tree(folder, _rules(source), _rules(target))
    return EditionRead(folder, source, ours, ""), EditionRead(
        folder, target, theirs, ""
    )
