"""Every command of the documentation does what the page says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import page_commands
import pytest
from firefox_models import REAL, needs_real
from fork_server import programs
from waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parent.parent
DOCS: Final = ROOT / "docs"


def follow(page: Path, folder: Path, stage: Stage, **variables: str) -> None:
    """Run the commands of a page, and compare what they say."""
    text, commands = page_commands.script(page.read_text("utf-8"), stage.words)
    text = f"set -e; cd {stage.place}; {stage.before or ':'}; set +e\n{text}"
    ours = [programs(folder.parent / "bin"), Path(sys.executable).parent]
    bins = os.pathsep.join([*map(str, ours), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", text],
        cwd=folder,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        timeout=PATIENCE * max(1, len(commands)),
        env={
            **os.environ,
            "PATH": bins,
            "HOME": str(folder.parent),
            "NO_COLOR": "1",
            "COLUMNS": "120",
            "PYTHONIOENCODING": "utf-8",
            **variables,
        },
    )
    ended = page_commands.outcomes(done.stdout)
    faults = []
    for command, (said, status) in zip(commands, ended, strict=False):
        place = f"{page.name}:{command.line}: $ {command.text}"
        if status != command.status:
            faults.append(f"{place}\nends with {status}, not {command.status}:\n{said}")
        elif command.output is not None:
            lost = page_commands.missing(command.output, said)
            if lost:
                lines = "\n".join(lost)
                faults.append(f"{place}\ndoes not say so:\n{lines}\nbut:\n{said}")
    assert not faults, "\n\n".join(faults)
    assert len(ended) == len(commands), done.stdout


CONF: Final = """\
project = "The field"
language = "en"
extensions = ["amts_sphinx"]
amts_target_languages = ["zh"]
amts_engine = "pseudo"
amts_memory_files = ["memory/zh.csv"]
"""
INDEX: Final = """\
The field
=========

Rain falls on the field. Dig first.

.. toctree::

   soil
"""
SOIL: Final = """\
Good soil
=========

Good soil is **dark**. It smells of rain.
"""
#: What a person translated of it.
PEOPLE: Final = """\
en,zh
Rain falls on the field.,雨落在田里。
Good soil,好土
"""
#: The same book in Chinese, as people have it.
EDITION: Final = {
    "edition/conf.py": 'language = "zh"\n',
    "edition/index.rst": ("田\n==\n\n雨落在田里。先挖。\n\n.. toctree::\n\n   soil\n"),
    "edition/soil.rst": "好土\n====\n\n好土是\\ **黑**\\ 的。它有雨的气味。\n",
}
#: Editions in other forms, and translations.
MORE: Final = {
    "d2l-zh/soil.md": "# 好土\n\n雨落在田里。\n",
    "d2l-zh/soil_origin.md": "# Good soil\n\nRain falls on the field.\n",
    "d2l-en/soil.md": "# Good soil\n\nRain falls on the field.\n",
    "en/chapter_nlp/rain.md": "# Rain\n\nRain falls on the field.\n",
    "en/soil.md": "# Good soil\n\nGood soil is dark.\n",
    "zh/chapter_nlp/rain.md": "# 雨\n\n雨落在田里。\n",
    "zh/soil.md": "# 好土\n\n好土是黑的。\n",
    "human.txt": "雨落在田里。\n好土是黑的。\n",
    "machine.txt": "雨在田里落。\n好土很黑。\n",
    "older.txt": "雨在田。\n土黑。\n",
    "human.csv": PEOPLE,
    "machine.csv": PEOPLE.replace("雨落在", "雨掉在"),
}
CATALOGUE: Final = """\
msgid ""
msgstr ""
"Language: ja\\n"
"Content-Type: text/plain; charset=UTF-8\\n"

#: ../../docs/index.rst:2
msgid "Boats"
msgstr "船"

#: ../../docs/index.rst:4
msgid "A boat floats on water."
msgstr "船は水に浮きます。"

"""
DELIVERY: Final = "en,zh\nDig first.,先挖。\n"
#: Options that leave out what the machine's owner has set for git.
GIT: Final = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "Ana",
    "GIT_AUTHOR_EMAIL": "ana@example.org",
    "GIT_COMMITTER_NAME": "Ana",
    "GIT_COMMITTER_EMAIL": "ana@example.org",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return the folder of a project with two commits; its book is in ``docs``."""
    folder = tmp_path / "project"
    write(
        folder, {"docs/conf.py": CONF, "docs/soil.rst": SOIL, ".gitignore": ".amts\n"}
    )
    write(folder, {"docs/index.rst": INDEX.replace(" Dig first.", "")})
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Begin")
    git(folder, "tag", "v1.0")
    write(folder, {"docs/index.rst": INDEX, "docs/memory/zh.csv": PEOPLE})
    write(folder, {"delivery.csv": DELIVERY, "docs/delivery.csv": DELIVERY})
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Dig")
    git(folder, "tag", "v2.0")
    return folder


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def git(folder: Path, *arguments: str) -> None:
    """Run git."""
    command = ["git", "-C", str(folder), *arguments]
    subprocess.run(command, check=True, timeout=PATIENCE, env={**os.environ, **GIT})


class Stage(NamedTuple):
    """Where a page is played."""

    #: The folder that its commands run in.
    place: str = "."
    #: What is in place of a reader's own names.
    words: Mapping[str, str] = {}
    #: What the reader has done before.
    before: str = ""


#: Pages that are not played, and why.
ELSEWHERE: Final = {
    "amazon.md": "needs an account; tests/test_amazon_by_hand.py rehearses it",
    "d2lbook.md": "needs d2lbook; tests/test_d2lbook.py runs it",
    "endpoint.md": "needs a server that runs; tests/test_endpoint_cli.py starts it",
    "engines.md": "needs models, or a server with one; their tests have stand-ins",
    "releasing.md": "makes a release",
    "source_editions.md": "needs a book in Markdown; tests/test_export_source.py does",
}
BUILD: Final = "sphinx-build -q -b amts docs site"
STAGES: Final = {
    "cost.md": Stage(),
    "drift.md": Stage(
        words={
            "../book-of-last-year": "docs",
            "book": "docs",
            "book-fr": "edition",
            "docs-de": "edition",
        }
    ),
    "editions.md": Stage(
        words={"BOOK": "docs", "EDITION": "edition"},
        before=f"{BUILD} && amts memory export old.xlf --book docs --languages en zh",
    ),
    "evaluation.md": Stage(
        words={
            "BOOK": "en",
            "EDITION": "zh",
            "machine.tmx": "machine.csv",
            "human.tmx": "human.csv",
            "build/html/zh": "zh",
            "human_edition": "zh",
        }
    ),
    "gettext.md": Stage(
        before="rm -r docs && mkdir -p docs/locales/ja/LC_MESSAGES &&"
        " mv catalogue.po docs/locales/ja/LC_MESSAGES/index.po",
    ),
    "keeping.md": Stage(before=BUILD),
    "languages.md": Stage(),
    "memory.md": Stage(
        "docs",
        {
            "FILE...": "memory/zh.csv",
            "FILE": "all.tmx",
            "TEXT": "Rain",
            "SOURCE": "Rain",
        },
        "sphinx-build -q -b amts . ../site",
    ),
    "readers.md": Stage(words={"OUT": "site"}, before=BUILD),
    "review.md": Stage("docs", {"old/docs": ".", "new/docs": "."}),
    "team.md": Stage(),
    "troubleshooting.md": Stage(),
    "usage.md": Stage(words={"SOURCE": "docs", "OUT": "out"}),
    "../README.md": Stage(
        words={"SOURCE": "docs", "OUT": "out", "BOOK": "docs", "EDITION": "edition"}
    ),
}


#: Pages whose many commands take long.
LONG: Final = set(
    "cost.md drift.md editions.md evaluation.md memory.md readers.md review.md"
    " team.md".split()
)


@pytest.mark.parametrize(
    "page",
    [pytest.param(p, marks=[pytest.mark.slow] * (p in LONG)) for p in STAGES],
)
def test_page(page: str, project: Path) -> None:
    stage = STAGES[page]
    write(project, {**EDITION, **MORE, "catalogue.po": CATALOGUE})
    follow(DOCS / page, project, stage, **GIT)


def test_pages_are_run_or_said_to_be_excluded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A page with commands that no test plays has a reason for each of them."""
    played = {(DOCS / name).resolve() for name in STAGES} | {DOCS / "tutorial.md"}
    pages = [*DOCS.glob("*.md"), *ROOT.glob("*.md")]
    others = [page for page in sorted(pages) if page.resolve() not in played]
    lost = [
        f"{page.name}:{command.line}: {command.text}"
        for page in others
        for block in page_commands.blocks(page.read_text("utf-8"))
        if block.language in {"sh", "console"}
        for command in page_commands.commands(block)
        if not command.reason and page.name not in ELSEWHERE
    ]
    assert lost == []
    lines = [*page_commands.left_out(sorted(pages))]
    lines += [f"{page}: {why}" for page, why in ELSEWHERE.items()]
    with capsys.disabled():
        sys.stdout.write("\n  ".join(["\nnot run of the documentation:", *lines, ""]))


@needs_real
def test_tutorial(tmp_path: Path) -> None:
    folder = tmp_path / "tutorial"
    folder.mkdir()
    follow(DOCS / "tutorial.md", folder, Stage(), AMTS_MODELS=str(REAL))
    page = (folder / "build/pt/pump.html").read_text("utf-8")
    assert "</strong> deve ficar limpa." in page
