"""Every book of Sphinx's own tests that Sphinx can build has an edition.

They are small, and between them they use all that a Sphinx book can use, much of it in
ways that no author would think of.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
import sphinx
from test_sphinx_docs import run_sphinx, unpack, warnings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.sphinx, pytest.mark.books]

#: How many books are built at a time.
AT_A_TIME: Final = 2
#: How many new warnings of a book are shown.
SHOWN: Final = 5
#: Books that cannot have a Chinese edition, and why.
EXCEPTIONS: Final = {
    "test-builder-gettext-dont-rebuild-mo": "it is written in xx, which is no language",
}
#: Added to a book's own configuration.
_CONF: Final = """
extensions = [*globals().get("extensions", ()), "amts_sphinx"]
"""


@dataclass(frozen=True)
class Outcome:
    """What became of one book."""

    book: str
    #: Whether the plain HTML build succeeded; if not, nothing else was tried.
    plain: bool
    #: Whether the edition's build succeeded.
    built: bool = False
    #: Pages of the source edition or of the translated one, not of both.
    differing: tuple[str, ...] = ()
    #: Lines that only the edition's build wrote to standard error.
    new_warnings: tuple[str, ...] = ()
    #: The end of all that it wrote there.
    said: str = ""

    @property
    def good(self) -> bool:
        """Whether the book has its edition."""
        raised = any("Traceback" in line for line in self.new_warnings)
        return self.built and not self.differing and not raised


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Outcome]:
    """Return what became of every book."""
    folder = tmp_path_factory.mktemp("roots")
    roots = unpack(folder) / "tests" / "roots"
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        jobs = [
            pool.submit(build_both, root, folder / "built" / root.name)
            for root in sorted(roots.iterdir())
            if root.is_dir()
        ]
        return [job.result() for job in jobs]


def build_both(root: Path, folder: Path) -> Outcome:
    """Build a book as it is, and then its edition."""
    source = folder / "source"
    shutil.copytree(root, source, symlinks=True)
    try:
        plain = run_sphinx("html", source, folder)
        if plain.returncode:
            return Outcome(root.name, plain=False)
        with (source / "conf.py").open("a", encoding="utf-8") as conf:
            conf.write(_CONF)
        edition = run_sphinx("amts-zh", source, folder, "-D", "amts_engine=pseudo")
    except subprocess.TimeoutExpired as fault:
        return Outcome(root.name, plain=True, said=str(fault))
    differing = pages(folder / "html") ^ pages(folder / "amts-zh")
    new = warnings(edition.stderr, folder) - warnings(plain.stderr, folder)
    return Outcome(
        root.name,
        plain=True,
        built=not edition.returncode,
        differing=tuple(sorted(differing)),
        new_warnings=tuple(new.elements()),
        said=edition.stderr[-6000:],
    )


def pages(folder: Path) -> set[str]:
    """Return the pages of an edition; the index's letters depend on the language."""
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    return {page for page in found if not page.startswith("genindex-")}


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the counts, and what was said about each book without its edition."""
    tried = [outcome for outcome in outcomes if outcome.plain]
    bad = [outcome for outcome in tried if not outcome.good]
    shown = [
        f"Sphinx {sphinx.__version__}, Python {sys.version.split()[0]}",
        f"{'books':30}{len(outcomes):5}",
        f"{'without a plain HTML build':30}{sum(not o.plain for o in outcomes):5}",
        f"{'with an edition':30}{len(tried) - len(bad):5}",
        f"{'without':30}{len(bad):5}",
        f"{'with new warnings':30}{sum(bool(o.new_warnings) for o in tried):5}",
    ]
    shown += [
        "\n   ".join((outcome.book, *outcome.new_warnings[:SHOWN]))
        for outcome in tried
        if outcome.new_warnings
    ]
    for outcome in bad:
        why = EXCEPTIONS.get(outcome.book, "unexpected")
        shown.append(f"\n{outcome.book} ({why}): {outcome.differing}\n{outcome.said}")
    return "\n".join(shown)


def test_every_book_that_sphinx_builds_has_an_edition(
    outcomes: Sequence[Outcome],
) -> None:
    shown = table(outcomes)
    sys.stdout.write(f"{shown}\n")
    failed = {o.book for o in outcomes if o.plain and not o.good}
    assert failed == EXCEPTIONS.keys() & {o.book for o in outcomes if o.plain}, shown


def test_most_books_were_built(outcomes: Sequence[Outcome]) -> None:
    assert sum(outcome.plain for outcome in outcomes) > 0.8 * len(outcomes)
