"""``amts models``: models from a server, checked, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING, Any, Final

import pytest
import zstandard
from firefox_models import EN_ES, EN_PT, ES_EN, make_model, use_stand_in

from amts_sphinx.cli import main
from amts_sphinx.core.errors import EngineUnavailableError, LanguagePairError
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.firefox import download, models

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ES: Final = LanguagePair("en", "es")
RECORDS: Final = "/v1/buckets/main/collections/translations-models-v2/records"


class Host:
    """A server of Mozilla's kind, on this machine."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.records: list[dict[str, Any]] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append(self.path)
                page = host.pages.get(self.path)
                self.send_response(404 if page is None else 200)
                self.end_headers()
                self.wfile.write(page or b"")

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        base = {"capabilities": {"attachments": {"base_url": f"{self.url}/files/"}}}
        self.pages["/v1/"] = json.dumps(base).encode()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def add(
        self, folder: Path, pair: str, *, version: str = "3.0", **more: str
    ) -> None:
        """Serve the model in a folder."""
        source, target = pair.split("-")
        for path in sorted((folder / pair).iterdir()):
            data = path.read_bytes()
            sent = zstandard.compress(data)
            where = f"{pair}/{version}/{path.name}.zst"
            self.pages[f"/files/{where}"] = sent
            self.records.append(
                {
                    "name": path.name,
                    "fileType": path.name.partition(".")[0],
                    "sourceLanguage": source,
                    "targetLanguage": target,
                    "version": version,
                    "decompressedHash": hashlib.sha256(data).hexdigest(),
                    "decompressedSize": len(data),
                    "attachment": {
                        "hash": hashlib.sha256(sent).hexdigest(),
                        "size": len(sent),
                        "location": where,
                    },
                    "architecture": "tiny",
                    "filter_expression": "",
                    **more,
                }
            )
        self.pages[RECORDS] = json.dumps({"data": self.records}).encode()


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """Return a server with three models for the stand-in."""
    use_stand_in(monkeypatch)
    served = Host()
    for pair, words in (("en-es", EN_ES), ("es-en", ES_EN), ("en-pt", EN_PT)):
        make_model(tmp_path / "served", pair, words)
        served.add(tmp_path / "served", pair)
    yield served
    served.server.shutdown()
    served.server.server_close()


def get(host: Host, folder: Path, *pair: str) -> int:
    arguments = ["--from", host.url, "--folder", str(folder)]
    return main(["models", "get", *pair, *arguments])


def test_a_model_is_downloaded_checked_and_tried(
    host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine"
    assert get(host, folder, "en", "es") == 0
    said = capsys.readouterr().out
    (leg,) = models.Store(folder).route(ES)
    digest = hashlib.sha256(leg.files[0].read_bytes()).hexdigest()
    for shown in (
        f"asking {host.url}",
        "MPL-2.0",
        "en → es: tiny 3.0, 0.0 MB to download",
        f"model.enes.intgemm.alphas.bin  SHA-256 {digest}",
        f"checked, in {folder / 'en-es'}",
        'works; add to conf.py: amts_engine = "firefox"',
    ):
        assert shown in said
    for path in leg.files:
        served = tmp_path / "served" / "en-es" / path.name
        assert path.read_bytes() == served.read_bytes()
    assert main(["models", "list", "--folder", str(folder)]) == 0
    assert "en → es  0.0 MB" in capsys.readouterr().out


def test_two_models_lead_by_way_of_english(
    host: Host, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mine"
    assert get(host, folder, "es", "pt-BR") == 0
    assert "by way of English" in capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == [
        "en-pt",
        "es-en",
    ]
    main(["models", "list", "--folder", str(folder)])
    assert "es → pt  by way of English" in capsys.readouterr().out


def test_a_folder_can_be_served_in_turn(host: Host, tmp_path: Path) -> None:
    folder, other = tmp_path / "mine", tmp_path / "other"
    get(host, folder, "en", "es")
    get(host, folder, "en", "pt")
    for path in folder.rglob("*.*"):
        name = path.relative_to(folder).as_posix()
        host.pages[f"/mirror/{name}"] = path.read_bytes()
    host.url += "/mirror/records.json"
    assert get(host, other, "en", "es") == 0
    before, after = (
        {p.name: p.read_bytes() for p in (f / "en-es").iterdir()}
        for f in (folder, other)
    )
    assert before == after


def best(host: Host) -> download.RemoteModel:
    (found,) = download.choose(download.Server(host.url).models(), ES)
    return found


def test_the_newest_that_everybody_gets_is_chosen(host: Host, tmp_path: Path) -> None:
    served = tmp_path / "served"
    host.add(served, "en-es", version="3.1")
    assert best(host).version == "3.1"
    host.add(served, "en-es", version="3.2", filter_expression="env.channel == 'x'")
    host.add(served, "en-es", version="4.0")
    host.add(served, "en-es", version="2.1")
    assert best(host).version == "3.1"
    host.add(served, "en-es", version="3.0", architecture="base")
    assert (best(host).version, best(host).architecture) == ("3.0", "base")


def test_a_model_of_another_version_leaves_no_old_files(
    host: Host, tmp_path: Path
) -> None:
    folder = tmp_path / "mine"
    get(host, folder, "en", "es")
    (folder / "en-es" / "vocab.old.spm").write_bytes(b"old")
    get(host, folder, "en", "es")
    assert not (folder / "en-es" / "vocab.old.spm").exists()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:-1], "bytes, not"),
        (lambda data: data + b"x", "has more bytes, not"),
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "SHA-256 differs"),
    ],
)
def test_a_damaged_download_leaves_what_was_there(
    host: Host,
    tmp_path: Path,
    damage: Any,
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "mine"
    get(host, folder, "en", "es")
    before = {p: p.read_bytes() for p in folder.rglob("*.*")}
    where = next(name for name in host.pages if "vocab.enes" in name)
    host.pages[where] = damage(host.pages[where])
    assert get(host, folder, "en", "es") == 1
    assert message in capsys.readouterr().err
    assert {p: p.read_bytes() for p in folder.rglob("*.*")} == before
    assert get(host, tmp_path / "new", "en", "es") == 1
    assert not (tmp_path / "new").exists()


def test_what_unpacks_to_something_else(host: Host, tmp_path: Path) -> None:
    record = next(each for each in host.records if each["fileType"] == "vocab")
    bomb = zstandard.compress(b"0" * 10**7)
    host.pages[f"/files/{record['attachment']['location']}"] = bomb
    sent = {"hash": hashlib.sha256(bomb).hexdigest(), "size": len(bomb)}
    record["attachment"] |= sent
    host.pages[RECORDS] = json.dumps({"data": host.records}).encode()
    server = download.Server(host.url)
    with pytest.raises(EngineUnavailableError, match="more bytes"):
        download.keep(server, best(host), tmp_path)


@pytest.mark.parametrize(
    ("records", "message"),
    [
        (b"<html>", "does not answer in JSON"),
        (b"[" * 200_000, "does not answer in JSON"),
        (b"[]", "no list of models"),
        (b'{"data": [{"version": "3.0"}]}', "no list of models"),
        (b'{"data": []}', "lists no model"),
        (None, "404|Not Found"),
    ],
)
def test_what_is_no_list(host: Host, records: bytes | None, message: str) -> None:
    if records is None:
        del host.pages[RECORDS]
    else:
        host.pages[RECORDS] = records
    with pytest.raises(EngineUnavailableError, match=message):
        download.Server(host.url).models()


@pytest.mark.parametrize(
    "sent",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n500\r\n{}",
    ],
)
def test_what_speaks_no_http_or_stops_in_the_middle(sent: bytes) -> None:
    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            self.wfile.write(sent)

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        with pytest.raises(EngineUnavailableError, match="cannot be read"):
            download.Server(url).models()
        server.shutdown()


def test_no_file_is_written_outside(host: Host) -> None:
    host.records[0]["name"] = "../../evil.bin"
    host.pages[RECORDS] = json.dumps({"data": host.records}).encode()
    with pytest.raises(EngineUnavailableError, match="no name of a file"):
        download.Server(host.url).models()


def test_a_server_that_does_not_say_where_its_files_are(host: Host) -> None:
    host.pages["/v1/"] = b"{}"
    with pytest.raises(EngineUnavailableError, match="where its files are"):
        download.Server(host.url).fetch(best(host).files[0])


def test_addresses_that_are_none() -> None:
    with pytest.raises(EngineUnavailableError, match="must begin with https"):
        download.Server("file:///etc/passwd")


def test_languages_without_a_model(host: Host) -> None:
    with pytest.raises(LanguagePairError, match="there are models for en, es, pt"):
        download.choose(download.Server(host.url).models(), LanguagePair("en", "zh"))


def test_one_language_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "get", "en", "en"]) == 1
    assert "no translation" in capsys.readouterr().err


def test_an_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "--folder", str(tmp_path)]) == 0
    assert "amts models get" in capsys.readouterr().out
