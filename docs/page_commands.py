"""The commands of the documentation, as steps that a test can run.

A page is one story: its blocks are run from top to bottom in one shell. A comment in
the line before a block, which no reader sees, says what it is if its language does not:

``<!-- file: NAME -->``
    the block is the text of that file, which is written (``append:`` adds to it);
``<!-- change: NAME -->``
    the block is a diff, and the file is changed by it;
``<!-- status: N -->``
    the commands of the block end with this exit status;
``<!-- not run: REASON -->``
    the block is not run.

Blocks of the language ``sh`` hold commands alone, one in a line. In ``console`` a
command begins with ``$``, and what follows is what it says; ``...`` stands for any
lines.
"""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: What commands that are not run on any page hold, and why they are not.
EXCLUDED: Final = {
    "--engine amazon": "needs an account at AWS",
    "--cluster tcp:": "needs a cluster; tests/test_cluster.py starts one",
    "_build/rst": "needs d2lbook; tests/test_d2lbook.py runs it",
    "amts endpoint": "serves until it is stopped",
    "amts evaluate BOOK/en": "needs Dive into Deep Learning, and minutes",
    "amts jobs ": "needs an account at AWS",
    "amts models get ": "needs the network",
    "amts review serve": "serves until it is stopped",
    "apt-get ": "installs programs",
    "aws ": "needs an account at AWS",
    "d2lbook build": "needs d2lbook; tests/test_d2lbook.py runs it",
    "dask ": "serves until it is stopped",
    "export AWS_": "leads to a server that must run",
    "git clone ": "needs the network",
    "git clone . ": "makes a release",
    "git push": "needs the network",
    "llama-server ": "serves until it is stopped",
    "llm.model=": "needs a server with a language model",
    "make ": "takes minutes; it is how the tests are run",
    "nox ": "takes minutes; it is how the tests are run",
    "ollama ": "needs a server with a language model",
    "pip install ": "installs packages",
    "pre-commit ": "installs programs",
    "python -m build": "installs packages",
    "python -m http.server": "serves until it is stopped",
    "python -m pip": "installs packages",
    "python -m twine": "installs packages",
    "python -m venv": "installs packages",
}
_FENCE: Final = re.compile(r"^( *)(`{3,}) *([^`]*)$")
_MARK: Final = re.compile(r"^ *<!-- (file|append|change|status|not run): (.+) -->$")
#: What a figure may be beside digits: a digest, a time.
_FIGURE: Final = re.compile(r"\b[0-9a-f]{8,}\b|\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    #: Where it begins, counted from 1.
    line: int
    language: str
    text: str
    #: What the comment before it says, and of what; empty if there is none.
    mark: str = ""
    value: str = ""


@dataclass(frozen=True)
class Command:
    """One command of a page."""

    line: int
    text: str
    #: What it says, or ``None`` if the page does not show that.
    output: str | None = None
    status: int = 0
    #: Why it is not run; empty if it is.
    reason: str = ""


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        opened = _FENCE.match(lines[number])
        number += 1
        if not opened:
            continue
        indent, fence, language = opened.groups()
        start = number
        while number < len(lines) and lines[number] != indent + fence:
            number += 1
        body = [line.removeprefix(indent) for line in lines[start:number]]
        number += 1
        before = next((x for x in reversed(lines[: start - 1]) if x.strip()), "")
        mark = _MARK.match(before)
        yield Block(start, language, "\n".join(body), *(mark.groups() if mark else ()))


def commands(block: Block) -> Iterator[Command]:
    """Yield the commands of a block in the language ``sh`` or ``console``."""
    status = int(block.value) if block.mark == "status" else 0
    for line, text, output in _told(block):
        bare = _bare(text)
        if not bare:
            continue
        reason = block.value if block.mark == "not run" else ""
        excluded = (why for part, why in EXCLUDED.items() if part in f"{bare} ")
        yield Command(line, bare, output, status, reason or next(excluded, ""))


def _told(block: Block) -> Iterator[tuple[int, str, str | None]]:
    """Yield the place, the text and the output of each command, as they stand."""
    lines = block.text.split("\n")
    number = 0
    while number < len(lines):
        start, text = number, lines[number]
        number += 1
        while text.endswith("\\") and number < len(lines):
            text = text[:-1] + lines[number].removeprefix(">").strip()
            number += 1
        if block.language == "sh":
            yield block.line + start + 1, text, None
        else:
            told = number
            while number < len(lines) and not lines[number].startswith("$ "):
                number += 1
            output = "\n".join(lines[told:number])
            yield block.line + start + 1, text.removeprefix("$ "), output


def _bare(text: str) -> str:
    """Return a command without the remark at its end."""
    return re.sub(r"(?:^|\s+)#(?: .*)?$", "", text).strip()


def script(page: str, words: Mapping[str, str]) -> tuple[str, list[Command]]:
    """Return a script for bash that follows a page, and the commands that it runs.

    :param words: what stands in the page's commands for a reader's own names, and what
        it is in the test

    After each command it prints a line with the number and the exit status.
    """
    said = ["exec 2>&1"]
    run: list[Command] = []
    for block in blocks(page):
        if block.mark in {"file", "append", "change"}:
            said.append(_written(block))
        elif block.language in {"sh", "console"}:
            for command in commands(block):
                if not command.reason:
                    said += [replaced(command.text, words), end(len(run))]
                    run.append(command)
    return "\n".join(said), run


def _written(block: Block) -> str:
    """Return the command that makes or changes the file of a block."""
    name = shlex.quote(block.value)
    text = f"<<'END OF {block.line}'\n{block.text}\nEND OF {block.line}"
    if block.mark == "change":
        python, this = shlex.quote(sys.executable), shlex.quote(__file__)
        return f"{python} {this} {name} {text}"
    sign = ">" if block.mark == "file" else ">>"
    return f'mkdir -p "$(dirname {name})"; cat {sign} {name} {text}'


def end(number: int) -> str:
    """Return the command that tells that one has ended, and how."""
    return f'printf "\\n==%s %s==\\n" {number} $?'


def replaced(command: str, words: Mapping[str, str]) -> str:
    """Return a command with the names of the test in place of a reader's."""
    for word, name in words.items():
        command = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", name, command)
    return command


def outcomes(said: str) -> list[tuple[str, int]]:
    """Return what each command of a script said, and its exit status."""
    parts = re.split(r"\n==\d+ (\d+)==\n", said)
    return list(zip(parts[::2], map(int, parts[1::2]), strict=False))


def changed(text: str, diff: str) -> str:
    """Return a text changed by a diff.

    :raises ValueError: what the diff takes away does not stand there exactly once
    """
    for hunk in re.split(r"^@@.*\n", diff, flags=re.MULTILINE):
        lines = hunk.splitlines()
        old = "".join(f"{x[1:]}\n" for x in lines if x[:1] in {"-", " "})
        new = "".join(f"{x[1:]}\n" for x in lines if x[:1] in {"+", " "})
        if text.count(old) != 1:
            raise ValueError(f"not there once: {old}")
        text = text.replace(old, new)
    return text


def missing(expected: str, said: str) -> list[str]:
    """Return the lines of an expected output that do not follow each other in *said*.

    Figures may be others, and so may blanks. ``...`` stands for any lines; without it
    at the beginning or the end, the output begins or ends there.
    """
    wanted = [_loose(line) for line in expected.splitlines() if line.strip()]
    found = [_loose(line) for line in said.splitlines() if line.strip()]
    lost, at, anywhere = [], 0, False
    for line in wanted:
        if line == "...":
            anywhere = True
            continue
        stop = len(found) if anywhere else at + 1
        try:
            at = found.index(line, at, stop) + 1
        except ValueError:
            lost.append(line)
        anywhere = False
    if not lost and not anywhere and wanted:
        lost = [f"not on the page: {line}" for line in found[at:]]
    return lost


def _loose(line: str) -> str:
    """Return a line without the values of its figures."""
    return _FIGURE.sub("0", " ".join(line.split()))


def left_out(pages: Sequence[Path]) -> Iterator[str]:
    """Yield the place, the text and the reason of each command that is not run."""
    for page in pages:
        for block in blocks(page.read_text("utf-8")):
            if block.language in {"sh", "console"}:
                for each in commands(block):
                    if each.reason:
                        place = f"{page.name}:{each.line}"
                        yield f"{place}: {each.reason}: {each.text}"


def main() -> None:
    """Change a file by a diff from standard input, or list what is not run."""
    if sys.argv[1] == "--left-out":
        docs = Path(__file__).parent
        pages = sorted([*docs.glob("*.md"), *docs.parent.glob("*.md")])
        print("\n".join(left_out(pages)))
    else:
        file = Path(sys.argv[1])
        file.write_text(changed(file.read_text("utf-8"), sys.stdin.read()), "utf-8")


if __name__ == "__main__":
    main()
