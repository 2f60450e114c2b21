"""A whole book of d2lbook: how long its edition takes, and what of it is lost.

::

    python benchmarks/d2l.py CORPUS FOLDER [--engine corpus] [--hold-out GLOB …]

CORPUS holds articles of *Dive into Deep Learning* and their Chinese translation, in
``en`` and ``zh``, and ``d2l.bib``. In FOLDER, which must not be there, a d2lbook
project is made of them. People's translations of all documents but those held out are
its memory, and the engine translates the rest. Run it with a Python that has the extra
``d2l``. The exit status is 1 if a page lost code, a formula, a label, a link or an
image.
"""

from __future__ import annotations

import argparse
import base64
import re
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

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
    html = ["sphinx", "-q", "-j", "auto", "-b", "html", str(rst), str(plain)]
    _timed("plain HTML, for comparison", [sys.executable, "-m", *html])
    return _compare(plain, book / "_build" / "amts" / "zh", pages)


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


def _d2lbook(book: Path) -> list[str]:
    beside = Path(sys.executable).parent / "d2lbook"
    assert beside.is_file(), f"{beside} is missing: pip install 'amts_sphinx[d2l]'"
    assert (book / "config.ini").is_file()
    return [str(beside), "build", "rst"]


def _timed(name: str, command: Iterable[str], folder: Path | None = None) -> None:
    """Run a step; print its seconds on the clock and of the processor."""
    wall, cpu = time.perf_counter(), _cpu()
    done = subprocess.run([*command], check=False, cwd=folder, capture_output=True)
    took, used = time.perf_counter() - wall, _cpu() - cpu
    if done.returncode:
        sys.exit((done.stdout + done.stderr).decode(errors="replace")[-4000:])
    print(f"{name:<28} {took:7.1f} s {used:7.1f} CPU s", flush=True)
    for line in done.stdout.decode(errors="replace").splitlines():
        if line.startswith(("amts-zh: ", "en → zh")):
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


if __name__ == "__main__":
    sys.exit(main())
