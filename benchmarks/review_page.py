"""How long the page of ``amts review serve`` takes, in headless Chromium.

::

    python benchmarks/review_page.py [--texts 7330] [--book DIR --language TAG]

Without ``--book`` a book is made: documents of 74 sentences, half of which a person has
translated, so that the home file is large too. Measured are the start of the command,
the first list, the next text, a save, a search, and undo, each in the page itself: from
the key to what is seen. Needs Chromium, playwright and the extra ``review``.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from playwright.sync_api import sync_playwright

from amts_sphinx.core.units import HUMAN, LanguagePair, State, TranslationUnit
from amts_sphinx.memory import home_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

_PAIR: Final = LanguagePair("en", "de")
_IN_DOCUMENT: Final = 74
#: How often each step is done.
_TIMES: Final = 40
_WORDS: Final = (
    "gauge funnel sensor roof wire page tank valve rain wind cloud light north winter"
    " table number series value error method result chapter"
).split()
_CONF: Final = """\
extensions = ["amts_sphinx"]
amts_target_languages = ["de"]
amts_engine = "none"
"""
#: Answers how many milliseconds pass from a key to the next text on the screen.
_NEXT: Final = """() => new Promise((resolve) => {
  const start = performance.now();
  document.addEventListener("amts-opened", () => requestAnimationFrame(
    () => resolve(performance.now() - start)), { once: true });
  document.dispatchEvent(new KeyboardEvent("keydown",
    { altKey: true, code: "ArrowDown", key: "ArrowDown", bubbles: true }));
})"""
#: Answers how many milliseconds pass until the page says that a key has done its work.
_TOLD: Final = """([text, key]) => new Promise((resolve) => {
  const told = document.getElementById("saved");
  const target = document.getElementById("target");
  if (text) {
    target.textContent = text;
    target.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  const start = performance.now();
  const watch = new MutationObserver(() => {
    if (!/Saved|Taken/.test(told.textContent)) return;
    watch.disconnect();
    resolve(performance.now() - start);
  });
  watch.observe(told, { childList: true, characterData: true, subtree: true });
  document.dispatchEvent(new KeyboardEvent("keydown", { ...key, bubbles: true }));
})"""
_SEARCH: Final = """(words) => {
  const start = performance.now();
  document.getElementById("search").value = words;
  document.getElementById("filters").dispatchEvent(new InputEvent("input"));
  document.body.getBoundingClientRect();
  return performance.now() - start;
}"""


def _make(folder: Path, texts: int) -> None:
    """Make a book of so many texts, and a home file with half of them."""
    dice = random.Random(1)
    (folder / "conf.py").write_text(_CONF)
    sentences = [
        f"The {dice.choice(_WORDS)} of text {number} and the {dice.choice(_WORDS)} of"
        f" the {dice.choice(_WORDS)} are read in the {dice.choice(_WORDS)}."
        for number in range(texts)
    ]
    documents = [
        sentences[start : start + _IN_DOCUMENT]
        for start in range(0, texts, _IN_DOCUMENT)
    ]
    names = [f"part{number}" for number in range(len(documents))]
    for name, mine in zip(names, documents, strict=True):
        title = f"Document {name}"
        body = "\n\n".join(mine)
        (folder / f"{name}.rst").write_text(f"{title}\n{'=' * len(title)}\n\n{body}\n")
    tree = "\n".join(f"   {name}" for name in names)
    (folder / "index.rst").write_text(f"Book\n====\n\n.. toctree::\n\n{tree}\n")
    with home_file.changing(folder / "memory" / "de.home.tmx", "en") as home:
        for text in sentences[::2]:
            home.add(TranslationUnit(text, f"DE {text}", _PAIR, HUMAN, State.REVIEWED))
        home.write()


@contextmanager
def _served(book: Path, language: str) -> Iterator[str]:
    """Serve the page, and give its address."""
    command = [sys.executable, "-m", "amts_sphinx", "review", "serve"]
    start = time.perf_counter()
    with subprocess.Popen(
        [*command, "--book", str(book), "--language", language],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        print(f"the command is ready after {time.perf_counter() - start:.1f} s")
        yield address
        process.send_signal(signal.SIGINT)


def _tell(name: str, times: list[float]) -> None:
    print(
        f"{name:14} median {statistics.median(times):6.1f} ms, most"
        f" {max(times):6.1f} ms, of {len(times)}"
    )


def _measure(page: Page, address: str) -> None:
    """Print how long each step takes."""
    start = time.perf_counter()
    page.goto(address)
    page.locator("#list button").first.wait_for()
    first = time.perf_counter() - start
    page.wait_for_function("document.getElementById('source').textContent")
    second = time.perf_counter() - start
    print(f"first list after {first:.2f} s, first text after {second:.2f} s")
    print(page.locator("#counts").inner_text())
    _tell("next text", [page.evaluate(_NEXT) for _ in range(_TIMES)])
    control = {"ctrlKey": True, "key": "s", "code": "KeyS"}
    saves = []
    for each in page.evaluate(
        "window.amtsReview.all().filter((each) => !each.target).slice(0, 400)"
    ):
        page.evaluate("(id) => window.amtsReview.open(id)", each["id"])
        if page.locator("#chips button").count() == 0:
            text = f"DE {each['source']}"
            saves.append(page.evaluate(_TOLD, [text, control]))
        if len(saves) == _TIMES:
            break
    _tell("save", saves)
    undo: dict[str, Any] = {"altKey": True, "key": "u", "code": "KeyU"}
    _tell("undo", [page.evaluate(_TOLD, ["", undo]) for _ in range(len(saves) // 2)])
    searches = [page.evaluate(_SEARCH, words) for words in ("the", "wi", "1", "DE", "")]
    _tell("search", searches)


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=7330)
    parser.add_argument("--book", type=Path)
    parser.add_argument("--language", default="de")
    options = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as made, sync_playwright() as driver:
        book = options.book or Path(made)
        if not options.book:
            _make(book, options.texts)
        with _served(book, options.language) as address:
            opened = driver.chromium.launch(
                executable_path=browser, args=["--headless", "--no-sandbox"]
            )
            page = opened.new_page(viewport={"width": 1300, "height": 900})
            page.set_default_timeout(0)
            _measure(page, address)
            opened.close()


if __name__ == "__main__":
    main()
