"""``amts endpoint``, as a person types it and as a shell ends it."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from waiting import PATIENCE

from amts_sphinx import cli

if TYPE_CHECKING:
    from pathlib import Path

with_signals = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")


def exported(lines: list[str]) -> dict[str, str]:
    """Return the variables of the lines that are to be pasted into a shell."""
    return dict(
        shlex.split(line)[1].split("=", 1)
        for line in lines
        if line.startswith("export ")
    )


@with_signals
def test_from_the_lines_to_paste_to_the_bill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = tmp_path / "faults.json"
    plan.write_text('[{"on": "TranslateText", "kind": "error"}]', "utf-8")
    lines: Queue[str] = Queue()
    monkeypatch.setattr(
        "amts_sphinx.cli.endpoint.echo", lambda text, **_: lines.put(text)
    )

    def rehearse() -> tuple[list[str], int]:
        """Read the lines, send a request, and press Ctrl-C."""
        try:
            start = [lines.get(timeout=PATIENCE) for _ in range(7)]
            variables = exported(start)
            client = boto3.Session().client(
                "translate",
                endpoint_url=variables["AWS_ENDPOINT_URL"],
                region_name=variables["AWS_DEFAULT_REGION"],
                aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
                config=Config(proxies={}, retries={"total_max_attempts": 2}),
            )
            reply = client.translate_text(
                Text="Rain", SourceLanguageCode="en", TargetLanguageCode="es"
            )
            return start, reply["ResponseMetadata"]["RetryAttempts"]
        finally:
            os.kill(os.getpid(), signal.SIGINT)

    asked = ["--port", "0", "--bucket", "my-book", "--faults", str(plan)]
    with ThreadPoolExecutor(1) as pool:
        rehearsal = pool.submit(rehearse)
        status = cli.main(["endpoint", *asked, "--region", "eu-west-1", "--delay", "0"])
    start, retries = rehearsal.result()
    assert status == 0
    assert retries == 1
    assert exported(start)["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert "# There is a bucket my-book." in start
    assert "4 characters would have been billed" in lines.get_nowait()


@with_signals
def test_a_polite_kill_ends_it() -> None:
    command = [sys.executable, "-m", "amts_sphinx", "endpoint", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as running:
        assert running.stdout is not None
        start = [next(running.stdout) for _ in range(6)]
        running.send_signal(signal.SIGTERM)
        rest, wrong = running.communicate()
    assert running.returncode == 0
    assert exported(start)["AWS_DEFAULT_REGION"] == "us-west-2"
    assert "0 characters would have been billed" in rest
    assert wrong == ""


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (["--bucket", "No_Bucket"], "'No_Bucket'"),
        (["--region", "mars"], "'mars'"),
        (["--base", "none.tmx"], "none.tmx"),
        (["--faults", "none.json"], "none.json"),
        (["--faults", __file__], "must be JSON"),
        (["--host", "203.0.113.1"], "203.0.113.1"),
    ],
)
def test_what_it_cannot_do(
    capsys: pytest.CaptureFixture[str], asked: list[str], why: str
) -> None:
    assert cli.main(["endpoint", "--port", "0", *asked]) == 1
    assert why in capsys.readouterr().err


def test_without_the_extra(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amts_sphinx.cli.endpoint._NEEDED", ("boto3", "no_such_module"))
    assert cli.main(["endpoint"]) == 1
    message = capsys.readouterr().err
    assert "needs no_such_module: pip install './amts_sphinx[endpoint]'" in message


def test_the_command_line_starts_without_the_extra() -> None:
    code = (
        "import sys; from amts_sphinx import cli; import amts_sphinx.cli.endpoint;"
        "sys.exit(bool({'boto3', 'moto', 'flask'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
