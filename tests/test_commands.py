"""What holds of every command: help, examples, JSON, exit statuses, a quick start."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from amts_sphinx import cli
from amts_sphinx.build import manifest
from amts_sphinx.cli import completion, console, main, make_parser
from amts_sphinx.cli.examples import EXAMPLES, commands_of
from amts_sphinx.memory.memory import Memory

if TYPE_CHECKING:
    import argparse

ROOT: Final = Path(__file__).parent.parent
PARSERS: Final = dict(commands_of(make_parser()))
#: Commands without ``--json``: they show no table, or write it in another way.
NO_TABLE: Final = {
    "parallel": "it writes files, and says what went into them",
    "evaluate": "-o writes results.json",
    "memory import": "it changes files, and says which",
    "memory forget": "it changes the memory, and says what it forgot",
    "memory export": "it writes a file",
    "models get": "it downloads files, and says which",
    "gettext fill": "it changes files, and says which",
    "gettext check": "--format json",
    "review export": "it writes files",
    "review import": "it changes files, and says which",
    "review check": "--format github, sarif or junit",
    "review serve": "it serves a page",
    "d2l": "it says what d2lbook and sphinx-build say",
    "export-source": "it writes files, and says which",
    "jobs resume": "it says what happens, as it happens",
    "jobs stop": "it says what happens",
    "jobs clean": "it says what happens",
    "endpoint": "it serves, and says where",
    "completion": "it writes a script",
}


def actions_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return the options and arguments of a command."""
    return parser._actions  # noqa: SLF001 - there is no other way


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    return {name for action in actions_of(parser) for name in action.option_strings}


def test_every_module_is_a_command() -> None:
    """Or one that several commands share, which adds none."""
    modules = {
        path.stem.replace("_", "-")
        for path in Path(cli.__file__).parent.glob("*.py")
        if re.search(r"^def add_to\(", path.read_text("utf-8"), re.MULTILINE)
    }
    assert modules == set(cli.COMMANDS)


def test_a_command_that_is_not_loaded_has_the_same_summary() -> None:
    def summaries(parser: argparse.ArgumentParser) -> dict[str, str | None]:
        commands = actions_of(parser)[-1]
        return {each.dest: each.help for each in commands._get_subactions()}  # type: ignore[attr-defined] # noqa: SLF001

    assert summaries(make_parser("")) == summaries(make_parser()) == cli.COMMANDS


@pytest.mark.parametrize("words", PARSERS)
def test_every_command_has_an_example_that_it_takes(words: str) -> None:
    assert words in EXAMPLES, f"amts_sphinx/cli/examples.py has none of amts {words}"
    given = shlex.split(f"{words} {EXAMPLES[words]}".partition(" > ")[0])
    options = make_parser().parse_args(given)
    assert callable(options.run)
    told = PARSERS[words].format_help()
    assert told.endswith(
        f"\nexample:\n  amts {words} {EXAMPLES[words]}".rstrip() + "\n"
    )


def test_every_example_is_of_a_command() -> None:
    assert set(EXAMPLES) == set(PARSERS)


@pytest.mark.parametrize("words", PARSERS)
def test_every_argument_is_explained(words: str) -> None:
    parser = PARSERS[words]
    assert parser.description
    for action in actions_of(parser):
        assert action.help, f"amts {words}: {action.dest} has no help"


@pytest.mark.parametrize("words", PARSERS)
def test_what_shows_a_table_writes_json_too(words: str) -> None:
    has_json = "--json" in options_of(PARSERS[words])
    assert has_json != (words in NO_TABLE), (
        f"give amts {words} --json, or say in NO_TABLE why it needs none"
    )


def test_every_excuse_is_of_a_command() -> None:
    assert set(NO_TABLE) <= set(PARSERS)


#: What takes long to load, and is of no use to a command that only says what it can do.
SLOW: Final = {"babel", "docutils", "jieba", "numpy", "rich", "sacrebleu", "lxml"}


def test_help_loads_no_library() -> None:
    code = (
        "import sys\nfrom amts_sphinx.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit as exc: assert not exc.code\n"
        "print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    *told, modules = done.stdout.splitlines()
    assert {name for name in cli.COMMANDS if any(name in line for line in told)} == set(
        cli.COMMANDS
    )
    loaded = modules.split()
    assert not SLOW & set(loaded)
    assert not [name for name in loaded if name.startswith("sphinx.app")]
    assert not [n for n in loaded if n.startswith("amts_sphinx.") and "memory" in n]


def statuses() -> set[int]:
    """Return the statuses that the documentation lists."""
    text = (ROOT / "docs" / "commands.rst").read_text("utf-8")
    return {
        int(number) for number in re.findall(r"^   \* - (\d+)$", text, re.MULTILINE)
    }


def test_every_exit_status_is_documented(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = {main(["memory", "info", str(tmp_path / "none.sqlite")])}
    with pytest.raises(SystemExit) as wrong:
        main(["no-such-command"])
    found.add(int(str(wrong.value.code)))
    with Memory(tmp_path / "m.sqlite"):
        pass
    found.add(main(["memory", "info", str(tmp_path / "m.sqlite")]))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(completion, "_run", interrupted)
    found.add(main(["completion", "bash"]))
    assert capsys.readouterr().err.endswith("amts: interrupted\n")
    assert found == statuses() == {cli.DONE, cli.FAILED, cli.MISUSED, cli.INTERRUPTED}


def test_a_file_that_cannot_be_read_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["endpoint", "--port", "0", "--faults", str(tmp_path / "no.json")]) == 1
    told = capsys.readouterr().err
    assert "no.json" in told
    assert "Traceback" not in told


class Pipe:
    """Standard output with an encoding of its own."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.said = ""

    def write(self, text: str) -> None:
        """Take text that the encoding knows."""
        self.said += text.encode(self.encoding).decode(self.encoding)

    def flush(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii", "gbk"])
def test_json_is_whole_in_any_encoding(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = {"é": "雨 → 😀"}
    pipe = Pipe(encoding)
    monkeypatch.setattr(sys, "stdout", pipe)
    console.echo_json(value)
    assert json.loads(pipe.said) == value
    assert ("雨" in pipe.said) == (encoding == "utf-8")


def test_models_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["models", "list", "--folder", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def write_book(folder: Path, *more: str) -> Path:
    lines = ['extensions = ["amts_sphinx"]', 'amts_target_languages = ["zh", "es"]']
    (folder / "conf.py").write_text("\n".join([*lines, *more]), "utf-8")
    (folder / "index.rst").write_text("Rain\n====\n\nIt rains.\n", "utf-8")
    return folder


@pytest.mark.sphinx
def test_the_doctor_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    book = str(write_book(tmp_path, 'amts_engine = "pseudo"', "amts_engin = 1"))
    assert main(["doctor", "--book", book, "--json"]) == 1
    told = capsys.readouterr()
    found = json.loads(told.out)
    [ill] = [each for each in found if each["ill"]]
    assert "amts_engin" in ill["text"]
    assert any(each["what"].startswith("engine of zh") for each in found)
    assert told.err == "amts: 1 of these are to be put right\n"


@pytest.mark.sphinx
def test_an_estimate_as_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    book = str(write_book(tmp_path, 'amts_engine = "pseudo"'))
    assert main(["estimate", book, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["language"] for each in found] == ["zh", "es"]
    assert all(each["segments"] == each["to_translate"] > 1 for each in found)
    assert {each["dollars"] for each in found} == {0}


def test_what_was_pruned_as_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "fr").mkdir()
    then = manifest.before(tmp_path / "fr", {})
    (tmp_path / "fr" / "index.html").write_text("Pluie", "utf-8")
    editions = {"fr": manifest.written(tmp_path / "fr", then)}
    manifest.write(tmp_path, manifest.Manifest(["zh"], editions))
    (tmp_path / "fr" / "mine.html").write_text("Neige", "utf-8")
    asked = ["prune", str(tmp_path), "--json"]
    for option in (["--dry-run"], []):
        assert main([*asked, *option]) == 0
        [found] = json.loads(capsys.readouterr().out)
        assert found["folder"] == str(tmp_path / "fr")
        assert (found["removed"], found["would_be_removed"]) == (
            (0, 1) if option else (1, 0)
        )
        assert found["left"] == ["mine.html"]
    assert not (tmp_path / "fr" / "index.html").exists()


@pytest.mark.sphinx
def test_jobs_as_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pytest.importorskip("boto3", reason="needs: pip install boto3")
    book = str(write_book(tmp_path, 'amts_engine = "pseudo"'))
    assert main(["jobs", "list", "--book", book, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_shell_completes(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("shtab", reason="needs: pip install shtab")
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert set(cli.COMMANDS) <= set(re.findall(r"[\w-]+", script))
    assert "granularity" in script


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [("mem", "memory"), ("memory ex", "export"), ("parallel --clu", "--cluster")],
)
def test_bash_completes_what_one_types(
    typed: str, completed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("shtab", reason="needs: pip install shtab")
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "amts.bash"
    script.write_text(capsys.readouterr().out, "utf-8")
    words = ["amts", *typed.split()]
    told = subprocess.run(
        ["bash", "-c", _ASK, "bash", script, str(len(words) - 1), *words],
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    assert told.stdout.split() == [completed]


#: What bash does when the key for completion is pressed.
_ASK: Final = """\
source "$1"
COMP_CWORD=$2
shift 2
COMP_WORDS=("$@")
function=$(complete -p amts)
function=${function##*-F }
${function%% *}
echo "${COMPREPLY[@]}"
"""


def test_completion_names_the_extra_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["completion", "bash"]) == 1
    assert "pip install './amts_sphinx[completion]'" in capsys.readouterr().err


def misused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what is said of a wrong command line."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == cli.MISUSED
    return capsys.readouterr().err.splitlines()[-1]


def test_no_command_shows_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == cli.MISUSED
    told = capsys.readouterr().err
    assert set(cli.COMMANDS) <= set(told.split())


@pytest.mark.parametrize(
    ("name", "told"),
    [("stat", "did you mean status"), ("xyz", "; amts --help lists all")],
)
def test_a_command_that_is_not_there(
    name: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = misused(capsys, name)
    assert f"there is no command '{name}'" in said
    assert told in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("endpoint --port 99999", "'99999' is no number from 0 to 65535"),
        ("memory search x --limit none", "'none' is no number of 1 or more"),
        ("memory search x --cutoff 0", "'0' is no number from 1 to 100"),
    ],
)
def test_a_number_that_is_none(
    arguments: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told in misused(capsys, *arguments.split())


@pytest.mark.sphinx
@pytest.mark.parametrize("command", ["engines", "review export x.xlf"])
def test_a_book_without_languages(
    command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "conf.py").write_text('extensions = ["amts_sphinx"]', "utf-8")
    assert main([*command.split(), "--book", str(tmp_path)]) == 1
    assert "amts_target_languages is empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "command", "told"),
    [
        ("status --langauges es", "status", "did you mean --languages? "),
        ("review serve --prot=1", "review serve", "did you mean --port? "),
        ("review --zzzz check", "review check", ""),
    ],
)
def test_an_unknown_option_is_told_by_its_command(
    capsys: pytest.CaptureFixture[str], given: str, command: str, told: str
) -> None:
    said = misused(capsys, *given.split())
    assert said.startswith(f"amts {command}: error: there is no option --")
    assert said.endswith(f"; {told}amts {command} --help lists all")


def test_a_word_too_many_is_told_by_its_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = misused(capsys, "status", "es")
    assert said == "amts status: error: unrecognized arguments: es"


@pytest.mark.parametrize(
    "words",
    [
        ["parallel", "a", "b", "-o", "c.tmx", "-j", "0"],
        ["parallel", "a", "b", "-o", "c.tmx", "-j", "-2"],
        ["evaluate", "a", "b", "--hold-out", "x", "--samples", "-3"],
        ["score", "a", "b", "--languages", "en", "zh", "--samples", "many"],
    ],
)
def test_numbers_that_mean_nothing_are_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(words)
    assert f"{words[-1]!r} is no number of" in capsys.readouterr().err
