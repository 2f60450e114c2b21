"""What becomes of real books of others: pages, warnings, addresses, words left, cost.

    python benchmarks/books.py [BOOK …] [--language es] [--show N]

Books come from source distributions of the package index, by ``pip download``, and from
``benchmarks/harbour/`` for extensions that no such distribution has. Each is built
as plain HTML and as an edition, and the pages are compared. Install what they need
beside the package by ``pip install -r benchmarks/books.txt``, in an environment of its
own. See ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from catalogues import Bench, Built, body_of, found, marks, pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lxml import html

_HERE: Final = Path(__file__).parent
#: Added to every ``conf.py``: no network, no notebook is run, and what is not installed
#: is left out. Then its directives are unknown, in the plain build as in the edition.
_CONF: Final = """

def _is_found(name):
    from importlib.util import find_spec
    try:
        return find_spec(name) is not None
    except ImportError:
        return False

_left_out = [name for name in extensions if not _is_found(name)]
extensions = [name for name in extensions if name not in _left_out]
if _left_out:
    print("left out:", *_left_out)
intersphinx_mapping = {}
nb_execution_mode = "off"
nbsphinx_execute = "never"
"""
#: Added for the edition.
_OURS: Final = """
extensions = [*extensions, "amts_sphinx"]
amts_engine = "pseudo"
amts_target_languages = [{tag!r}]
"""
#: What is the same in every language, or says that it is in another one.
_NO_PROSE: Final = (
    ".//pre | .//code | .//kbd | .//samp | .//script | .//style | .//svg"
    " | .//*[@lang] | .//*[contains(@class, 'sig')] | .//*[contains(@class, 'math')]"
    " | .//*[contains(@class, 'mermaid')]"
)
#: The engine changes a letter of each word that it gets.
_LEFT: Final = re.compile(r"(?<![\w./:@-])[A-Za-z]{3,}(?![\w./:@-])")

_RANDOM: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LETTER: Final = re.compile(r"#?\w")


class Book(NamedTuple):
    """A book, and what must be said or added to build it without a network."""

    #: The distribution with its version; empty: the book is in ``benchmarks/``.
    package: str
    #: The folder with ``conf.py``, in the distribution or in ``benchmarks/``.
    folder: str
    conf: str = ""
    #: Files that its ``conf.py`` would fetch from a network.
    files: Mapping[str, str] = MappingProxyType({})


#: Its demonstrations split Markdown in a way that newer parsers do not allow.
_FURO: Final = 'extensions.remove("furo.sphinxext")\n'
_PAGE: Final = "# PyData Theme Elements\n\nA page that is otherwise fetched.\n"
BOOKS: Final = {
    "furo": Book("furo==2025.12.19", "docs", _FURO),
    "pydata": Book("pydata-sphinx-theme==0.24.0", "docs", 'html_baseurl = ""\n'),
    "book-theme": Book(
        "sphinx-book-theme==1.4.0",
        "docs",
        files={"content/pydata-content-blocks.md": _PAGE},
    ),
    "exercise": Book("sphinx-exercise==1.2.1", "docs/source"),
    "bibtex": Book("sphinxcontrib-bibtex==2.7.0", "doc"),
    "nbsphinx": Book("nbsphinx==0.9.8", "doc", 'html_theme = "alabaster"\n'),
    "numpydoc": Book("numpydoc==1.11.0", "doc"),
    "alabaster": Book("alabaster==1.0.0", "docs"),
    "harbour": Book("", "harbour"),
}


class Row(NamedTuple):
    """What became of one book."""

    name: str
    pages: int
    missing: tuple[str, ...]
    warnings: tuple[str, ...]
    hrefs: tuple[str, ...]
    ids: tuple[str, ...]
    #: Words that stay, by the reason.
    stays: Mapping[str, int]
    #: Words on pages that are as in the source, where they are prose, by how often.
    left: Counter[str]
    plain: float
    edition: float

    @property
    def is_right(self) -> bool:
        """Whether nothing was lost, and nothing is new that should not be."""
        return not (self.missing or self.warnings or self.hrefs or self.ids)


def fetched(book: Book, cache: Path, home: Path) -> Path:
    """Return a copy of the folder around a book, with the book in it.

    It is downloaded if *cache* does not have it.
    """
    copy = home / "source"
    if not book.package:
        shutil.copytree(_HERE / book.folder, copy / book.folder)
        return copy
    name = book.package.partition("==")[0].replace("-", "_")
    archives = [*cache.glob(f"{name}-*.tar.gz")]
    if not archives:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
        command += ["--no-binary", ":all:", "-d", str(cache), book.package]
        subprocess.run(command, check=True)
        archives = [*cache.glob(f"{name}-*.tar.gz")]
    with tarfile.open(archives[0]) as archive:
        archive.extractall(copy, filter="data")
    [folder] = copy.iterdir()
    return folder


def measure(name: str, options: argparse.Namespace, home: Path) -> Row:
    """Build a book twice, and compare."""
    book = BOOKS[name]
    around = fetched(book, options.cache, home)
    folder = around / book.folder
    for path, text in book.files.items():
        (folder / path).write_text(text, "utf-8")
    conf = folder / "conf.py"
    given = conf.read_text("utf-8") + _CONF + book.conf
    bench = Bench(home, folder, ())
    conf.write_text(given, "utf-8")
    plain = bench.build("html", "plain")
    # Some write files beside their sources, such as galleries: both begin with them.
    conf.write_text(given + _OURS.format(tag=options.language), "utf-8")
    edition = bench.build(f"amts-{options.language}", "edition")
    return compared(name, plain, edition, untranslated(folder))


def untranslated(folder: Path) -> dict[str, int]:
    """Return the number of words that stay, by the reason."""
    command = [sys.executable, "-m", "amts_sphinx", "status", "--untranslated"]
    command += ["--json", "--book", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    [edition] = json.loads(done.stdout[done.stdout.index("[\n") :])
    return {each["reason"]: each["words"] for each in edition["untranslated"]}


def compared(name: str, plain: Built, edition: Built, stays: Mapping[str, int]) -> Row:
    """Compare the builds of a book."""
    wanted, got = [*pages(plain.out)], {*pages(edition.out)}
    hrefs, ids = list[str](), list[str]()
    left = Counter[str]()
    for page in wanted:
        if page not in got:
            continue
        source, body = body_of(plain.out, page), body_of(edition.out, page)
        before, after = steady(marks(source)), steady(marks(body))
        changed = [*(before - after), *(after - before)]
        hrefs += [f"{page}: {value}" for kind, value in changed if kind != "id"]
        lost = before - after
        ids += [f"{page}: {value}" for kind, value in lost if kind == "id"]
        known = {*words_left(source)}  # others are Sphinx's own in the language
        left.update(word for word in words_left(body) if word in known)
    return Row(
        name,
        len(wanted),
        tuple(page for page in wanted if page not in got),
        tuple(new_warnings(plain.warnings, edition.warnings)),
        tuple(hrefs),
        tuple(ids),
        stays,
        left,
        plain.cpu,
        edition.cpu,
    )


def steady(found: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Return ids and addresses without what differs from build to build by intent.

    MyST makes some ids at random, and the letters of the index are of the language.
    """
    kept = Counter[tuple[str, str]]()
    for (kind, value), number in found.items():
        if not _LETTER.fullmatch(value):
            kept[kind, _RANDOM.sub("random", value)] += number
    return kept


def new_warnings(plain: Sequence[str], edition: Sequence[str]) -> Iterable[str]:
    """Return the lines of warnings that the plain build does not have."""
    return (Counter(edition) - Counter(plain)).elements()


def words_left(body: html.HtmlElement) -> Iterator[str]:
    """Yield the words of a page that are as in the source, without code and names."""
    for node in found(body, _NO_PROSE):
        if node.getparent() is not None:
            node.drop_tree()
    for text in body.itertext():
        yield from _LEFT.findall(str(text))


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of the table."""
    heads = ("book", "pages", "new warnings", "changed hrefs", "lost ids")
    reasons = [*dict.fromkeys(reason for row in rows for reason in row.stays)]
    yield "| " + " | ".join([*heads, *reasons, "on pages", "CPU ratio"]) + " |"
    yield "|" + "---|" * (len(heads) + len(reasons) + 2)
    for row in rows:
        pages = f"{row.pages}" + (f" (-{len(row.missing)})" if row.missing else "")
        cells: list[object] = [row.name, pages, len(row.warnings), len(row.hrefs)]
        cells += [len(row.ids), *(row.stays.get(reason, 0) for reason in reasons)]
        cells += [row.left.total(), f"{row.edition / row.plain:.2f}"]
        yield "| " + " | ".join(map(str, cells)) + " |"


def details(row: Row, most: int) -> Iterator[str]:
    """Yield some of what is behind the numbers of a book."""
    parts = {
        "no page": row.missing,
        "warning": row.warnings,
        "href": row.hrefs,
        "id": row.ids,
    }
    for title, lines in parts.items():
        for line in lines[:most]:
            yield f"{row.name}: {title}: {line}"
    words = ", ".join(f"{word} {n}" for word, n in row.left.most_common(most))
    if words:
        yield f"{row.name}: on pages: {words}"


def main() -> int:
    """Build the books, and print what became of them.

    :returns: the exit status: 1 when something was lost, or is new that should not be
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add(
        "books", nargs="*", metavar="BOOK", help=f"of {', '.join(BOOKS)} (default: all)"
    )
    add("--language", default="es", metavar="TAG", help="of the edition (default: es)")
    text = "where the distributions are kept (default: a folder that is removed)"
    add("--cache", type=Path, metavar="FOLDER", help=text)
    add("--keep", type=Path, metavar="FOLDER", help="leave the builds there")
    add("--show", type=int, default=0, metavar="N", help="show so much of each kind")
    options = parser.parse_args()
    if unknown := {*options.books} - {*BOOKS}:
        parser.error(f"there is no book {', '.join(sorted(unknown))}")
    rows = []
    with tempfile.TemporaryDirectory(prefix="amts-books-") as temporary:
        base = options.keep or Path(temporary)
        options.cache = options.cache or Path(temporary, "cache")
        options.cache.mkdir(parents=True, exist_ok=True)
        for name in options.books or BOOKS:
            home = base.resolve() / name
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            rows.append(measure(name, options, home))
            print(f"{name}: done", file=sys.stderr, flush=True)
            for line in details(rows[-1], options.show):
                print(line, flush=True)
    print("\n".join(table(rows)))
    return int(not all(row.is_right for row in rows))


if __name__ == "__main__":
    sys.exit(main())
