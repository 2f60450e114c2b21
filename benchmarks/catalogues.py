"""What becomes of a project's gettext catalogues: in an edition, and filled.

    python benchmarks/catalogues.py BOOK LANGUAGE [--define NAME=VALUE …] [--conf LINE]

The book is built as it is, with Sphinx's own ``-D language=…``, and as an edition with
the engine ``none``; the pages are compared block by block. The folder around the book
is copied, so nothing is written into it. See ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from lxml import html

from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import find_language
from amts_sphinx.formats import po_syntax
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: Elements that hold a block of text.
_BLOCKS: Final = (
    "p h1 h2 h3 h4 h5 h6 dt dd li td th figcaption caption summary label".split()
)
_BODY: Final = ("//article[@role='main']", "//*[@role='main']", "//article", "//body")
_CONF: Final = """
extensions = [*globals().get("extensions", ()), "amts_sphinx"]
amts_engine = "none"
amts_target_languages = [{tag!r}]
"""
#: What a browser is not shown, or each builder writes in its own way.
_HIDDEN: Final = "//script | //style | //a[contains(@class, 'headerlink')]"


class Built(NamedTuple):
    """One build."""

    out: Path
    #: Seconds of user and system.
    cpu: float
    wall: float
    said: str
    warnings: tuple[str, ...]


class Bench(NamedTuple):
    """Where the builds of one book are made."""

    home: Path
    book: Path
    define: Sequence[str]

    def build(self, builder: str, place: str, *more: str) -> Built:
        """Build the copied book."""
        out = self.home / place
        command = [sys.executable, "-m", "sphinx", "-b", builder, *more]
        for each in self.define:
            command += ["-D", each]
        command += ["-d", str(self.home / f"{place}-doctrees")]
        start, used = time.perf_counter(), _cpu()
        done = subprocess.run(
            [*command, str(self.book), str(out)],
            cwd=self.home,
            env=os.environ | {"NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode:
            sys.exit(f"{builder} failed\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        seconds = _cpu() - used, time.perf_counter() - start
        return Built(out, *seconds, done.stdout, tuple(done.stderr.splitlines()))


def _cpu() -> float:
    """Return the seconds that ended child processes, and theirs, have computed."""
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime


def pages(out: Path) -> Iterator[str]:
    """Yield the names of the pages that documents became."""
    for path in sorted(out.rglob("*.html")):
        name = path.relative_to(out).as_posix()
        if name.partition("/")[0] not in {"_static", "_modules", "_sources"}:
            yield name


def body_of(out: Path, page: str) -> html.HtmlElement:
    """Return the element of a page that holds its document."""
    tree = html.fromstring((out / page).read_bytes())
    for node in found(tree, _HIDDEN):
        node.drop_tree()
    return next(body for each in _BODY for body in found(tree, each))


def found(tree: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    """Return the elements that an XPath finds."""
    those = tree.xpath(path)
    assert isinstance(those, list)
    return [each for each in those if isinstance(each, html.HtmlElement)]


def blocks(body: html.HtmlElement) -> list[str]:
    """Return the texts of the blocks that hold no other block."""
    found = []
    for node in body.iter(*_BLOCKS):
        if next(node.iterdescendants(*_BLOCKS), None) is None:
            text = " ".join(node.text_content().split())
            if text:
                found.append(text)
    return found


def marks(body: html.HtmlElement) -> Counter[tuple[str, str]]:
    """Return the ids and addresses of a page."""
    found: Counter[tuple[str, str]] = Counter()
    for name in ("id", "href", "src"):
        for node in body.iter():
            if value := node.get(name):
                found[name, value] += 1
    return found


class Compared(NamedTuple):
    """The blocks of all pages."""

    #: Blocks that Sphinx shows translated.
    native: int
    #: Those of them that the edition shows in the same words, white space aside.
    same: int
    #: Those that it shows in other words, but not in the source.
    other: int
    #: Pages of which the blocks cannot be compared one by one.
    odd: tuple[str, ...]
    #: Ids and addresses that differ from the source edition's: ours and Sphinx's.
    marks: tuple[int, int]
    samples: tuple[tuple[str, str, str], ...]


def compare(source: Path, native: Path, ours: Path, shown: int) -> Compared:
    """Compare the pages of three builds."""
    count: Counter[str] = Counter()
    odd: list[str] = []
    samples: list[tuple[str, str, str]] = []
    for page in pages(source):
        if page == "search.html" or page.startswith("genindex"):
            continue
        bodies = [body_of(out, page) for out in (source, native, ours)]
        texts = [blocks(body) for body in bodies]
        own = marks(bodies[0])
        for name, body in zip(("native", "ours"), bodies[1:], strict=True):
            theirs = marks(body)
            count[f"{name} marks"] += ((own - theirs) + (theirs - own)).total()
        if len({len(each) for each in texts}) > 1:
            odd.append(page)
            continue
        for english, theirs_text, our_text in zip(*texts, strict=True):
            if bare(english) == bare(theirs_text):
                continue
            count["native"] += 1
            if bare(our_text) == bare(theirs_text):
                count["same"] += 1
            elif bare(our_text) != bare(english):
                count["other"] += 1
            if bare(our_text) != bare(theirs_text) and len(samples) < shown:
                samples.append((page, theirs_text, our_text))
    return Compared(
        count["native"],
        count["same"],
        count["other"],
        tuple(odd),
        (count["ours marks"], count["native marks"]),
        tuple(samples),
    )


def bare(text: str) -> str:
    """Return a text without blanks and quotes, which each language sets as it does."""
    return re.sub(r"[\s`*\"'«»„“”‚‘’]", "", inline_codes.normalise(text))


def copies(memory: Path) -> tuple[int, int]:
    """Return how many units of people there are, and how many are their source."""
    with Memory(memory) as known:
        units = [unit for unit in known.units() if unit.by_human]
    same = sum(inline_codes.normalise(u.source) == u.target.strip() for u in units)
    return len(units), same


def main() -> None:
    """Print the figures of one language."""
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("book", type=Path, help="the folder with conf.py")
    parser.add_argument("language", help="as its catalogues are called")
    parser.add_argument("--define", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--conf", action="append", default=[], metavar="LINE")
    parser.add_argument("--parents", type=int, default=0, metavar="N")
    parser.add_argument("--fill", action="store_true", help="fill catalogues, too")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--show", type=int, default=0, metavar="N")
    options = parser.parse_args()
    home = options.keep or Path(tempfile.mkdtemp(prefix="amts-gettext-"))
    try:
        measure(options, home.resolve())
    finally:
        if not options.keep:
            shutil.rmtree(home)


def measure(options: argparse.Namespace, home: Path) -> None:
    """Build and compare."""
    root = book = options.book.resolve()
    for _ in range(options.parents):
        root = root.parent
    leave = shutil.ignore_patterns("_build", ".git", ".amts", "*.mo")
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(root, home / "book", symlinks=True, ignore=leave)
    bench = Bench(home, home / "book" / book.relative_to(root), options.define)
    conf = bench.book / "conf.py"
    plain = "\n".join((conf.read_text("utf-8"), *options.conf, ""))
    conf.write_text(plain, "utf-8")
    tag = find_language(options.language).tag
    source = bench.build("html", "source")
    native = bench.build("html", "native", "-D", f"language={options.language}")
    for path in home.rglob("*.mo"):
        path.unlink()
    conf.write_text(plain + _CONF.format(tag=tag), "utf-8")
    ours = bench.build(f"amts-{tag}", "ours")
    again = bench.build(f"amts-{tag}", "ours")
    print_times(source, native, ours, again)
    print_pages(compare(source.out, native.out, ours.out, options.show))
    units, same = copies(bench.book / ".amts" / "memory.sqlite")
    print(f"units of people: {units}; equal to their source: {same}")
    new = Counter(ours.warnings) - Counter(source.warnings)
    print(f"warnings of the edition that the source has not: {new.total()}")
    made = [path for path in home.rglob("*.mo") if "doctrees" not in str(path)]
    print(f"compiled catalogues among the project's files: {len(made)}")
    for line in ours.said.splitlines():
        if re.match(r"amts-\S+: (messages|no translation|equal|\S+: \d)", line):
            print(line)
    if options.fill:
        measure_fill(bench, plain, options)


def measure_fill(bench: Bench, plain: str, options: argparse.Namespace) -> None:
    """Empty catalogues, fill them again, and look at what came of it."""
    tag = find_language(options.language).tag
    conf = bench.book / "conf.py"
    files = [*bench.home.glob(f"book/**/{options.language}/LC_MESSAGES/**/*.po")]
    folder = next(p for p in files[0].parents if p.name == options.language)
    original = {path: path.read_bytes() for path in files}
    # People's texts, from a file: are they written as people wrote them?
    shutil.rmtree(bench.book / ".amts", ignore_errors=True)
    people = bench.book / "people.tmx"
    amts("parallel", bench.book, "--gettext", options.language, "-o", people)
    settings = 'amts_home_file = ""\namts_memory_files = ["people.tmx"]\n'
    conf.write_text(plain + _CONF.format(tag=tag) + settings, "utf-8")
    emptied = sum(empty(path, every=1) for path in files)
    said = amts("gettext", "fill", folder, "--book", bench.book)
    same = sum(identical(data, path.read_bytes()) for path, data in original.items())
    print(
        f"round trip: {emptied} messages emptied; {same} filled byte by byte as before"
    )
    print(indented(said))
    # An engine's, beside people's.
    settings = 'amts_home_file = ""\n'
    conf.write_text(plain + _CONF.format(tag=tag) + settings, "utf-8")
    for path, data in original.items():
        path.write_bytes(data)
    shutil.rmtree(bench.book / ".amts", ignore_errors=True)
    fuzzy = ("-D", "gettext_allow_fuzzy_translations=1")
    language = ("-D", f"language={options.language}")
    before = bench.build("html", "before", *language, *fuzzy)
    emptied = sum(empty(path, every=2) for path in files)
    halves = {path: path.read_bytes() for path in files}
    start, used = time.perf_counter(), _cpu()
    said = amts("gettext", "fill", folder, "--book", bench.book, "--engine", "pseudo")
    print(f"every second message emptied: {emptied}")
    print(
        f"filling: CPU {_cpu() - used:.1f} s, wall {time.perf_counter() - start:.1f} s"
    )
    print(indented(said))
    outside = sum(changed_outside(halves[path], path.read_bytes()) for path in files)
    print(f"lines changed outside of filled messages: {outside}")
    print(f"catalogues that msgfmt refuses: {refused(files)}, before {refused(halves)}")
    for path in bench.home.rglob("*.mo"):
        path.unlink()
    after = bench.build("html", "after", *language, *fuzzy)
    new = Counter(map(kind, after.warnings)) - Counter(map(kind, before.warnings))
    print(f"new warnings of Sphinx, by kind: {dict(new)}")
    conf.write_text(plain + _CONF.format(tag=tag).replace("none", "pseudo"), "utf-8")
    ours = bench.build(f"amts-{tag}", "filled", *fuzzy)
    print("filled, Sphinx's own build beside the edition:")
    print_pages(compare(bench.home / "source", after.out, ours.out, options.show))


def amts(*arguments: object) -> str:
    """Run a command; return what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "amts_sphinx", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        sys.exit(f"{arguments} failed\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def indented(text: str) -> str:
    """Return the lines of a text, a little to the right."""
    return "\n".join(f"  {line}" for line in text.splitlines())


_MSGSTR: Final = re.compile(r'^msgstr ((?:"(?:[^"\\\n]|\\.)*"\n?)+)', re.MULTILINE)


def chunks(data: bytes) -> list[str]:
    """Return the messages of a catalogue as they are written."""
    return re.split(r"(?<=\n)\n", data.decode("utf-8").replace("\r\n", "\n"))


def empty(path: Path, every: int) -> int:
    """Empty each so many of the translated messages of a catalogue; count them."""
    new, seen, count = [], 0, 0
    for chunk in chunks(path.read_bytes()):
        found = _MSGSTR.search(chunk)
        is_done = found and found[1].strip() != '""' and "\nmsgid_plural" not in chunk
        head = 'msgid ""\nmsgstr' in chunk
        if is_done and not head and "fuzzy" not in chunk.partition("msgid")[0]:
            seen += 1
            if seen % every == 0:
                chunk = _MSGSTR.sub('msgstr ""\n', chunk)  # noqa: PLW2901
                count += 1
        new.append(chunk)
    path.write_text("\n".join(new), "utf-8", newline="")
    return count


def texts(data: bytes) -> dict[str, str]:
    """Return the translation of each message of a catalogue."""
    with tempfile.NamedTemporaryFile(suffix=".po") as file:
        file.write(data)
        file.flush()
        found = po_syntax.messages(file.name, lambda _: None)
        return {
            m.source: m.target
            for m in found
            if not (m.is_header or m.obsolete or "fuzzy" in m.flags)
            and m.target not in {"", m.source}
        }


def identical(before: bytes, after: bytes) -> int:
    """Return how many messages have the same translation in both catalogues."""
    old, new = texts(before), texts(after)
    return sum(new.get(source) == target for source, target in old.items())


def changed_outside(before: bytes, after: bytes) -> int:
    """Return how many messages that were not filled have changed."""
    old, new = chunks(before), chunks(after)
    if len(old) != len(new):
        return abs(len(old) - len(new))
    filled = re.compile(r"^# amts: .*\n|^#, fuzzy\n|(?<=^#, )fuzzy, ", re.MULTILINE)
    count = 0
    for mine, other in zip(old, new, strict=True):
        if mine != other:
            bare = _MSGSTR.sub('msgstr ""\n', filled.sub("", other))
            count += bare.strip() != _MSGSTR.sub('msgstr ""\n', mine).strip()
    return count


def refused(files: Iterable[Path] | Mapping[Path, bytes]) -> int | str:
    """Return how many catalogues ``msgfmt`` refuses."""
    program = shutil.which("msgfmt")
    if program is None:
        return "unknown"
    count = 0
    for path in files:
        data = files[path] if isinstance(files, Mapping) else path.read_bytes()
        done = subprocess.run(
            [program, "--check-format", "-o", os.devnull, "-"],
            input=data,
            capture_output=True,
            check=False,
        )
        count += bool(done.returncode)
    return count


def kind(warning: str) -> str:
    """Return what a warning is about, without place and words."""
    named = re.search(r"\[([\w.-]+)\]$", warning)
    return named[1] if named else re.sub(r".*(WARNING|ERROR): |['\"\[].*", "", warning)


def print_times(source: Built, native: Built, ours: Built, again: Built) -> None:
    """Print what the builds took."""
    print(f"{'build':34}{'CPU s':>8}{'wall s':>8}")
    for name, built in (
        ("source, html", source),
        ("native, -D language", native),
        ("edition, first build", ours),
        ("edition, nothing changed", again),
    ):
        print(f"{name:34}{built.cpu:8.1f}{built.wall:8.1f}")


def print_pages(found: Compared) -> None:
    """Print how the pages compare."""
    share = found.same / max(1, found.native)
    print(
        f"blocks that Sphinx shows translated: {found.native}; the edition shows"
        f" {found.same} in the same words ({share:.1%}), {found.other} in others"
    )
    for page in found.odd:
        print(f"not compared, other blocks: {page}")
    print(
        "ids and addresses that differ from the source edition's: edition"
        f" {found.marks[0]}, native {found.marks[1]}"
    )
    for page, theirs, ours in found.samples:
        print(f"  {page}\n    native  {theirs[:300]}\n    edition {ours[:300]}")


if __name__ == "__main__":
    main()
