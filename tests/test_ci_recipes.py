"""The recipes for continuous integration: their steps work, and they are safe."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest
import yaml
from ci_recipes import Run, environment
from fork_server import programs
from lxml import etree
from markdown_it import MarkdownIt
from waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROOT: Final = Path(__file__).parent.parent
RECIPES: Final = ROOT / "docs" / "recipes"
FILES: Final = sorted(path.name for path in RECIPES.iterdir())
BOOK: Final = {
    "docs/conf.py": """\
project = "Boats"
extensions = ["amts_sphinx"]
language = "en"
amts_target_languages = ["pt"]
amts_engine = {"pt": "pseudo"}
amts_fail_under = {"findings": {"error": 0}}
""",
    "docs/index.rst": "Boats\n=====\n\nA boat floats on water.\n\nWood floats.\n",
    "docs/requirements.txt": "",
    "docs/memory/.gitattributes": "*.home.tmx merge=union\n",
    ".gitignore": ".amts/\nsite/\nmodels/\n",
}
#: A model is large, and comes from a server; here a folder stands for it. pip has
#: nothing to do: all is installed.
STAND_INS: Final = {
    "pip": 'test -f "$3" && echo installed "$@"',
    "amts": 'if [ "$1" = models ]; then mkdir -p "${{AMTS_MODELS:-models}}/en-$4"; '
    'else exec {started}/amts "$@"; fi',
    "sphinx-build": 'exec {started}/sphinx-build "$@"',
    # The service's own program: answers stand in files, and what is sent is kept.
    "gh": 'echo "$*" >> "$ASKED"\n'
    'case "$*" in *"/pulls "*) exec cat "$PULLS";; *--paginate*) exec cat "$COMMENTS";;'
    ' *POST*|*PATCH*) exec cp comment.md "$SENT";; esac\nexit 1',
}


def load(name: str) -> dict[Any, Any]:
    """Return a recipe; the key ``on`` is read as true by YAML 1.1."""
    found: dict[Any, Any] = yaml.safe_load((RECIPES / name).read_text("utf-8"))
    return found


def git(repository: Path, *arguments: str) -> str:
    """Run git in a repository, without the settings of whoever runs the test."""
    return subprocess.run(
        ["git", "-C", str(repository), *arguments],
        check=True,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        env={
            **environment(),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_AUTHOR_NAME": "Ana",
            "GIT_AUTHOR_EMAIL": "ana@example.org",
            "GIT_COMMITTER_NAME": "Ana",
            "GIT_COMMITTER_EMAIL": "ana@example.org",
        },
    ).stdout.strip()


def commit(repository: Path, files: Mapping[str, str]) -> str:
    """Commit files, and return the revision."""
    for name, text in files.items():
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "change")
    return git(repository, "rev-parse", "HEAD")


class Service:
    """A service with a repository, which keeps things between runs."""

    def __init__(self, folder: Path, bins: Path) -> None:
        self.folder = folder
        self.bins = bins
        self.repository = folder / "repository"
        self.repository.mkdir()
        (folder / "kept").mkdir()
        git(self.repository, "init", "--quiet", "--initial-branch=main")
        self.first = commit(self.repository, BOOK)
        self.runs = 0

    def run(self, **expressions: str) -> Run:
        """Return a new run."""
        self.runs += 1
        folder = self.folder / f"run-{self.runs}"
        folder.mkdir()
        home = environment(self.bins, HOME=str(folder), NO_COLOR="1")
        known = {key.replace("__", "."): value for key, value in expressions.items()}
        return Run(self.repository, self.folder / "kept", folder, home, known)


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """Return a service whose programs are those of this environment."""
    bins, started = tmp_path / "bin", programs(tmp_path / "started")
    bins.mkdir()
    for name, text in STAND_INS.items():
        program = bins / name
        program.write_text(f"#!/bin/sh\n{text.format(started=started)}\n")
        program.chmod(0o755)
    return Service(tmp_path, bins)


def test_editions_are_built_and_what_was_made_is_kept(service: Service) -> None:
    first = service.run()
    assert first.workflow(RECIPES / "editions.yml", "build") == 0, first.said
    assert (first.work / "site" / "pt" / "index.html").exists()
    assert (first.work / "site" / "en" / "index.html").exists()
    assert 'href="en/' in (first.work / "site" / "index.html").read_text("utf-8")
    assert "uploaded site: True" in first.said
    assert "pt, words" in first.summary
    junit = first.work / "docs" / ".amts" / "report" / "pt" / "junit.xml"
    assert etree.parse(junit).getroot().get("failures") == "0"

    commit(service.repository, {"docs/index.rst": f"{BOOK['docs/index.rst']}New.\n"})
    second = service.run()
    assert second.workflow(RECIPES / "editions.yml", "build") == 0, second.said
    assert " 1 translated" in second.said
    assert "models get" not in second.said.partition("installed")[0]


def test_a_run_that_fails_still_tells_what_is_left(service: Service) -> None:
    conf = BOOK["docs/conf.py"].replace('{"findings": {"error": 0}}', '{"reviewed": 1}')
    commit(service.repository, {"docs/conf.py": conf})
    run = service.run()
    assert run.workflow(RECIPES / "editions.yml", "build") == 1
    assert "amts_fail_under" in run.said
    assert "pt, words" in run.summary
    assert "uploaded docs/.amts/report/: True" in run.said
    assert "uploaded site:" not in run.said


@pytest.mark.slow
def test_a_build_over_the_limit_sends_nothing(service: Service) -> None:
    conf = BOOK["docs/conf.py"].replace('"pseudo"', '"llm"') + (
        'amts_llm = {"url": "http://localhost:1/v1", "model": "m",'
        ' "prices": {"input": "90000000", "output": "90000000"}}\n'
    )
    commit(service.repository, {"docs/conf.py": conf})
    run = service.run()
    assert run.workflow(RECIPES / "editions.yml", "build") != 0
    assert "$5" in run.said.replace("amts_cost_limit=$5", "")


def test_a_pull_request_is_told_what_it_asks_for(service: Service) -> None:
    text = BOOK["docs/index.rst"].replace(
        "Wood floats.", "Wood floats well. Iron sinks."
    )
    commit(service.repository, {"docs/index.rst": text})
    run = service.run(github__event__pull_request__base__sha=service.first)
    assert run.workflow(RECIPES / "pull-request.yml", "look") == 0, run.said
    assert "index: 1 changed, 1 new" in run.summary
    assert "pt, words" in run.summary
    assert run.summary == (run.work / "comment.md").read_text("utf-8")
    assert "asking the engine 'pseudo'" not in run.said
    assert not [*(service.folder / "kept").iterdir()]


def test_a_damaged_file_is_shown_at_its_line(service: Service) -> None:
    broken = {"docs/memory/pt.home.tmx": "<tmx>\n<<<<<<< ours\n"}
    commit(service.repository, broken)
    run = service.run(github__event__pull_request__base__sha=service.first)
    assert run.workflow(RECIPES / "pull-request.yml", "look") == 1
    assert "::error file=docs/memory/pt.home.tmx,line=" in run.said


#: Files that stand for the service, by the names of variables.
GH_FILES: Final = ("ASKED", "PULLS", "COMMENTS", "SENT")
#: What stands for the expressions of the workflow that comments.
EVENT: Final = {
    "github.token": "t",
    "github.repository": "ana/boats",
    "github.event.workflow_run.id": "7",
    "github.event.workflow_run.head_repository.owner.login": "bo",
    "github.event.workflow_run.head_branch": "a&b=c",
    "github.event.workflow_run.head_sha": "abc",
    "github.event.workflow_run.html_url": "https://example.org/7",
}
PULLS: Final = [
    {"number": 3, "head": {"sha": "old"}},
    {"number": 4, "head": {"sha": "abc"}},
]
OURS: Final = {"user": {"login": "github-actions[bot]"}, "body": "<!-- amts -->\nold"}

SENDS: Final = "-F body=@comment.md --silent"

needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")


class Commented(NamedTuple):
    """What the workflow asked of the service, and the comment."""

    asked: list[str]
    text: str


@pytest.fixture
def comment(service: Service) -> Callable[..., Commented]:
    """Return what runs the workflow that comments, and says what it sent."""

    def run(
        artifacts: Path | None,
        pulls: Sequence[object] = PULLS,
        comments: Sequence[Sequence[object]] = ((),),
    ) -> Commented:
        made = service.run()
        made.expressions = EVENT
        made.found = artifacts
        files = {name: made.folder / name.lower() for name in GH_FILES}
        variables = {name: str(path) for name, path in files.items()}
        made.environment = {**made.environment, **variables}
        files["PULLS"].write_text(json.dumps(pulls))
        files["COMMENTS"].write_text("".join(map(json.dumps, comments)))
        assert made.workflow(RECIPES / "comment.yml", "comment") == 0, made.said
        sent = files["SENT"]
        text = sent.read_text("utf-8") if sent.exists() else ""
        return Commented(files["ASKED"].read_text("utf-8").splitlines(), text)

    return run


@needs_jq
def test_what_a_pull_request_asks_for_is_shown_in_it(
    service: Service, comment: Callable[..., Commented]
) -> None:
    text = BOOK["docs/index.rst"].replace("Wood floats.", "Wood floats well.")
    commit(service.repository, {"docs/index.rst": text})
    first = service.run(github__event__pull_request__base__sha=service.first)
    assert first.workflow(RECIPES / "pull-request.yml", "look") == 0, first.said
    done = comment(first.artifacts)
    assert done.asked == [
        "api --method GET repos/ana/boats/pulls -f state=open -f head=bo:a&b=c",
        "api --paginate repos/ana/boats/issues/4/comments",
        f"api --method POST repos/ana/boats/issues/4/comments {SENDS}",
    ]
    assert "    index: 1 changed" in done.text
    assert done.text.startswith("<!-- amts -->\n")
    assert "(https://example.org/7)" in done.text


@needs_jq
def test_the_comment_of_the_run_before_is_replaced(
    comment: Callable[..., Commented],
) -> None:
    others = [
        {"id": 1, "user": {"login": "bo"}, "body": OURS["body"]},
        {"id": 2, "user": OURS["user"], "body": "of another workflow"},
    ]
    done = comment(None, comments=[others, [{"id": 9, **OURS}]])
    assert done.asked[-1].startswith(
        "api --method PATCH repos/ana/boats/issues/comments/9 "
    )
    assert "The run ended before it could say that." in done.text


@needs_jq
def test_a_commit_that_is_no_longer_the_last_gets_no_comment(
    comment: Callable[..., Commented],
) -> None:
    done = comment(None, pulls=PULLS[:1])
    assert len(done.asked) == 1
    assert not done.text


#: What a stranger may write into the artifact.
HOSTILE: Final = (
    b"# @everyone\n```\n![x](https://example.org/x.png)\r[a](b)\n\n"
    b"<img src=x>\n~~~\n\xff\x1b[31m\x00 \xe2\x82"
)


@needs_jq
@pytest.mark.parametrize("size", [1, 4000])
def test_a_strangers_text_is_shown_as_text(
    tmp_path: Path, comment: Callable[..., Commented], size: int
) -> None:
    place = tmp_path / "artifacts" / "pull-request"
    place.mkdir(parents=True)
    (place / "comment.md").write_bytes(HOSTILE * size)
    done = comment(place.parent)
    head, _, shown = done.text.partition("\n\n")
    assert "everyone" not in head
    assert len(shown) < 65536 - len(head)  # what the service takes
    tokens = MarkdownIt("commonmark").parse(done.text)
    [code] = [token for token in tokens if token.type == "code_block"]
    assert "@everyone" in code.content
    assert tokens[-1] is code


@needs_jq
def test_the_artifact_cannot_lead_to_another_file(
    tmp_path: Path, comment: Callable[..., Commented]
) -> None:
    place = tmp_path / "artifacts" / "pull-request"
    place.mkdir(parents=True)
    (tmp_path / "secret").write_text("a secret")
    (place / "comment.md").symlink_to(tmp_path / "secret")
    assert "a secret" not in comment(place.parent).text


def test_who_may_write_runs_nothing_of_a_stranger() -> None:
    recipe = load("comment.yml")
    assert list(recipe[True]) == ["workflow_run"]
    assert recipe[True]["workflow_run"]["workflows"] == [
        load("pull-request.yml")["name"]
    ]
    assert recipe["permissions"] == {"actions": "read", "pull-requests": "write"}
    steps = recipe["jobs"]["comment"]["steps"]
    used = [step["uses"].partition("@")[0] for step in steps if "uses" in step]
    assert used == ["actions/download-artifact"]
    commands = " ".join(step.get("run", "") for step in steps)
    assert not re.search(r"\b(?:git|pip|python3?|bash|sh|source|eval)\b", commands)


def test_read_the_docs_has_the_whole_site(service: Service) -> None:
    run = service.run()
    assert run.read_the_docs(RECIPES / "readthedocs.yaml") == 0, run.said
    site = run.folder / "output" / "html"
    assert all((site / name / "index.html").exists() for name in ("en", "pt", "."))


@pytest.mark.slow
@pytest.mark.parametrize(("tag", "lang"), [("en", "en"), ("pt", "pt-BR")])
def test_read_the_docs_has_a_project_for_each_language(
    service: Service, tag: str, lang: str
) -> None:
    run = service.run()
    recipe = RECIPES / "readthedocs-languages.yaml"
    assert run.read_the_docs(recipe, READTHEDOCS_LANGUAGE=tag) == 0, run.said
    page = (run.folder / "output" / "html" / "index.html").read_text("utf-8")
    assert f'lang="{lang}"' in page


def what_is_made(folder: str, names: list[str]) -> set[str]:
    """Return what in a folder of the clone is made, not kept."""
    made = {"build"} if Path(folder) == ROOT else set()
    return {n for n in names if n in made or n.startswith(".") or "egg-info" in n}


@pytest.mark.slow
def test_in_an_environment_of_its_own(tmp_path: Path) -> None:
    """The package is installed from this clone, as a service would do it."""
    made = tmp_path / "made"
    python = [sys.executable, "-m", "venv", str(made)]
    subprocess.run(python, check=True, timeout=PATIENCE)
    clone = tmp_path / "clone"
    shutil.copytree(ROOT, clone, ignore=what_is_made)
    service = Service(tmp_path, made / "bin")
    requirements = {"docs/requirements.txt": f"{clone}\n"}
    commit(service.repository, requirements)
    (service.folder / "kept" / "models" / "en-pt").mkdir(parents=True)
    run = service.run()
    assert run.workflow(RECIPES / "editions.yml", "build") == 0, run.said
    assert (run.work / "site" / "pt" / "index.html").exists()


def test_a_pull_request_has_no_rights() -> None:
    recipe = load("pull-request.yml")
    assert list(recipe[True]) == ["pull_request"]  # not pull_request_target
    assert recipe["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in recipe["jobs"].values())
    assert "secrets." not in (RECIPES / "pull-request.yml").read_text("utf-8")
    [checkout] = [
        step["with"]
        for step in recipe["jobs"]["look"]["steps"]
        if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert checkout["persist-credentials"] is False


def test_no_expression_stands_in_a_command() -> None:
    """What a stranger can name, such as a branch, must not become part of a script."""
    for name in FILES:
        for job in load(name).get("jobs", {}).values():
            assert all("${{" not in step.get("run", "") for step in job["steps"])


def test_home_files_are_never_cached() -> None:
    for name in FILES:
        for job in load(name).get("jobs", {}).values():
            for step in job["steps"]:
                if step.get("uses", "").startswith("actions/cache"):
                    assert "memory" not in step["with"]["path"].split("docs/.amts")[-1]


@pytest.mark.parametrize("name", FILES)
def test_a_recipe_is_what_its_service_takes(name: str) -> None:
    pytest.importorskip("check_jsonschema")
    schema = "readthedocs" if name.startswith("readthedocs") else "github-workflows"
    command = [sys.executable, "-m", "check_jsonschema"]
    command += ["--builtin-schema", f"vendor.{schema}", str(RECIPES / name)]
    done = subprocess.run(
        command, check=False, capture_output=True, encoding="utf-8", timeout=PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr
