"""The edition's own pages beside the texts: its files, with a script that marks texts.

They come from another origin than the page of ``amts review serve``: that one is at
``127.0.0.1`` and the edition at ``localhost``, the same port of the same program. So a
script of the edition can neither read the page nor ask for what only the page may. The
edition's address holds a secret of its own, which opens nothing but the edition. Its
pages may load nothing from elsewhere.
"""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from amts_sphinx.report.locations import Links

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The files that the pages are given, by name; no file of an edition begins so.
FILES: Final = {
    "-amts-marks.js": ("review_marks.js", "text/javascript"),
    "-amts-marks.css": ("review_marks.css", "text/css"),
    "-amts-storage.js": ("review_storage.js", "text/javascript"),
}
#: The folder in addresses in which the quality report stands.
REPORT: Final = "-amts-report"
_TEMPLATES: Final = Path(__file__).parent.parent / "templates"
_HEAD: Final = re.compile(rb"<head\b[^>]*>", re.IGNORECASE)
_HTML: Final = frozenset({".html", ".htm", ".xhtml"})
#: Browsers guess the encoding of these otherwise.
_TEXTS: Final = ("text/", "application/javascript", "application/json")


@dataclass(frozen=True, slots=True)
class EditionPages:
    """The files of one edition, as they are served."""

    #: The folder of the edition.
    folder: Path
    #: The folder of its quality report; ``None``: there is none.
    report: Path | None
    #: Begins the path of each address.
    secret: str
    #: ``127.0.0.1:8000``, where the page is.
    host: str

    @property
    def own_host(self) -> str:
        """The ``Host`` that the edition is served under."""
        return f"localhost:{self.host.rpartition(':')[2]}"

    @property
    def address(self) -> str:
        """The address of the edition; ends in a slash."""
        return f"http://{self.own_host}/{self.secret}/"

    @property
    def headers(self) -> dict[str, str]:
        """What browsers are told of each file."""
        own = f"http://{self.own_host}"
        rule = (
            f"default-src {own} data: blob: 'unsafe-inline' 'unsafe-eval';"
            f" object-src 'none'; base-uri {own}; form-action {own}; frame-ancestors http://{self.host}"
        )
        return {
            "Content-Security-Policy": rule,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        }

    def told(self) -> dict[str, Any]:
        """Return where the pages are, for the page."""
        return {
            "address": self.address,
            "built": (self.folder / "index.html").is_file(),
            "report": self._report_file()
            and f"{self.address}{REPORT}/report.html#to-read",
        }

    def _report_file(self) -> str:
        """Return the path of the report; empty: there is none."""
        path = self.report / "report.html" if self.report else None
        return str(path) if path and path.is_file() else ""

    def find(self, asked: str) -> tuple[bytes, str] | None:
        """Return the content and the type of a file; ``None``: it is not served.

        :param asked: the path after the secret
        """
        if asked in FILES:
            name, kind = FILES[asked]
            return (_TEMPLATES / name).read_bytes(), f"{kind}; charset=utf-8"
        path = self._path(asked)
        if path is None:
            return None
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        content = path.read_bytes()
        if path.suffix.lower() in _HTML:
            return self._marked(content), "text/html; charset=utf-8"
        return content, f"{kind}; charset=utf-8" if kind.startswith(_TEXTS) else kind

    def _path(self, asked: str) -> Path | None:
        """Return the file that an address names, if it is one of the edition."""
        root, inner = self.folder, asked or "index.html"
        if asked.startswith(f"{REPORT}/") and self.report:
            root, inner = self.report, asked.removeprefix(f"{REPORT}/")
        if inner.endswith("/"):
            inner += "index.html"
        parts = PurePosixPath(inner).parts
        # Names with a dot in front are for programs: doctrees, the state of a build.
        if "\\" in inner or "\0" in inner or any(p.startswith(".") for p in parts):
            return None
        try:
            path = root.joinpath(*parts).resolve()
            path.relative_to(root.resolve())
            whole = path.is_file()
        except (OSError, ValueError):  # a link leads elsewhere, or the name is none
            return None
        return path if whole else None

    def _marked(self, content: bytes) -> bytes:
        """Return a page that loads the script of ours, at its end."""
        start = f"/{self.secret}/"
        ours = (
            f'<link rel="stylesheet" href="{start}-amts-marks.css">'
            f'<script src="{start}-amts-marks.js"></script>'
        ).encode()
        first = f'<script src="{start}-amts-storage.js"></script>'.encode()
        content = _HEAD.sub(lambda head: head[0] + first, content, count=1)
        before, end, after = content.rpartition(b"</body>")
        return before + ours + end + after if end else content + ours


def paths(form: str, sources: Mapping[str, Path]) -> dict[str, str]:
    """Return the page of each document, relative to the edition; no page: none.

    :param form: the name of the builder that writes the edition
    :param sources: source files by document
    """
    links = Links(Path(), Path(), form, sources)
    found = {name: unquote(links.page(name)) for name in sources}
    return {name: path for name, path in found.items() if path}
