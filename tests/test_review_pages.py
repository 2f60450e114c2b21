"""``amts review serve``: the edition's own pages, and builds that are started there."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import sync_playwright
from test_browser import BROWSER, OPTIONS
from test_report_browser import GRAVE
from test_review_serve import CONF, HOST, KEY, PAIR, Served
from waiting import PATIENCE, until

from amts_sphinx.cli import main
from amts_sphinx.core.units import HUMAN, Place, State, TranslationUnit
from amts_sphinx.formats import tmx
from amts_sphinx.memory import home_file
from amts_sphinx.review import desk, server
from amts_sphinx.review.building import Build
from amts_sphinx.review.edition_pages import EditionPages, paths
from amts_sphinx.review.saving import Saver
from amts_sphinx.review.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.sphinx
#: Of the edition, which is shown to who knows it.
SECRET: Final = "of-the-edition"  # noqa: S105
OWN: Final = "localhost:8000"
PAGE: Final = (
    b"<!doctype html><html><HEAD lang='de'><title>t</title></head><body>Garten"
)


@pytest.fixture
def edition(tmp_path: Path) -> EditionPages:
    """Return an edition with files that are served, and some that are not."""
    folder = tmp_path / "book" / "out"
    for name in ("guide", ".doctrees", "_static"):
        (folder / name).mkdir(parents=True)
    (folder / "index.html").write_bytes(PAGE + b"</body></html>")
    (folder / "guide" / "index.html").write_bytes(PAGE)
    (folder / "_static" / "a.js").write_text("1")
    (folder / ".doctrees" / "index.doctree").write_text("secret")
    (folder / ".buildinfo").write_text("secret")
    (tmp_path / "book" / "conf.py").write_text("secret")
    (folder / "link.html").symlink_to(tmp_path / "book" / "conf.py")
    report = tmp_path / "book" / "report"
    report.mkdir()
    (report / "report.html").write_bytes(PAGE)
    return EditionPages(folder, report, SECRET, HOST)


def test_pages_get_the_script_that_marks_texts(edition: EditionPages) -> None:
    for name in ("index.html", "", "guide/", "-amts-report/report.html"):
        found = edition.find(name)
        assert found is not None
        content, kind = found
        assert kind == "text/html; charset=utf-8"
        assert content.count(b"-amts-marks.js") == 1
        # What themes store must be there before their scripts are.
        assert content.index(b"-amts-storage.js") < content.index(b"<title>")
    assert edition.find("_static/a.js") == (b"1", "text/javascript; charset=utf-8")
    for name in ("-amts-marks.js", "-amts-marks.css", "-amts-storage.js"):
        assert edition.find(name)


@pytest.mark.parametrize(
    "name",
    [
        "../conf.py",
        "guide/../../conf.py",
        "/etc/passwd",
        "..\\conf.py",
        ".buildinfo",
        ".doctrees/index.doctree",
        "link.html",
        "-amts-report/../conf.py",
        "-amts-report/",
        "guide",
        "missing.html",
        "a\0b",
        "x" * 5000,
    ],
)
def test_nothing_else_is_served(edition: EditionPages, name: str) -> None:
    assert edition.find(name) is None


def test_the_page_of_each_document(tmp_path: Path) -> None:
    sources = {name: tmp_path / name for name in ("index", "a b/c", "conf.py")}
    assert paths("html", sources)["a b/c"] == "a b/c.html"
    assert paths("dirhtml", sources)["index"] == "index.html"
    assert paths("dirhtml", sources)["a b/c"] == "a b/c/index.html"
    assert paths("epub", sources) == {}


class Nothing:
    """Texts that nobody asks for."""

    texts: Any = None
    is_reading = False

    def ask(self, job: Any) -> Any:
        """Fail: it is not to be asked."""
        raise AssertionError(job)


@pytest.fixture
def client(edition: EditionPages, tmp_path: Path) -> FlaskClient:
    build = Build(tmp_path / "book", "de", edition.folder)
    return server.make_app(server.Parts(Nothing(), edition, build), KEY).test_client()


def test_the_edition_has_an_origin_of_its_own(client: FlaskClient) -> None:
    token = {server.HEADER: KEY}

    def status(path: str, host: str, method: str = "GET") -> int:
        said = {**token, "Host": host}
        return client.open(path, method=method, headers=said).status_code

    assert status(f"/{SECRET}/index.html", OWN) == 200
    assert status(f"/{SECRET}/", OWN) == 200
    assert status(f"/{SECRET}/%2e%2e/conf.py", OWN) == 404
    # Neither part is at the other's origin, whatever is known.
    assert status(f"/{SECRET}/index.html", HOST) == 404
    for path in ("/", "/api/list", "/review.js", f"/{SECRET}", "/wrong/index.html"):
        assert status(path, OWN) == 404
    for path in (f"/{SECRET}/index.html", "/api/save", "/api/build"):
        assert status(path, OWN, "POST") == 405
    answer = client.get(f"/{SECRET}/", headers={"Host": OWN})
    rule = answer.headers["Content-Security-Policy"]
    assert f"default-src http://{OWN} " in rule
    assert f"frame-ancestors http://{HOST}" in rule
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    rule = client.get("/", headers={"Host": HOST}).headers["Content-Security-Policy"]
    assert f"frame-src http://{OWN}/{SECRET}/;" in rule


def test_a_page_of_the_edition_may_start_nothing(client: FlaskClient) -> None:
    said = {"Host": HOST, "Origin": f"http://{OWN}", server.HEADER: KEY}
    for path in ("/api/build", "/api/build/stop", "/api/save", "/api/undo"):
        assert client.post(path, json={}, headers=said).status_code == 403


# A build


@dataclass
class Script(Build):
    """A build that runs a few lines of Python in place of Sphinx."""

    script: str = ""

    def command(self) -> list[str]:
        """Return the command."""
        return [sys.executable, "-c", self.script]


def finished(build: Build) -> dict[str, Any]:
    """Wait for the end of a build, and return what it tells."""
    until(lambda: not build.told()["running"])
    return build.told()


def test_a_build_tells_what_happens(tmp_path: Path) -> None:
    done: list[int] = []
    script = (
        "import sys; sys.stdout.write('one\\rtwo\\r\\x1b[31mthree\\x1b[0m\\n\\nlast');"
        "sys.exit(3)"
    )
    build = Script(
        tmp_path, "de", tmp_path, when_done=lambda: done.append(1), script=script
    )
    assert build.told()["lines"] == []
    assert build.start()
    told = finished(build)
    assert (told["status"], told["ended"]) == (3, 1)
    # A line of progress takes the place of the one before.
    assert told["lines"] == ["three", "last"]
    until(lambda: done)
    assert build.start()
    assert finished(build)["ended"] == 2


def test_one_build_at_a_time_and_it_can_be_ended(tmp_path: Path) -> None:
    mark = tmp_path / "child"
    # The build has a process of its own, which must end too.
    child = (
        f"import time, pathlib; pathlib.Path({str(mark)!r}).touch(); time.sleep(900)"
    )
    script = (
        "import subprocess, sys;"
        f"subprocess.run([sys.executable, '-c', {child!r}], check=False)"
    )
    done: list[int] = []
    build = Script(
        tmp_path, "de", tmp_path, when_done=lambda: done.append(1), script=script
    )
    assert build.start()
    assert not build.start()
    until(mark.exists)
    build.stop()
    told = build.told()
    assert (told["running"], told["status"]) == (False, None)
    assert told["lines"][-1] == "The build was stopped."
    build.stop()  # twice is harmless
    assert done == []
    assert build.start()
    build.stop()


def test_the_command_of_a_build(tmp_path: Path) -> None:
    build = Build(tmp_path, "zh", tmp_path / "out" / "zh", {"a": "1"})
    command = build.command()
    assert command[1:5] == ["-m", "sphinx", "-b", "amts-zh"]
    assert command[-2:] == [str(tmp_path), str(tmp_path / "out" / "zh")]
    assert "-Da=1" in command


# In the browser

TEXT: Final = """\
Garden
======

Dig *first* with ``spade()``. Then wait.

Close.

:doc:`more`, or see https://example.org/.

.. toctree::

   more
"""
MORE: Final = """\
More
====

Water the roses.
<script>parent.postMessage({amts: "clicked", units: ["x"]}, "*")</script>

.. raw:: html

   <script>
   const tries = {};
   const note = (name, job) => { try { job(); tries[name] = "done"; }
     catch (error) { tries[name] = "refused"; } };
   note("document", () => parent.document.title);
   note("token", () => parent.sessionStorage.length);
   note("top", () => { top.location = "/"; });
   localStorage.setItem("theme", "dark");
   const api = `http://127.0.0.1:${location.port}/api/`;
   fetch(`${api}undo`, { method: "POST", body: "{}" }).then(
     (answer) => { tries.api = answer.type; }, () => { tries.api = "refused"; })
     .finally(() => { document.body.dataset.tries = JSON.stringify(tries); });
   </script>
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a book of two pages; one has a script that tries what it may not."""
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "conf.py").write_text(CONF)
    (folder / "index.rst").write_text(TEXT, "utf-8")
    (folder / "more.rst").write_text(MORE, "utf-8")
    said = [
        TranslationUnit("Garden", "Garten", PAIR, HUMAN, State.REVIEWED),
        TranslationUnit("Close.", "Schließen.", PAIR, HUMAN, State.REVIEWED),
    ]
    tmx.write(folder / "a.tmx", said, source_language="en")
    return folder


@pytest.fixture
def served(book: Path) -> Iterator[Served]:
    """Return the page of the book, in a process of its own."""
    running = Served(book)
    yield running
    running.kill()


@pytest.fixture
def page(served: Served) -> Iterator[Page]:
    """Return the open page; it must ask for nothing elsewhere, and nothing may fail."""
    if not BROWSER:
        pytest.skip("no browser: apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=[*OPTIONS])
        context = browser.new_context(viewport={"width": 1300, "height": 900})
        opened = context.new_page()
        context.set_default_timeout(PATIENCE * 1000)
        faults: list[str] = []
        asked: list[str] = []
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(served.address)
        opened.locator("#list button").first.wait_for()
        yield opened
        own = served.origin, served.origin.replace("127.0.0.1", "localhost"), "data:"
        assert [each for each in asked if not each.startswith(own)] == []
        assert faults == []
        browser.close()


def build(page: Page) -> None:
    """Build the edition by a key, and wait for its pages."""
    page.keyboard.press("Alt+b")
    page.locator("#build-stop").wait_for()
    page.locator("#build-stop").wait_for(state="hidden")
    page.locator("#frame").wait_for()


def choose(page: Page, words: str) -> None:
    """Open the text of the list that has these words."""
    page.locator("#stage").select_option("")
    page.locator("#list button", has_text=words).click()
    page.locator("#source", has_text=words).wait_for()


def test_a_script_that_comes_late_misses_nothing(page: Page) -> None:
    def late(route: Route) -> None:
        time.sleep(1)
        route.continue_()

    page.route("**/review_pages.js", late)
    page.reload()
    page.locator("#no-page", has_text="not built").wait_for()


def test_texts_and_their_places(page: Page) -> None:
    page.locator("#no-page", has_text="not built").wait_for()
    build(page)
    frame = page.frame_locator("#frame")
    # The text that is open is marked at its place, and no other.
    choose(page, "Then wait")
    shown = frame.locator(".amts-shown")
    shown.get_by_text("Then wait.").wait_for()
    assert shown.count() == 1
    # A click in the page opens the sentence under it.
    frame.get_by_role("heading", name="Garten").click()
    page.locator("#source", has_text="Garden").wait_for()
    shown.get_by_text("Garten").wait_for()
    # A text of another document brings its page.
    choose(page, "Water")
    shown.get_by_text("Water the roses.").wait_for()
    # Its script could do nothing.
    tries = frame.locator("body[data-tries]")
    tries.wait_for()
    found = tries.get_attribute("data-tries")
    assert found == (
        '{"document":"refused","token":"refused","top":"refused","api":"refused"}'
    )
    # Nothing outside the edition is asked for.
    choose(page, "Garden")
    frame.get_by_text("https://example.org/").click()
    page.locator("#build-state", has_text="Outside the edition").wait_for()
    # The report leads to texts, too.
    page.locator("#report").click()
    row = frame.locator("tr", has_text="Then wait")
    row.get_by_role("button", name="Open").click()
    page.locator("#source", has_text="Then wait").wait_for()
    for width, light in ((1200, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=light)  # type: ignore[arg-type]
        bad = Axe().run(page).response["violations"]
        assert [each["id"] for each in bad if each["impact"] in GRAVE] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_is_corrected_is_there_after_a_build(book: Path, page: Page) -> None:
    choose(page, "Water")
    page.keyboard.type("Gieße die Rosen.")
    page.keyboard.press("Alt+r")
    page.keyboard.type("Which ones?")
    page.keyboard.press("Control+s")
    page.locator("#saved", has_text="Saved").wait_for()
    [line] = home_file.read(book / "memory" / "de.home.tmx")
    assert (line.target, line.note) == ("Gieße die Rosen.", "Which ones?")
    # What is typed meanwhile is not lost.
    choose(page, "Then wait")
    page.keyboard.type("Warte")
    build(page)
    choose(page, "Water")
    page.frame_locator("#frame").locator(".amts-shown", has_text="Gieße").wait_for()
    assert page.locator("#remark").input_value() == "Which ones?"
    choose(page, "Then wait")
    page.locator("#saved", has_text="Not saved yet").wait_for()
    assert page.locator("#target").inner_text() == "Warte"
    page.locator("#stage").select_option("remarked")
    assert page.locator("#list button").count() == 1


def test_a_build_that_fails_is_told(book: Path, page: Page) -> None:
    (book / "conf.py").write_text(f"{CONF}raise RuntimeError('no rain')\n")
    page.keyboard.press("Alt+b")
    page.locator("#log pre", has_text="no rain").wait_for()
    page.locator("#build-state", has_text="ended with status").wait_for()
    # The texts as they were can be worked on.
    choose(page, "Garden")


def test_a_link_without_the_token_is_for_who_has_the_page_open(
    page: Page, served: Served
) -> None:
    stranger = page.context.browser
    assert stranger is not None
    other = stranger.new_page()
    other.set_default_timeout(PATIENCE * 1000)
    other.goto(f"{served.origin}/")
    other.locator("#counts", has_text="the token is wrong").wait_for()
    name = page.locator("#list button", has_text="Water").get_attribute("data-id")
    other = page.context.new_page()
    other.goto(f"{served.origin}/#/{name}")
    other.locator("#source", has_text="Water").wait_for()
    assert "#" not in other.url


def test_a_text_to_begin_with(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    serve = ["review", "serve", "--book", str(book), "--unit"]
    assert main([*serve, "ffff"]) == 1
    assert "--unit 'ffff': there is none in this edition" in capsys.readouterr().err


# A text at one place


@pytest.mark.parametrize("name", ["work.xlf", "work.po"])
def test_a_text_at_one_place_is_worked_on_alone(book: Path, name: str) -> None:
    text = TEXT.replace("Close.\n", "Close.\n\nShut it.\n\nClose.\n")
    (book / "index.rst").write_text(text, "utf-8")
    here = Place(before="Shut it.")
    bound = TranslationUnit("Close.", "Zu.", PAIR, HUMAN, State.REVIEWED, place=here)
    with home_file.changing(book / "memory" / "de.home.tmx", "en") as home:
        home.add(bound)
        home.write()
    path = book / name
    export = ["review", "export", str(path), "--book", str(book)]
    assert main([*export, "--state", "reviewed"]) == 0
    old = path.read_text("utf-8")
    assert old.count(">Close.</source>") + old.count('msgid "Close."') == 2
    new = old.replace(">Zu.</target>", ">Auf.</target>")
    path.write_text(new.replace('msgstr "Zu."', 'msgstr "Auf."'), "utf-8")
    assert main(["review", "import", str(path), "--book", str(book)]) == 0
    [line] = home_file.read(book / "memory" / "de.home.tmx")
    assert (line.target, line.place, line.corrects) == ("Auf.", here, ("Zu.",))


def test_a_text_at_one_place_on_the_page(book: Path) -> None:
    text = TEXT.replace("Close.\n", "Close.\n\nShut it.\n\nClose.\n")
    (book / "index.rst").write_text(text, "utf-8")
    here = Place(before="Shut it.")
    bound = TranslationUnit("Close.", "Zu.", PAIR, HUMAN, State.REVIEWED, place=here)
    path = book / "memory" / "de.home.tmx"
    with home_file.changing(path, "en") as home:
        home.add(bound)
        home.write()

    def use(at_hand: desk.EditionAtHand) -> None:
        texts = Texts(at_hand, Saver(path, "en", "Ann"))
        units = {u["target"]: u for u in texts.listed()["units"] if u["target"]}
        assert units["Zu."]["source"] == units["Schließen."]["source"] == "Close."
        assert (units["Zu."]["bound"], units["Schließen."]["bound"]) == (True, False)
        asked = {"id": units["Zu."]["id"], "state": "approved", "target": "Auf."}
        [saved] = texts.save([{**asked, "remark": "door"}])
        assert (saved["target"], saved["remark"]) == ("Auf.", "door")
        [line] = home_file.read(path)
        assert (line.target, line.place, line.note) == ("Auf.", here, "door")
        texts.undo()
        [line] = home_file.read(path)
        assert (line.target, line.place, line.note) == ("Zu.", here, "")

    desk.look(book, ["de"], use, print)
