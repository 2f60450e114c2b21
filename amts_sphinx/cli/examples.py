"""An example of each command, which its ``--help`` ends with."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEAD: Final = "example:\n"
#: By the words of the command: its arguments, in one line or several.
EXAMPLES: Final = {
    "parallel": "BOOK EDITION -o memory/zh.tmx --review pairs.html",
    "evaluate": "BOOK EDITION --hold-out 'vision/*' --engine corpus -o results",
    "score": "machine.txt people.txt --languages en zh",
    "memory info": "--json",
    "memory import": "from-translator.tmx --author 'A. Translator'",
    "memory forget": "old.tmx",
    "memory export": "zh.tmx --languages en zh --state approved",
    "memory search": "'It rains.' --languages en zh --cutoff 80",
    "memory history": "'It rains.'",
    "memory conflicts": "--json",
    "engines": "--languages zh es",
    "models get": "en zh",
    "models list": "",
    "doctor": "--book docs",
    "gettext fill": "locales/ja --estimate",
    "gettext check": "locales/ja --format github",
    "estimate": "docs -D amts_engine=amazon",
    "status": "--languages zh --fail-on conflicts",
    "diff": "origin/main --json",
    "drift": "d2l-en d2l-zh --languages en zh --list work.txt",
    "review export": "'work-{language}.xlf' --state new --words 2000",
    "review import": "work-zh.xlf --by 'A. Translator'",
    "review check": "--format github -W",
    "review serve": "--language zh --by 'A. Reviewer'",
    "d2l": ". --languages zh",
    "export-source": "docs --language zh -o ../docs-zh --dry-run",
    "jobs list": "--json",
    "jobs resume": "",
    "jobs stop": "amts-3f2a",
    "jobs clean": "",
    "prune": "build/editions --dry-run",
    "endpoint": "--bucket book --delay 0",
    "completion": "bash > ~/.local/share/bash-completion/completions/amts",
}


class Formatter(argparse.HelpFormatter):
    """Leaves the lines of an example as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.startswith(_HEAD):
            return text
        return super()._fill_text(text, width, indent)


def commands_of(
    parser: argparse.ArgumentParser, words: tuple[str, ...] = ()
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield each command that can be given, by its words, with its own parser."""
    for action in parser._actions:  # noqa: SLF001 - there is no other way
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for name, each in action.choices.items():
                yield from commands_of(each, (*words, name))
            return
    yield " ".join(words), parser


def with_examples(parser: argparse.ArgumentParser, examples: Mapping[str, str]) -> None:
    """Have the help of each command end with its example."""
    for words, each in commands_of(parser):
        if words in examples:
            each.formatter_class = Formatter
            command = f"amts {words} {examples[words]}".rstrip()
            each.epilog = f"{_HEAD}  {command}"
