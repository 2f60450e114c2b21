"""Books to build, and builds as a user starts them: each in a process of its own.

Sphinx's own fixtures differ from one release to the next; a command does not.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from filelock import FileLock
from fork_server import python
from lxml import html
from waiting import PATIENCE

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import LanguagePair, Request
from amts_sphinx.engine.protocol import quiet
from amts_sphinx.engine.pseudo import PseudoEngine, PseudoOptions
from amts_sphinx.text.typography import profile_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes
    from sphinx.environment import BuildEnvironment

    from amts_sphinx.endpoint import Served

TESTS: Final = Path(__file__).parent
SUMMARY: Final = re.compile(
    r"^amts-(?P<tag>[\w-]+): (?P<segments>\d+) segments, (?P<recalled>\d+) recalled, "
    r"(?P<translated>\d+) translated, (?P<characters>\d+) characters, "
    r"(?P<findings>\d+) findings$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Built:
    """What one run of ``sphinx-build`` left."""

    status: int
    #: Standard output.
    said: str
    #: Standard error: the warnings.
    warned: str
    out: Path

    def summary(self, tag: str = "zh") -> dict[str, int]:
        """Return the numbers of the line that the build of an edition ends with."""
        found = [m for m in SUMMARY.finditer(self.said) if m["tag"] == tag]
        assert len(found) == 1, f"{len(found)} summaries of {tag} in\n{self.said}"
        return {k: int(v) for k, v in found[0].groupdict().items() if k != "tag"}

    def page(self, name: str) -> html.HtmlElement:
        """Return a page of the edition, parsed."""
        return html.fromstring((self.out / f"{name}.html").read_bytes())

    def text(self, name: str, expression: str) -> list[str]:
        """Return the texts of what an XPath *expression* finds on a page."""
        found = self.page(name).xpath(expression)
        assert isinstance(found, list)
        texts = [e if isinstance(e, str) else e.text_content() for e in found]
        return [" ".join(str(text).split()) for text in texts]

    def files(self) -> dict[str, int]:
        """Return when each file of the edition was written, in nanoseconds."""
        return {
            str(path.relative_to(self.out)): path.stat().st_mtime_ns
            for path in sorted(self.out.rglob("*"))
            if path.is_file() and ".doctrees" not in path.parts
        }


@dataclass(frozen=True)
class Book:
    """A copy of a book that a test may change and build."""

    source: Path

    @property
    def log(self) -> Path:
        """Where the recording engine writes."""
        return self.source.parent / "requests.jsonl"

    @property
    def doctrees(self) -> Path:
        """Where the builds keep their doctrees."""
        return self.source.parent / "doctrees"

    def build(
        self,
        builder: str = "amts-zh",
        *options: str,
        engine: str = "",
        out: str = "",
        files: Sequence[str] = (),
    ) -> Built:
        """Run ``sphinx-build`` in a new process; its output goes beside the book."""
        outdir = self.source.parent / "out" / (out or builder)
        command = [python(), "-m", "sphinx", "-b", builder]
        command += ["-d", str(self.doctrees), *options]  # the last -d counts
        if engine:
            command += ["-D", f"amts_engine={engine}"]
        if engine == "recording":
            command += ["-D", f"amts_recording.file={self.log}"]
        path = [str(TESTS / "engines"), os.environ.get("PYTHONPATH", "")]
        done = subprocess.run(
            [*command, *map(str, (self.source, outdir)), *self._paths(files)],
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, path)),
                "PYTHONIOENCODING": "utf-8",
                "NO_COLOR": "1",
            },
        )
        return Built(done.returncode, done.stdout, done.stderr, outdir)

    def _paths(self, names: Sequence[str]) -> list[str]:
        return [str(self.source / name) for name in names]

    def requests(self) -> list[list[str]]:
        """Return what the recording engine was asked, and forget it."""
        if not self.log.exists():
            return []
        lines = self.log.read_text("utf-8").splitlines()
        self.log.unlink()
        return [json.loads(line)["sources"] for line in lines]

    def write(self, name: str, text: str) -> None:
        """Write a source file."""
        (self.source / name).write_text(text, "utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Replace what stands exactly once in a source file."""
        text = (self.source / name).read_text("utf-8")
        assert text.count(old) == 1
        self.write(name, text.replace(old, new))

    def environment(self) -> BuildEnvironment:
        """Return the environment of the book, in the source language."""
        with (self.doctrees / "environment.pickle").open("rb") as file:
            env: BuildEnvironment = pickle.load(file)
        return env

    def doctree(self, docname: str, tag: str = "") -> nodes.document:
        """Return the doctree of a document of the book, or of an edition."""
        folder = self.doctrees / ".amts" / tag / "doctrees" if tag else self.doctrees
        with (folder / f"{docname}.doctree").open("rb") as file:
            doctree: nodes.document = pickle.load(file)
        return doctree


MakeBook = Callable[[str], Book]
Say = Callable[..., str]
Marks = Callable[[html.HtmlElement], Counter[tuple[str, str]]]
Once = Callable[[str, Callable[[Path], Any]], Any]
#: The fixtures that lead to builds; a test of an older Sphinx is one that has any.
_BOOKS: Final = {"make_book", "twice"}


def copy_root(name: str, folder: Path) -> Book:
    """Return a copy of the root of a name, which a test may change."""
    shutil.copytree(TESTS / "roots" / f"test-{name}", folder / "source")
    return Book(folder / "source")


@pytest.fixture(scope="session")
def make_book(tmp_path_factory: pytest.TempPathFactory) -> MakeBook:
    """Return a function that copies the root of a name."""
    return lambda name: copy_root(name, tmp_path_factory.mktemp(name))


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Return a function that makes something once for all the workers of a run.

    It takes a name, and a function that makes the thing in a folder; what that returns
    is pickled. Tests may only read what is in the folder.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    shared.mkdir(exist_ok=True)

    def make(name: str, function: Callable[[Path], Any]) -> Any:
        folder, kept = shared / name, shared / f"{name}.pickle"
        with FileLock(f"{kept}.lock"):
            if not kept.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of an attempt that failed
                folder.mkdir()
                kept.write_bytes(pickle.dumps(function(folder)))
            return pickle.loads(kept.read_bytes())

    return make


@pytest.fixture
def book(request: pytest.FixtureRequest, make_book: MakeBook) -> Book:
    """Return a fresh copy of a root, ``incremental`` unless the test names another."""
    return make_book(getattr(request, "param", "incremental"))


@dataclass(frozen=True)
class Twice:
    """A book that was built in the source language and into Chinese."""

    book: Book
    source: Built
    edition: Built


def build_twice(name: str, folder: Path) -> Twice:
    """Build a root in the source language and into Chinese."""
    book = copy_root(name, folder)
    edition = book.build("amts-zh", "-n", engine="pseudo")
    plain = book.build("html", "-d", str(book.doctrees.with_name("plain")))
    return Twice(book, plain, edition)


@dataclass(frozen=True)
class BuiltTwice:
    """The roots that show what an edition holds, each built when it is asked for."""

    once: Once

    def __getitem__(self, name: str) -> Twice:
        """Return a root of a name, for reading."""
        built: Twice = self.once(f"twice-{name}", partial(build_twice, name))
        return built


@pytest.fixture(scope="session")
def twice(once: Once) -> BuiltTwice:
    """Return the roots that show what an edition holds, each built twice."""
    return BuiltTwice(once)


@pytest.fixture
def endpoint(served: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Return the endpoint, without faults, with the environment that leads to it."""
    for name, value in served.environment().items():
        monkeypatch.setenv(name, value)
    yield served
    served.plan([])


@pytest.fixture(scope="session")
def say() -> Say:
    """Return a function that tells what an edition says for a text."""
    engine = PseudoEngine(PseudoOptions())

    def translate(text: str, tag: str = "zh") -> str:
        asked = [Request(inline_codes.escape(text))]
        [made] = engine.translate(asked, LanguagePair("en", tag), quiet)
        assert made.target is not None
        return inline_codes.unescape(profile_for(tag).apply(made.target))

    return translate


@pytest.fixture(scope="session")
def marks() -> Marks:
    """Return a function that counts what every edition of a page must have alike."""

    def count(page: html.HtmlElement) -> Counter[tuple[str, str]]:
        [body] = page.xpath("//div[@class='body']")
        found: Counter[tuple[str, str]] = Counter()
        for name in ("id", "href", "src"):
            found.update((name, str(v)) for v in body.xpath(f".//@{name}"))
        for kind in ("code", "pre", "kbd", "sup"):
            found.update((kind, e.text_content()) for e in body.xpath(f".//{kind}"))
        prose = [
            e.text_content() for e in body.xpath(".//code[contains(@class, 'down')]")
        ]
        found.subtract(("code", text) for text in prose)
        math = "contains(concat(' ', @class, ' '), ' math ')"
        found.update(("math", e.text_content()) for e in body.xpath(f".//*[{math}]"))
        return +found

    return count


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what builds books; leave the warnings of old releases to their authors."""
    others = "(botocore|docutils|moto|sphinx)"
    rule = pytest.mark.filterwarnings(f"ignore::DeprecationWarning:{others}")
    for item in items:
        item.add_marker(rule)
        if isinstance(item, pytest.Function) and _BOOKS & set(item.fixturenames):
            item.add_marker(pytest.mark.sphinx)
