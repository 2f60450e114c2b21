"""A whole book of d2lbook: how long its edition takes, and what of it is lost.

::

    python benchmarks/d2l.py CORPUS FOLDER [--engine corpus] [--hold-out GLOB …]

CORPUS holds articles of *Dive into Deep Learning* and their Chinese translation, in
``en`` and ``zh``, and ``d2l.bib``. In FOLDER, which must not be there, a d2lbook
project is made of them. People's translations of all documents but those held out are
its memory, and the engine translates the rest. Then the edition is written as
Markdown, into ``zh`` in FOLDER, and d2lbook itself builds that. Run it with a Python
that has the extra ``d2l``. The exit status is 1 if a page lost code, a formula, a
label, a link or an image, or if the pages that d2lbook built are others.
"""

from __future__ import annotations

import argparse
import base64
import os
import posixpath
import re
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml import html

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from docutils import nodes
from page_markup import lost, markup, parse

#: The articles that a published system was scored on.
_HELD_OUT: Final = (
    "*/approx-training",
    "*/bert-dataset",
    "*/language-models-and-dataset",
    "*/machine-translation-and-dataset",
    "*/sentiment-analysis-and-dataset",
)
_CONFIG: Final = """\
[project]
name = d2l
title = Dive into Deep Learning
author = its authors

[build]
eval_notebook = False
notebooks = *.md */*.md
resources = img/ d2l.bib
tabs = mxnet, pytorch, tensorflow
sphinx_extensions = amts_sphinx
sphinx_configs =
    amts_target_languages = ['zh']
    amts_engine = '{engine}'
    amts_memory_files = ['memory/zh.tmx']

[pdf]
bibfile = d2l.bib

[html]
header_links =
"""
_REFERENCES: Final = "# References\n\n```eval_rst\n.. bibliography::\n   :all:\n```\n"
_PICTURE: Final = re.compile(r"!\[[^\]]*\]\((?:\.\./)+(img/[^)]+)\)")
_SVG: Final = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
_PIXEL: Final = base64.b64decode("R0lGODlhAQABAAAAACwAAAAAAQABAAACADs=")


def main() -> int:
    """Make the book and its edition, and print what the module says."""
    options = _options()
    book = options.folder
    pages = _write_book(options.corpus, book, options.engine)
    print(f"{len(pages)} documents")
    amts = [sys.executable, "-m", "amts_sphinx"]
    editions = [str(options.corpus / name) for name in ("en", "zh")]
    memory = ["-o", str(book / "memory" / "zh.tmx"), "--hold-out", *options.hold_out]
    _timed("people's translations", [*amts, "parallel", *editions, *memory, *_EN_ZH])
    _timed("d2lbook build rst", _d2lbook(book), book)
    again = [*amts, "d2l", str(book), "--skip-rst"]
    _timed("edition", again)
    _timed("edition, nothing changed", again)
    rst, plain = book / "_build" / "rst", book / "_build" / "plain"
    build = ["sphinx", "-q", "-j", "auto", "-b", "html", str(rst), str(plain)]
    _timed("plain HTML, for comparison", [sys.executable, "-m", *build])
    edition = book / "_build" / "amts" / "zh"
    failed = _compare(plain, edition, pages)
    tree = book / "zh"
    export = ["export-source", str(book), "--language", "zh", "-o", str(tree)]
    # The status is 1 where a text stays that has a translation.
    _timed("edition as Markdown", [*amts, *export], passes=(0, 1))
    _make_book_of(tree, book)
    _timed("d2lbook build html of it", _d2lbook(tree, "html"), tree)
    return _compare_built(book, tree / "_build" / "html", pages) or failed


#: What of a step's words is shown: how much was translated, and what stays.
_TOLD: Final = re.compile(r"amts-zh: |en → zh|[\d,]+ (?:pages|texts) ")
_EN_ZH: Final = ("--languages", "en", "zh")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine", default="corpus")
    parser.add_argument("--hold-out", nargs="+", default=_HELD_OUT, metavar="GLOB")
    return parser.parse_args()


def _write_book(corpus: Path, book: Path, engine: str) -> list[str]:
    """Write a d2lbook project; return the names of its documents."""
    shutil.copytree(corpus / "en", book)
    for folder in (book, *book.glob("*/")):
        folder.chmod(0o755)  # the corpus may be read-only
    shutil.copy(corpus / "d2l.bib", book)
    (book / "config.ini").write_text(_CONFIG.format(engine=engine))
    sources = sorted(book.glob("*/*.md"))
    for source in sources:
        for name in _PICTURE.findall(source.read_text("utf-8")):
            picture = book / name
            picture.parent.mkdir(parents=True, exist_ok=True)
            vector = picture.suffix == ".svg"
            picture.write_bytes(_SVG.encode() if vector else _PIXEL)
    (book / "references.md").write_text(_REFERENCES)
    names = [source.relative_to(book).with_suffix("").as_posix() for source in sources]
    chapters = dict.fromkeys(name.partition("/")[0] for name in names)
    entries = [f"{name}/index" for name in chapters if f"{name}/index" in names]
    entries += [
        name for name in names if f"{name.partition('/')[0]}/index" not in names
    ]
    contents = "\n".join([":maxdepth: 1", ":numbered:", "", *entries, "references"])
    (book / "index.md").write_text(f"# The Book\n\n```toc\n{contents}\n```\n")
    return [*names, "index", "references"]


def _make_book_of(tree: Path, book: Path) -> None:
    """Add to the pages of an edition what d2lbook needs beside them."""
    shutil.copytree(book / "img", tree / "img")
    shutil.copy(book / "d2l.bib", tree)
    config = (book / "config.ini").read_text()
    ours = re.compile(r"^(?:sphinx_extensions|    amts_\w+) = .*\n", re.MULTILINE)
    config = ours.sub("", config).replace(
        "resources =", "exclusions = **/*_origin.md\nresources ="
    )
    said = "sphinx_configs =\n"
    config = config.replace(said, f"{said}    language = 'zh_CN'\n")
    (tree / "config.ini").write_text(config)


def _d2lbook(book: Path, step: str = "rst") -> list[str]:
    beside = Path(sys.executable).parent / "d2lbook"
    assert beside.is_file(), f"{beside} is missing: pip install 'amts_sphinx[d2l]'"
    assert (book / "config.ini").is_file()
    return [str(beside), "build", step]


def _timed(
    name: str,
    command: Iterable[str],
    folder: Path | None = None,
    *,
    passes: tuple[int, ...] = (0,),
) -> None:
    """Run a step; print its seconds on the clock and of the processor.

    :param passes: the exit statuses with which the next step follows
    """
    wall, cpu = time.perf_counter(), _cpu()
    beside = str(Path(sys.executable).parent)  # d2lbook runs sphinx-build
    path = os.pathsep.join([beside, os.environ["PATH"]])
    done = subprocess.run(
        [*command],
        check=False,
        cwd=folder,
        capture_output=True,
        env={**os.environ, "PATH": path},
    )
    took, used = time.perf_counter() - wall, _cpu() - cpu
    if done.returncode not in passes:
        sys.exit((done.stdout + done.stderr).decode(errors="replace")[-4000:])
    print(f"{name:<28} {took:7.1f} s {used:7.1f} CPU s", flush=True)
    for line in done.stdout.decode(errors="replace").splitlines():
        if _TOLD.match(line):
            print(f"  {line}")


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _compare(plain: Path, edition: Path, pages: Iterable[str]) -> int:
    """Count what the pages have that is no word, and what the edition lost of it."""
    have: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for page in pages:
        source, target = plain / f"{page}.html", edition / f"{page}.html"
        if not source.is_file():
            continue  # a page without code for the first tab is left out by d2lbook
        for kind, things in markup(parse(source)).items():
            have[kind] += sum(things.values())
        for kind, missing in lost(source, target).items():
            gone[kind] += sum(missing.values())
            print(f"{page}: {kind}: {dict(missing.most_common(3))}")
    for kind, count in have.items():
        print(f"{kind:<12} {gone[kind]:>6,} of {count:>7,} lost")
    return int(bool(gone))


#: What a page has beside the book.
_NOT_THE_BOOK: Final = (
    ".//a[@class='headerlink'] | .//div[contains(@class, 'amts-notice')]"
)
_BLOCKS: Final = (
    ".//p | .//h1 | .//h2 | .//h3 | .//h4 | .//h5 | .//h6 | .//dt | .//pre"
    " | .//caption | .//div[contains(@class, 'math')] | .//td[not(.//p)]"
    " | .//th[not(.//p)] | .//div[contains(concat(' ', @class, ' '), ' line ')]"
)
_BLANKS: Final = re.compile(r"\s+")
#: Signs that pandoc makes of those that are easy to type.
_TYPOGRAPHY: Final = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", "–": "--", "—": "---", "…": "..."}
)
_LABEL: Final = re.compile(r":label:`([^`]+)`")
#: The elements that links lead to.
_PLACES: Final = {"section", "figure", "table", "div", "dl", "dt", "p", "li"}


def _compare_built(book: Path, built: Path, names: Iterable[str]) -> int:
    """Compare the edition's pages with those that d2lbook built of its Markdown.

    Where sentences have other borders or codes in Markdown than in reStructuredText,
    other words are right: they are counted and shown, and are no failure.
    """
    edition = book / "_build" / "amts" / "zh"
    pages = [name for name in names if (edition / f"{name}.html").is_file()]
    missing = [name for name in pages if not (built / f"{name}.html").is_file()]
    for name in missing:
        print(f"{name}: d2lbook built no such page")
    pages = [name for name in pages if name not in missing]
    roots = {
        folder: {name: _book_of(parse(folder / f"{name}.html")) for name in pages}
        for folder in (edition, built)
    }
    places = {folder: _places(roots[folder]) for folder in roots}
    found, differ = Counter[str](), Counter[str]()
    for name in pages:
        sides = [roots[folder][name] for folder in roots]
        labels = _labels(book / f"{name}.md")
        ours, theirs = (_things(name, roots[f][name], places[f], labels) for f in roots)
        for kind, things in ours.items():
            found[kind] += sum(things.values())
            gone, new = things - theirs[kind], theirs[kind] - things
            differ[kind] += max(gone.total(), new.total())
            for sign, others in (("-", gone), ("+", new)):
                for text in others.elements():
                    print(f"{name}: {kind}: {sign} {text[:300]}")
        words = [_words(side) for side in sides]
        found["blocks"] += len(words[0])
        for kind, one, two in _other_words(*words):
            differ[kind] += 1
            print(f"{name}: {kind}:\n  - {one[:300]}\n  + {two[:300]}")
    print(f"{len(pages)} pages, {len(missing)} missing")
    for kind, count in found.items():
        if kind != "blocks":
            print(f"{kind:<12} {differ[kind]:>6,} of {count:>7,} differ")
    for kind in ("blanks", "typography", "words"):
        print(f"{kind:<12} {differ[kind]:>6,} of {found['blocks']:>7,} blocks differ")
    return int(bool(missing) or any(differ[kind] for kind in _STRICT))


#: What must be the same on both.
_STRICT: Final = ("code", "formulas", "inline code", "labels", "links", "images",
                  "numbers", "structure")  # fmt: skip


def _other_words(one: list[str], two: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the blocks of two pages that differ: in what, and both sides."""
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, one, two).get_opcodes():
        if tag == "equal":
            continue
        for number in range(max(i2 - i1, j2 - j1)):
            mine = one[i1 + number] if i1 + number < i2 else ""
            other = two[j1 + number] if j1 + number < j2 else ""
            bare = [_BLANKS.sub("", text) for text in (mine, other)]
            plain = [text.translate(_TYPOGRAPHY) for text in bare]
            if not mine or not other:
                yield "structure", mine, other
            elif bare[0] == bare[1]:
                yield "blanks", mine, other
            else:
                same = plain[0] == plain[1]
                yield "typography" if same else "words", mine, other


def _book_of(root: html.HtmlElement) -> html.HtmlElement:
    """Return a page without what is not of the book."""
    for each in root.xpath(_NOT_THE_BOOK):
        each.drop_tree()
    return root


def _words(root: html.HtmlElement) -> list[str]:
    """Return the words of each block of a page, with its kind."""
    return [
        f"{each.tag}: {_BLANKS.sub(' ', str(each.text_content())).strip()}"
        for part in root.xpath("//section[not(ancestor::section)]")
        for each in part.xpath(_BLOCKS)
    ]


def _labels(source: Path) -> list[str]:
    """Return the ids of the labels in a source."""
    found = _LABEL.findall(source.read_text("utf-8"))
    return [nodes.make_id(label) for label in found]


def _places(roots: Mapping[str, html.HtmlElement]) -> dict[str, dict[str, str]]:
    """Return which place of its page each id is, page by page.

    Ids of headings are made of their words: they are others in each language. So a
    place is named by its kind and its number.
    """
    found: dict[str, dict[str, str]] = {}
    for name, root in roots.items():
        places: dict[str, str] = {}
        numbers: Counter[str] = Counter()
        for part in root.xpath("//section[not(ancestor::section)]"):
            for each in part.iter():
                if each.tag in _PLACES:
                    numbers[each.tag] += 1
                    each.set("amts-place", f"{each.tag} {numbers[each.tag]}")
                if each.get("id"):
                    own = each.xpath("ancestor-or-self::*[@amts-place][1]")
                    places[each.get("id")] = own[0].get("amts-place")
        found[name] = places
    return found


def _things(
    name: str,
    root: html.HtmlElement,
    places: dict[str, dict[str, str]],
    labels: Iterable[str],
) -> dict[str, Counter[str]]:
    """Return what a page has that is no word, with places in place of ids.

    :param labels: the ids that the author gave
    """
    found = markup(root)
    del found["classes"], found["output"]
    found["labels"] = Counter(
        f"{label}: {places[name].get(label)}" for label in labels if label
    )
    found["links"] = Counter(
        _led(name, link, places) for link in found["links"].elements()
    )
    return found


def _led(name: str, link: str, places: dict[str, dict[str, str]]) -> str:
    """Return where a link leads, with the place in place of the id."""
    page, _, label = link.partition("#")
    if not label or "://" in link:
        return link
    there = posixpath.normpath(posixpath.join(posixpath.dirname(name), page))
    there = there.removesuffix(".html") if page else name
    return f"{there}#{places.get(there, {}).get(label, label)}"


if __name__ == "__main__":
    sys.exit(main())
