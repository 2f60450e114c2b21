"""``amts review serve``: what the page asks of it, and whom it answers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final
from urllib.request import Request, urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import sync_playwright
from test_browser import BROWSER, OPTIONS
from test_report_browser import GRAVE
from waiting import PATIENCE

from amts_sphinx.cli import main
from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.formats import tmx
from amts_sphinx.memory import home_file
from amts_sphinx.review import desk, server
from amts_sphinx.review.building import Build
from amts_sphinx.review.edition_pages import EditionPages
from amts_sphinx.review.saving import Saver
from amts_sphinx.review.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

pytestmark = pytest.mark.sphinx
PAIR: Final = LanguagePair("en", "de")
HOST: Final = "127.0.0.1:8000"
KEY: Final = "right"
SECRET: Final = "edition"  # noqa: S105 - of a test
CONF: Final = """\
extensions = ["amts_sphinx"]
amts_target_languages = ["de"]
amts_engine = "none"
amts_memory_files = ["a.tmx"]
"""
TEXT: Final = """\
Garden
======

Dig *first* with ``spade()``.

Then wait.

Say <script>alert(1)</script> to the \u202egnitirw rain.
"""
CODED: Final = 'Dig <g id="1">first</g> with <x id="2"/>.'
GOOD: Final = 'Mit <x id="2"/> <g id="1">erst</g> graben.'


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a book with a text of a person, and three of nobody."""
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "conf.py").write_text(CONF)
    (folder / "index.rst").write_text(TEXT, "utf-8")
    said = TranslationUnit("Garden", "Garten", PAIR, HUMAN, State.REVIEWED, "index")
    tmx.write(folder / "a.tmx", [said], source_language="en")
    return folder


def home(book: Path) -> list[TranslationUnit]:
    path = book / "memory" / "de.home.tmx"
    return [*home_file.read(path)] if path.exists() else []


class Here:
    """The texts, in the thread that asks for them."""

    is_reading = False

    def __init__(self, texts: Texts) -> None:
        self.texts = texts

    def ask(self, job: Callable[[], Any]) -> Any:
        """Do it at once."""
        return job()


class Window:
    """A window of the browser, as the server sees it."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.ids = {u["source"]: u["id"] for u in self.get("/api/list")["units"]}

    def get(self, path: str, status: int = 200) -> Any:
        """Ask, and return the answer."""
        answer = self.client.get(path, headers={"Host": HOST, server.HEADER: KEY})
        assert answer.status_code == status, answer.text
        return answer.get_json()

    def post(self, path: str, body: object, status: int = 200) -> Any:
        """Send, as the page does."""
        said = {"Host": HOST, "Origin": f"http://{HOST}", server.HEADER: KEY}
        answer = self.client.post(path, json=body, headers=said)
        assert answer.status_code == status, answer.text
        return answer.get_json()

    def open(self, start: str) -> Any:
        """Return the text that begins so."""
        [name] = [n for source, n in self.ids.items() if source.startswith(start)]
        return self.get(f"/api/unit/{name}")

    def save(
        self, unit: Any, target: str, state: str = "reviewed", status: int = 200
    ) -> Any:
        """Save a text as a person who saw *unit*."""
        asked = {"id": unit["id"], "target": target, "state": state}
        body = {"units": [{**asked, "seen": unit["seen"]}]}
        return self.post("/api/save", body, status)


@pytest.fixture
def on_page(book: Path) -> Callable[[Callable[[Window], None]], None]:
    """Return a function that passes a window to a function."""

    def call(use: Callable[[Window], None]) -> None:
        def open_window(at_hand: desk.EditionAtHand) -> None:
            saver = Saver(book / "memory" / "de.home.tmx", "en", "Ann")
            pages = EditionPages(book / "out", book / "report", SECRET, HOST)
            built = Build(book, "de", book / "out")
            parts = server.Parts(Here(Texts(at_hand, saver)), pages, built)
            use(Window(server.make_app(parts, KEY).test_client()))

        desk.look(book, ["de"], open_window, print)

    return call


def test_a_save_is_a_line_of_the_home_file(book: Path, on_page: Any) -> None:
    def use(window: Window) -> None:
        unit = window.open("Dig")
        assert [piece[0] for piece in unit["source"]].count("open") == 1
        assert unit["codes"]["2"]["text"] == "spade()"
        assert "Dig first with spade()." in window.ids
        window.save(unit, GOOD, "approved")
        [line] = home(book)
        assert (line.source, line.target, line.author) == (CODED, GOOD, "Ann")
        assert (line.state, line.document) == (State.APPROVED, "index")
        # A person's text in another file is corrected by name.
        window.save(window.open("Garden"), "Der Garten")
        assert {u.source: u.corrects for u in home(book)}["Garden"] == ("Garten",)
        listed = window.get("/api/list")["units"]
        assert {u["source"]: u["stage"] for u in listed}["Garden"] == "reviewed"

    on_page(use)


def test_codes_cannot_be_lost(book: Path, on_page: Any) -> None:
    def use(window: Window) -> None:
        unit = window.open("Dig")
        for target in ("Graben.", f"{GOOD}<x id='3'/>", '<g id="1">x', " "):
            assert window.save(unit, target, status=400)["error"]
        asked = {"id": unit["id"], "target": "Graben."}
        [found] = window.post("/api/check", asked)["findings"]
        # As the page calls what it shows of them.
        assert found == "lost code 1 emphasis, around 'first'; lost code 2 spade()"
        assert window.save(unit, "Graben.", status=400)["error"] == found
        asked = {"id": unit["id"], "target": f"{GOOD} 1984"}
        assert any("1984" in f for f in window.post("/api/check", asked)["findings"])
        # Of several, all are saved or none.
        other = window.open("Then")
        units = [
            {"id": other["id"], "target": "Warten.", "state": "approved"},
            {"id": unit["id"], "target": "Graben.", "state": "approved"},
        ]
        window.post("/api/save", {"units": units}, 400)
        assert home(book) == []

    on_page(use)


def test_two_windows(book: Path, on_page: Any) -> None:
    def use(window: Window) -> None:
        unit, same = window.open("Then"), window.open("Then")
        window.save(unit, "Eins.")
        refused = window.save(same, "Zwei.", status=409)
        assert refused["others"] == ["Eins."]
        assert [each.target for each in home(book)] == ["Eins."]
        same["seen"] += refused["seen"]
        window.save(same, "Zwei.")
        [line] = home(book)
        assert (line.target, line.corrects) == ("Zwei.", ("Eins.",))
        # What another program wrote meanwhile is not lost either.
        with home_file.changing(book / "memory" / "de.home.tmx", "en") as file:
            file.add(replace(line, target="Drei.", changed=line.changed + 5))
            file.add(replace(line, source="Else.", target="Sonst."))
            file.write()
        assert window.save(window.open("Then"), "Vier.", status=409)["others"] == [
            "Drei."
        ]
        window.save(window.open("Dig"), GOOD)
        assert len(home(book)) == 4

    on_page(use)


def test_undo_and_many_at_once(book: Path, on_page: Any) -> None:
    def use(window: Window) -> None:
        window.save(window.open("Then"), "Eins.")
        window.save(window.open("Dig"), GOOD)
        names = [window.open(start)["id"] for start in ("Then", "Dig", "Garden")]
        units = [{"id": name, "state": "approved"} for name in names]
        assert len(window.post("/api/save", {"units": units})["units"]) == 3
        assert {each.state for each in home(book)} == {State.APPROVED}
        assert len(window.post("/api/undo", {})["units"]) == 3
        assert {u.target: u.state for u in home(book)} == {
            "Eins.": State.REVIEWED,
            GOOD: State.REVIEWED,
        }
        window.post("/api/undo", {})
        window.post("/api/undo", {})
        assert home(book) == []
        assert window.post("/api/undo", {})["units"] == []

    on_page(use)


def test_whom_it_answers(on_page: Any) -> None:
    def use(window: Window) -> None:
        right = {"Host": HOST, "Origin": f"http://{HOST}", server.HEADER: KEY}

        def status(path: str, **headers: str) -> int:
            return window.client.get(path, headers={**right, **headers}).status_code

        assert status("/api/list") == 200
        for wrong in ("wrong", "", "\u00fc"):
            assert status("/api/list", **{server.HEADER: wrong}) == 403
        assert status("/", Host="evil.example:8000") == 403
        assert status("/api/list", Origin="http://evil.example") == 403
        assert status("/api/list", Origin="null") == 403
        for path in ("/../conf.py", "/%2e%2e/conf.py", "/review.html", "/conf.py"):
            assert status(path) == 404
        answer = window.client.get("/", headers={"Host": HOST})
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]

    on_page(use)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"units": {}},
        {"units": [1]},
        {"units": [{"id": ["x"]}]},
        {"units": [{"id": "0" * 16, "state": "approved"}]},
        {"units": [{"id": "", "state": "draft", "target": "x"}]},
        {"units": [{"id": "", "state": "approved", "target": 1}]},
        {"units": [{"id": "", "state": "approved", "target": "x", "seen": "x"}]},
    ],
)
def test_bad_requests_change_nothing(book: Path, on_page: Any, body: Any) -> None:
    def use(window: Window) -> None:
        text = window.open("Then")["id"]
        for each in body["units"] if isinstance(body, dict) else ():
            if isinstance(each, dict) and each["id"] == "":
                each["id"] = text
        answer = window.client.post(
            "/api/save", json=body, headers={"Host": HOST, server.HEADER: KEY}
        )
        assert answer.status_code in {400, 404}
        assert answer.get_json()["error"]
        assert home(book) == []

    on_page(use)


# The command


class Served:
    """The command while it runs."""

    def __init__(self, book: Path) -> None:
        command = [sys.executable, "-m", "amts_sphinx", "review", "serve"]
        self.process = subprocess.Popen(
            [*command, "--book", str(book)], stdout=subprocess.PIPE, text=True
        )
        guard = threading.Timer(PATIENCE, self.process.kill)
        guard.start()
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        guard.cancel()
        assert line.startswith("open http://127.0.0.1:")
        self.address = line.split()[1]
        self.origin = self.address.partition("/#")[0]

    def kill(self) -> None:
        """End it."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def served(book: Path) -> Iterator[Served]:
    """Return the page of the book, in a process of its own."""
    running = Served(book)
    yield running
    running.kill()


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_server_leaves_a_whole_file(book: Path, served: Served) -> None:
    origin, _, token = served.address.partition("/#")

    def ask(path: str, data: bytes | None = None) -> bytes:
        said = {server.HEADER: token, "Content-Type": "application/json"}
        with urlopen(Request(origin + path, data, said)) as answer:  # noqa: S310
            content: bytes = answer.read()
            return content

    listed = ask("/api/list").decode()
    name = listed[: listed.index('"Then wait."')].rpartition('"id":"')[2][:16]
    done = 0
    killer = threading.Timer(0.02, served.process.send_signal, [signal.SIGKILL])
    for number in range(10_000):
        if number == len("some saves"):
            killer.start()
        body = f'{{"units":[{{"id":"{name}","state":"approved","target":"{number}"}}]}}'
        try:
            ask("/api/save", body.encode())
        except (HTTPException, OSError):  # it may die amid its answer
            break
        done = number
    killer.join()
    [line] = home(book)
    # What was answered is there; what was asked when it died may be.
    assert int(line.target) in {done, done + 1}
    # Where the folder for the tests is in a repository, git is told of the file.
    left = {each.name for each in (book / "memory").iterdir()} - {".gitattributes"}
    assert left == {"de.home.tmx"}


def test_a_port_that_is_taken(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["review", "serve", "--book", str(book), "--port", port]) == 1
    assert f"port {port} of 127.0.0.1 cannot be used" in capsys.readouterr().err


def test_the_command_needs_one_edition(book: Path) -> None:
    serve = ["review", "serve", "--book", str(book)]
    assert main([*serve, "--language", "en"]) == 1
    (book / "conf.py").write_text(CONF.replace('["de"]', '["de", "es"]'))
    assert main(serve) == 1
    (book / "conf.py").write_text(f"{CONF}amts_home_file = ''\n")
    assert main(serve) == 1


@pytest.mark.skipif(not BROWSER, reason="no browser: apt-get install chromium")
def test_the_page_by_the_keyboard_alone(book: Path, served: Served) -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=[*OPTIONS])
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.set_default_timeout(PATIENCE * 1000)
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        page.goto(served.address)
        page.locator("#list button").first.wait_for()
        # The address shows the token no longer, and a new load needs it no more.
        assert "#" not in page.url
        page.reload()
        place = page.locator("#place")
        page.locator("#list [aria-current]").wait_for()
        page.keyboard.press("/")  # in the editor, it is text
        assert page.locator("#target").inner_text() == "/"
        page.locator("#document").focus()
        page.keyboard.press("/")
        page.keyboard.type("Dig first")
        page.keyboard.press("Alt+ArrowDown")
        page.locator("#source .chip").first.wait_for()
        page.keyboard.press("Control+a")
        page.keyboard.type("Mit ")
        page.keyboard.press("Alt+2")
        page.keyboard.type(" ")
        page.keyboard.press("Alt+1")
        page.keyboard.type(" <b>graben</b>.")
        page.keyboard.press("Control+s")
        page.locator("#saved", has_text="Saved as reviewed").wait_for()
        [line] = home(book)
        assert line.target == (
            'Mit <x id="2"/> <g id="1">first</g> &lt;b&gt;graben&lt;/b&gt;.'
        )
        page.keyboard.press("Control+a")
        page.keyboard.type("Ohne.")
        page.keyboard.press("Control+s")
        page.locator("#saved", has_text="Not saved: lost code 1 emphasis").wait_for()
        assert home(book) == [line]
        place.get_by_text("reviewed").wait_for()
        page.keyboard.press("Alt+u")
        page.locator("#saved", has_text="Taken back.").wait_for()
        place.get_by_text("new").wait_for()
        assert home(book) == []
        # Hostile text is text.
        page.locator("#search").fill("script")
        page.locator("#list button").first.click()
        page.locator("#source", has_text="<script>alert(1)</script>").wait_for()
        for width, light in ((1200, "light"), (390, "dark")):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=light)  # type: ignore[arg-type]
            found = Axe().run(page).response["violations"]
            assert [each["id"] for each in found if each["impact"] in GRAVE] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert faults == []
        browser.close()
