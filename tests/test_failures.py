"""The bug of one edition stays its own: the others are finished, and it is named."""

from __future__ import annotations

import errno
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from amts_sphinx.build import production, summary
from amts_sphinx.build.commission import Work
from amts_sphinx.build.failures import Failures
from amts_sphinx.build.summary import BuildLog
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import Edition, LanguagePair, Location, Segment, Usage
from amts_sphinx.edition import crash, gc_tuning, process
from amts_sphinx.translate import request

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Book

    from amts_sphinx.build.child_build import BuildOutcome
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.units import Finding
    from amts_sphinx.report.reporter import Reporter
    from amts_sphinx.translate.translator import Translator

EDITION = Edition(LanguagePair("en", "zh"), {}, (), Usage())
#: What is not looked at once the edition is translated.
TRANSLATOR = cast("Translator", None)
CONFIG = cast("AmtsConfig", SimpleNamespace(engine="corpus", options={}, report="r"))


def test_an_error_of_the_user_is_its_message(tmp_path: Path) -> None:
    failures = Failures(tmp_path)
    with failures.of("zh"):
        raise ConfigError("amts_format is wrong")
    assert failures.reasons == {"amts-zh": "amts configuration: amts_format is wrong"}
    assert list(tmp_path.iterdir()) == []


def test_a_bug_is_one_line_and_a_file(tmp_path: Path) -> None:
    failures = Failures(tmp_path)
    with failures.of("zh", "es"):
        {}["missing"]  # type: ignore[index]
    for tag in ("zh", "es"):
        path = tmp_path / tag / crash.NAME
        reason = failures.reasons[f"amts-{tag}"]
        assert "KeyError: 'missing'" in reason
        assert str(path) in reason
        assert "\n" not in reason
        assert "Traceback" in path.read_text("utf-8")
        assert Path(__file__).name in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("names", "place"),
    [
        ({"__name__": "sphinx_boats.nodes"}, "sphinx_boats"),
        ({}, "conf.py"),  # which has no name while it runs
        ({"__name__": "json.decoder"}, __name__),  # who called it is to blame
    ],
)
def test_a_bug_is_told_of_the_package_that_has_it(
    tmp_path: Path, names: dict[str, object], place: str
) -> None:
    code = compile("def visit(): {}['missing']", "conf.py", "exec")
    exec(code, names)  # noqa: S102
    visit = cast("Callable[[], None]", names["visit"])
    failures = Failures(tmp_path)
    with failures.of("zh"):
        visit()
    assert failures.reasons["amts-zh"].startswith(f"an error inside {place}: KeyError")


def test_the_first_reason_counts(tmp_path: Path) -> None:
    failures = Failures(tmp_path)
    failures.add("one", "zh")
    failures.add("two", "zh", "es")
    assert failures.reasons == {"amts-zh": "one", "amts-es": "two"}


def test_an_interrupt_ends_all(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Failures(tmp_path).of("zh"):
        raise KeyboardInterrupt


def test_without_a_place_for_it_the_traceback_is_shown(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    denied = PermissionError(errno.EACCES, "Permission denied", "out/zh/a.html")
    assert crash.describe(denied, tmp_path) == "out/zh/a.html: Permission denied"
    assert not (tmp_path / crash.NAME).exists()
    line = crash.describe(ValueError("odd"), tmp_path / "file" / "zh")
    assert "ValueError: odd\n" in line


def test_a_bug_in_an_editions_process_is_sent_home(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken(_: str) -> None:
        raise ValueError("odd")

    monkeypatch.setattr(process, "load_plan", broken)
    monkeypatch.setattr(process, "color_terminal", lambda: True)
    assert process.main(str(tmp_path / "plan.pickle")) == 1
    gc_tuning.relax()
    gc_tuning.restore()
    sent = capsys.readouterr().err
    assert sent.startswith(process.FAILURE)
    assert "ValueError: odd" in sent
    assert "Traceback" in (tmp_path / crash.NAME).read_text("utf-8")


class _BrokenReporter:
    """Reports as one with a fault does."""

    def report(self, *_: object) -> None:
        raise IndexError("no row")


def test_a_bug_in_a_report_is_noted_after_a_failure_to_write(tmp_path: Path) -> None:
    failures = Failures(tmp_path)
    written: Future[BuildOutcome | None] = Future()
    written.set_exception(OSError("no room"))
    nothing = (), (), (), ()
    work = Work(find_language("zh"), EDITION.pair, TRANSLATOR, *nothing, CONFIG)
    printing = production._Printing(work, EDITION, written)  # noqa: SLF001
    reporter = cast("Reporter", _BrokenReporter())
    production._report(printing, reporter, BuildLog({}), failures)  # noqa: SLF001
    assert list(failures.reasons) == ["amts-zh"]
    assert "OSError: no room" in failures.reasons["amts-zh"]
    # The file holds the last one.
    assert "IndexError" in (tmp_path / "zh" / crash.NAME).read_text("utf-8")


def test_the_other_editions_are_finished(book: Book) -> None:
    built = book.build(
        "amts", "-D", "amts_recording.crashes_for=zh", engine="recording"
    )
    assert built.status == 1
    assert "1 of 2 editions failed" in built.warned
    line = next(x for x in built.warned.splitlines() if x.startswith("amts-zh:"))
    assert "KeyError: 'zh'" in line
    assert Path(line.rpartition(" in ")[2]).read_text("utf-8").startswith("Traceback")
    assert "Traceback" not in built.warned
    assert built.summary("es")["translated"] > 0
    assert (built.out / "es" / "index.html").exists()
    assert not (built.out / "zh" / "index.html").exists()


def test_the_commonest_reasons_of_the_engine_are_logged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[str] = []

    class Logger:
        def info(self, line: str, *values: object) -> None:
            lines.append(line % values)

    def left(reason: str) -> Finding:
        segment = Segment("One.", "paragraph", Location("index", 1))
        return request.untranslated(segment, reason)

    monkeypatch.setattr(summary, "logger", Logger())
    reasons = ["too long"] * 3 + ["", ""] + ["d", "c", "c", "odd"]
    usage = Usage(segments=100)
    edition = replace(EDITION, findings=tuple(map(left, reasons)), usage=usage)
    BuildLog({}).end("amts-zh", CONFIG, edition, None, None)
    left_by = "the engine has no translation ({}); left in the source language"
    assert lines[:3] == [
        (
            "amts-zh: 9 segments stay in the source language: the engine 'corpus' has"
            " no translation for them"
        ),
        f"amts-zh: 3 of them: {left_by.format('too long')}",
        f"amts-zh: 2 of them: {left_by.format('c')}",
    ]
    assert not any("odd" in line for line in lines)
