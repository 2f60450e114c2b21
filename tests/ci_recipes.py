"""Runs the recipes for continuous integration as their service would, on this machine.

A step of ours is run as it is written. A step that uses an action is replaced by what
the action does, as far as a book can see; an action that is not known is an error.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml
from waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


@dataclass
class Run:
    """One run of a recipe."""

    #: The repository of the book.
    repository: Path
    #: Where the service keeps things between runs.
    kept: Path
    #: The folder of the run, which is new.
    folder: Path
    #: Environment variables of the whole run.
    environment: Mapping[str, str]
    #: What stands for the service's expressions.
    expressions: Mapping[str, str] = field(default_factory=dict)
    #: The artifacts of the run that this one follows.
    found: Path | None = None
    #: What all steps said.
    said: str = ""

    @property
    def work(self) -> Path:
        """Where the repository is checked out."""
        return self.folder / "work"

    @property
    def summary(self) -> str:
        """What the steps wrote for the page of the run."""
        path = self.folder / "summary.md"
        return path.read_text("utf-8") if path.exists() else ""

    def workflow(self, recipe: Path, job: str) -> int:
        """Run the steps of a job of a GitHub workflow; return the exit status."""
        what = yaml.safe_load(recipe.read_text("utf-8"))
        if not any("actions/checkout" in str(s) for s in what["jobs"][job]["steps"]):
            self.work.mkdir()
        assert what["defaults"]["run"]["shell"] == "bash"
        variables = what["jobs"][job].get("env", {})
        status = 0
        for step in what["jobs"][job]["steps"]:
            if status and self.filled(str(step.get("if", ""))) != "always()":
                continue
            if "uses" in step:
                _ACTIONS[step["uses"].partition("@")[0]](self, step.get("with", {}))
            else:
                ended = self.shell(step["run"], variables)
                status = status or ended
        self.keep()
        return status

    def read_the_docs(self, recipe: Path, **variables: str) -> int:
        """Run the commands of a configuration of Read the Docs."""
        what = yaml.safe_load(recipe.read_text("utf-8"))
        self.checkout({})
        for each in what["python"]["install"]:
            assert (self.work / each["requirements"]).exists()
        jobs = what["build"]["jobs"]
        lines: Sequence[str] = [*jobs.get("pre_build", []), *jobs["build"]["html"]]
        output = {"READTHEDOCS_OUTPUT": str(self.folder / "output")}
        return next(
            (s for line in lines if (s := self.shell(line, {**output, **variables}))), 0
        )

    def filled(self, text: str) -> str:
        """Return a text with the values of its expressions.

        :raises KeyError: the test does not know an expression
        """
        known = {"github.workspace": str(self.work), **self.expressions}
        return re.sub(r"\$\{\{ (.+?) \}\}", lambda found: known[found[1]], text)

    def shell(self, command: str, variables: Mapping[str, str]) -> int:
        """Run a command as the service runs it; return its exit status."""
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
            cwd=self.work,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            timeout=PATIENCE,
            env={
                **self.environment,
                "CI": "true",
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
                **{name: self.filled(str(v)) for name, v in variables.items()},
            },
        )
        self.said += f"$ {command}\n{done.stdout}"
        return done.returncode

    def checkout(self, options: Mapping[str, Any]) -> None:
        """Clone the repository, with its history or without."""
        depth = [] if options.get("fetch-depth", 1) == 0 else ["--depth=1"]
        source = self.repository.as_uri()
        command = ["git", "clone", "--quiet", *depth, source, str(self.work)]
        subprocess.run(command, check=True, timeout=PATIENCE)

    def restore(self, options: Mapping[str, Any]) -> None:
        """Bring back what is kept."""
        for name in options["path"].split():
            if (self.kept / name).exists():
                shutil.copytree(self.kept / name, self.work / name)

    def cache(self, options: Mapping[str, Any]) -> None:
        """Bring back what is kept, and keep it again after the run."""
        self.restore(options)
        self._names = options["path"].split()

    _names: Sequence[str] = ()

    def keep(self) -> None:
        """Keep what the run has promised to keep."""
        for name in self._names:
            if (self.work / name).exists():
                shutil.rmtree(self.kept / name, ignore_errors=True)
                shutil.copytree(self.work / name, self.kept / name)

    @property
    def artifacts(self) -> Path:
        """Where what the run uploads is kept."""
        return self.folder / "artifacts"

    def upload(self, options: Mapping[str, Any]) -> None:
        """Keep what is to be uploaded, and say whether it is there."""
        for name in options["path"].split():
            source = self.work / name
            target = self.artifacts / options.get("name", "pages") / name
            self.said += f"uploaded {name}: {source.exists()}\n"
            if source.is_dir():
                shutil.copytree(source, target)
            elif source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)

    def download(self, options: Mapping[str, Any]) -> None:
        """Bring an artifact of the run before; its step may fail without harm."""
        if self.found is not None and (self.found / options["name"]).exists():
            source = self.found / options["name"]
            shutil.copytree(source, self.work / options["path"], symlinks=True)


def _nothing(run: Run, options: Mapping[str, Any]) -> None:
    """Do nothing: this machine has a Python."""
    del run, options


_ACTIONS: Final[dict[str, Callable[[Run, Mapping[str, Any]], None]]] = {
    "actions/checkout": Run.checkout,
    "actions/setup-python": _nothing,
    "actions/cache": Run.cache,
    "actions/cache/restore": Run.restore,
    "actions/download-artifact": Run.download,
    "actions/upload-artifact": Run.upload,
    "actions/upload-pages-artifact": Run.upload,
}


def environment(*folders: Path, **variables: str) -> dict[str, str]:
    """Return a clean environment with these folders before the system's programs."""
    path = [*map(str, folders), "/usr/local/bin", "/usr/bin", "/bin"]
    return {"PATH": os.pathsep.join(path), "LANG": "C.UTF-8", **variables}
