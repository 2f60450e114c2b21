"""Sphinx's own documentation, from its source distribution, has a sound edition.

It is a real book of some hundred and fifty documents that uses nearly all that Sphinx
can do. The distribution is fetched with pip into ``build/sphinx-docs`` and used again.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import sphinx
from audit import BODY, Audit, audit, report
from fork_server import python
from waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = [pytest.mark.slow, pytest.mark.sphinx, pytest.mark.books]

CACHE: Final = Path(__file__).parent.parent / "build" / "sphinx-docs"
#: Where an engine is that damages markup.
ENGINES: Final = Path(__file__).parent / "engines"
#: Added to Sphinx's own configuration: nothing is fetched from other projects, and the
#: documents of a module that need not be installed, which Sphinx would read again at
#: every build, are left out.
CONF: Final = """
intersphinx_mapping = {}
exclude_patterns.append("usage/advanced/websupport/*")
"""
EXTENSION: Final = """
extensions.append("amts_sphinx")
amts_figure_captions = True
"""
#: Added to a document, so that there is a sentence to change.
PARAGRAPH: Final = "\n\nThe badger digs at night. The otter swims by day.\n"
#: The document it is added to, in all versions of Sphinx.
CHANGING: Final = "usage/installation"
#: What stands in the templates of the documentation and of its theme, in English.
THEME: Final = {
    "Documentation",
    "Home",
    "Next",
    "On this page",
    "Previous",
    "Site navigation",
    "Sphinx documentation contents",
}
#: What is the same in Chinese, be it in Sphinx's catalogue or in a template.
NAMES: Final = {"JavaScript", "Python", "Sphinx", "reStructuredText"}
#: Names of kinds of objects that Sphinx's catalogue has no Chinese for.
KINDS: Final = {"configuration value", "setuptools configuration value", "event"}
#: The text that an author gave to a role, in place of the name of its target.
_TITLE: Final = re.compile(r":`([^`<]*?)\s*<[^`<>]+>`")
_ADDRESS: Final = re.compile(r" at 0x[0-9a-f]+")
_SUMMARY: Final = re.compile(
    r"^amts-zh: .* (\d+) translated, .* (\d+) findings$", re.MULTILINE
)
_DAMAGED: Final = "the engine damaged the markup"
_REFUSAL: Final = re.compile(rf"^\S+: WARNING: amts-zh: {_DAMAGED}")


def distribution() -> Path:
    """Return the source distribution of the running Sphinx, or skip the test."""
    folder = CACHE / sphinx.__version__
    found = sorted(folder.glob("*.tar.gz"))
    if not found:
        wanted = f"sphinx=={sphinx.__version__}"
        folder.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-qq"]
        options = ["--no-deps", "--no-binary", ":all:", "--retries", "1"]
        done = subprocess.run(
            [*pip, "download", *options, wanted],
            check=False,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        found = sorted(folder.glob("*.tar.gz"))
        if done.returncode or not found:
            pytest.skip(
                f"pip cannot fetch the source of {wanted}: {done.stderr[-500:]}"
            )
    return found[0]


def unpack(folder: Path) -> Path:
    """Unpack the distribution in *folder* and return its own directory."""
    shutil.unpack_archive(distribution(), folder / "unpacked", filter="data")
    [unpacked] = (folder / "unpacked").iterdir()
    return unpacked


def run_sphinx(
    builder: str, source: Path, folder: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    """Run ``sphinx-build``; its output goes to a directory named as the builder.

    :param options: further options; the last ``-d`` counts
    """
    command = [python(), "-m", "sphinx", "-b", builder]
    command += ["-d", str(folder / f"doctrees-{builder}"), *options]
    return subprocess.run(
        [*command, str(source), str(folder / builder)],
        check=False,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ENGINES),
            "PYTHONIOENCODING": "utf-8",
            "NO_COLOR": "1",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
    )


@dataclass(frozen=True)
class Build:
    """What one build of the edition did."""

    translated: int
    findings: int
    #: Every file with the time it was written, in nanoseconds.
    files: Mapping[str, int]


@dataclass(frozen=True)
class Builds:
    """The builds of one module's tests."""

    #: The lines of the warnings, with how often they were given, for the plain build …
    plain: Counter[str]
    #: … and for the edition's.
    warned: Counter[str]
    audit: Audit
    first: Build
    #: Nothing had changed.
    second: Build
    #: One sentence had.
    third: Build
    #: The edition by an engine that damages markup, with its warnings.
    damaged: Build
    told: Counter[str]
    #: How many refusals its report has.
    refused: int
    damage: Audit
    #: Prose that Sphinx shows as code: the texts that authors gave to roles.
    titles: frozenset[str]


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Builds:
    """Build the documentation, its edition, and its edition again, twice."""
    folder = tmp_path_factory.mktemp("sphinx-docs")
    source = unpack(folder) / "doc"
    document = source / f"{CHANGING}.rst"
    append(source / "conf.py", CONF)
    append(document, PARAGRAPH)
    plain = run_sphinx("html", source, folder)
    assert plain.returncode == 0, plain.stderr[-6000:]
    append(source / "conf.py", EXTENSION)
    warned, first = build_edition(source, folder)
    audited = audit(folder / "html", folder / "amts-zh")
    sys.stdout.write(f"Sphinx {sphinx.__version__}\n{report(audited)}\n")
    _, second = build_edition(source, folder)
    text = document.read_text("utf-8")
    document.write_text(text.replace("swims by day", "swims at dawn"), "utf-8")
    _, third = build_edition(source, folder)
    # The book has been read; only what the engine says is new.
    read = ("-d", str(folder / "doctrees-amts-zh"), "-D", "amts_engine=damaging")
    told, damaged = build_edition(source, folder / "damaged", *read)
    damage = audit(folder / "html", folder / "damaged" / "amts-zh")
    refused = refusals(source / ".amts" / "report" / "zh" / "report.json")
    return Builds(
        warnings(plain.stderr, folder),
        warned,
        audited,
        first,
        second,
        third,
        damaged,
        told,
        refused,
        damage,
        titles_of(source.parent),
    )


def titles_of(folder: Path) -> frozenset[str]:
    """Return the texts that authors gave to roles, as readers see them."""
    return frozenset(
        plain_text(title)
        for pattern in ("doc/**/*.rst", "sphinx/**/*.py")
        for path in folder.glob(pattern)
        for title in _TITLE.findall(path.read_text("utf-8", errors="replace"))
        if " " in plain_text(title)
    )


def plain_text(text: str) -> str:
    """Return *text* with single blanks, and quotes as they are typed."""
    return " ".join(text.translate(str.maketrans("“”‘’", "\"\"''")).split())


def changed_code(found: Audit) -> set[str]:
    """Return the code of the book that an edition does not have."""
    return {plain_text(text) for page in found.codes for text in page.source}


def refusals(path: Path) -> int:
    """Return how many targets a report says were refused for their markup."""
    waiting: list[object] = [json.loads(path.read_bytes())]
    count = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            message = value.get("message")
            count += isinstance(message, str) and message.startswith(_DAMAGED)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return count


def append(path: Path, text: str) -> None:
    """Add to the end of a file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def build_edition(
    source: Path, folder: Path, *options: str
) -> tuple[Counter[str], Build]:
    """Build the Chinese edition; return its warnings and what it did."""
    folder.mkdir(exist_ok=True)
    options = ("-D", "amts_engine=pseudo", *options)
    done = run_sphinx("amts-zh", source, folder, *options)
    assert done.returncode == 0, done.stderr[-6000:]
    [(translated, findings)] = _SUMMARY.findall(done.stdout)
    out = folder / "amts-zh"
    files = {
        path.relative_to(out).as_posix(): path.stat().st_mtime_ns
        for path in out.rglob("*")
        if path.is_file()
    }
    return warnings(done.stderr, folder), Build(int(translated), int(findings), files)


def warnings(said: str, folder: Path) -> Counter[str]:
    """Return the lines of standard error, without what differs between any two runs."""
    lines = _ADDRESS.sub("", said.replace(str(folder), "")).splitlines()
    return Counter(line for line in lines if line.strip())


def strange(builds: Builds, *categories: str) -> list[str]:
    """Return the texts left in English that are not the theme's own."""
    return [
        text
        for name in categories
        for text in builds.audit.untranslated(name, NAMES)
        if text.partition(" — ")[0] not in THEME | KINDS
        # The signature of an object in a table of autosummary.
        if not (name == "table" and re.fullmatch(r"\(.*\)", text))
    ]


def rewritten(before: Build, after: Build) -> set[str]:
    """Return the files that the later build wrote."""
    return {n for n, time in after.files.items() if time != before.files.get(n)}


def test_there_is_no_new_warning(builds: Builds) -> None:
    new = builds.warned - builds.plain
    assert not new, "\n".join(new.elements())


def test_no_warning_is_lost(builds: Builds) -> None:
    lost = builds.plain.keys() - builds.warned.keys()
    assert not lost, "\n".join(sorted(lost))


def test_the_pages_are_the_same(builds: Builds) -> None:
    files = builds.audit.files
    assert builds.audit.pages > 100
    assert (files.source, files.edition) == ((), ())


def test_ids_and_links_are_the_same(builds: Builds) -> None:
    assert builds.audit.ids == ()
    assert builds.audit.hrefs == ()


def test_code_is_untouched(builds: Builds) -> None:
    assert changed_code(builds.audit) <= builds.titles


def test_every_link_leads_where_it_did(builds: Builds) -> None:
    assert builds.audit.broken == frozenset()


def test_every_page_says_that_it_is_chinese(builds: Builds) -> None:
    assert builds.audit.languages.keys() == {"zh-CN"}


def test_the_body_is_translated(builds: Builds) -> None:
    assert builds.audit.words(*BODY) > 100_000
    assert builds.audit.body_share <= 0.015


@pytest.mark.parametrize(
    "category",
    [
        "admonition title",
        "breadcrumbs",
        "caption",
        "contents",
        "field name",
        "glossary",
        "heading",
        "module index",
        "page title",
        "prev/next",
        "search index",
        "sidebar",
        "table",
        "toctree",
        "version label",
    ],
)
def test_nothing_is_left_in_the_source_language(builds: Builds, category: str) -> None:
    assert strange(builds, category) == []


def test_an_unchanged_book_is_left_alone(builds: Builds) -> None:
    assert builds.first.translated > 10_000
    assert builds.second.translated == 0
    assert rewritten(builds.first, builds.second) == set()


def test_one_changed_sentence_is_one_translation(builds: Builds) -> None:
    assert builds.third.translated == 1
    pages = {f for f in rewritten(builds.second, builds.third) if f.endswith(".html")}
    assert f"{CHANGING}.html" in pages


def test_no_damage_is_published(builds: Builds) -> None:
    damage = builds.damage
    assert (damage.files.source, damage.files.edition) == ((), ())
    assert (damage.ids, damage.hrefs, damage.broken) == ((), (), frozenset())
    assert changed_code(damage) <= builds.titles
    assert builds.damaged.translated > 5_000


def test_each_damage_is_told_with_its_place(builds: Builds) -> None:
    told = sum(n for line, n in builds.told.items() if _REFUSAL.match(line))
    assert told == builds.refused > 3_000
    assert builds.damaged.findings >= told
