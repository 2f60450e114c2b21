"""How well readers find what the pages of an edition hold, by Sphinx's own script.

Takes editions of one book in one language, written by an HTML builder, and asks each of
them for titles, index entries and runs of characters of its text, in a browser. What is
right is known: the pages whose text holds the query.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from lxml import html

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LENGTHS: Final = (1, 2, 3, 4, 6)
_RUN: Final = re.compile(r"[\u0e00-\u0eff\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_SCRIPTS: Final = ("doctools.js", "sphinx_highlight.js", "language_data.js")
_PAGE: Final = """<!DOCTYPE html><html data-content_root="./"><meta charset="utf-8">
<body><div id="search-results"></div><div id="search-progress"></div><pre></pre>
{scripts}<script>
const found = {{}};
for (const query of {queries}) {{
  const [text, terms, excluded, marked, objects] = Search._parseQuery(query);
  const hits = Search._performSearch(text, terms, excluded, marked, objects);
  found[query] = [...new Set(hits.map((hit) => hit[0]))];
}}
document.querySelector("pre").textContent = JSON.stringify(found);
</script></body></html>
"""


class Score(NamedTuple):
    """What came of some queries."""

    queries: int
    #: Of the pages that hold a query the share that is found, 0–1.
    recall: float
    #: Of the pages that are found the share that holds the query, 0–1.
    precision: float
    #: Queries that find nothing, though a page holds them.
    nothing: int


def texts_of(edition: Path) -> dict[str, str]:
    """Return the text of each page that the search knows, by document."""
    index = json.loads(_index(edition))
    found = {}
    for docname, filename in zip(index["docnames"], index["filenames"], strict=True):
        page = edition / f"{filename.rpartition('.')[0]}.html"
        page = page if page.exists() else edition / docname / "index.html"
        [main, *_] = html.parse(str(page)).xpath("//*[@role='main']")
        for element in main.xpath(
            ".//script | .//style | .//*[contains(@class, 'no-search')]"
            " | .//*[contains(@class, 'headerlink')]"
        ):
            element.drop_tree()
        found[docname] = " ".join(main.text_content().split()).lower()
    return found


def _index(edition: Path) -> str:
    text = (edition / "searchindex.js").read_text("utf-8")
    return text[len("Search.setIndex(") :].rstrip().rstrip(";)")


def queries_of(edition: Path, texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what readers might type, by kind; the same for the same book."""
    index = json.loads(_index(edition))
    chance = random.Random(1)
    kinds = {
        "titles": list(index["alltitles"]),
        "index entries": list(index["indexentries"]),
    }
    runs = [run for text in texts.values() for run in _RUN.findall(text)]
    for length in _LENGTHS:
        pieces = sorted(
            {run[i : i + length] for run in runs for i in range(len(run) - length + 1)}
        )
        kinds[f"{length} characters"] = chance.sample(pieces, min(100, len(pieces)))
    return {kind: [q for q in found if _RUN.search(q)] for kind, found in kinds.items()}


def ask(edition: Path, queries: Sequence[str], browser: str) -> dict[str, list[str]]:
    """Return the documents that Sphinx's script finds for each query."""
    edition = edition.resolve()
    static = edition / "_static"
    parts = [static / name for name in _SCRIPTS if (static / name).exists()]
    parts += [static / "searchtools.js", edition / "searchindex.js"]
    scripts = "".join(f"<script src='{part.as_uri()}'></script>\n" for part in parts)
    with tempfile.TemporaryDirectory(prefix="amts-search-") as home:
        page = Path(home, "page.html")
        text = json.dumps(list(queries), ensure_ascii=False)
        page.write_text(_PAGE.format(scripts=scripts, queries=text), "utf-8")
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu"]
        command += [f"--user-data-dir={home}/profile", "--virtual-time-budget=60000"]
        command += ["--dump-dom", page.as_uri()]
        done = subprocess.run(command, check=True, capture_output=True)
    shown = html.fromstring(done.stdout.decode()).find(".//pre")
    found: dict[str, list[str]] = json.loads("" if shown is None else shown.text or "")
    return found


def score(
    queries: Sequence[str], hits: Mapping[str, list[str]], texts: Mapping[str, str]
) -> Score:
    """Compare what was found with the pages whose text holds the query."""
    recalls, precisions = [], []
    nothing = 0
    for query in queries:
        words = " ".join(query.split()).lower()
        right = {name for name, text in texts.items() if words in text}
        found = set(hits[query])
        if right:
            recalls.append(len(found & right) / len(right))
            nothing += not found
        if found:
            precisions.append(len(found & right) / len(found))
    return Score(len(queries), _mean(recalls), _mean(precisions), nothing)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("editions", nargs="+", type=Path, metavar="OUT")
    parser.add_argument("--query", nargs="+", default=[], help="show the hits of these")
    options = parser.parse_args(arguments)
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        parser.error("there is no Chromium: apt-get install chromium")
    texts = texts_of(options.editions[0])
    kinds = queries_of(options.editions[0], texts)
    wanted = [*dict.fromkeys(q for found in kinds.values() for q in found)]
    print("| edition | queries | number | recall | precision | nothing found |")
    print("|---|---|---|---|---|---|")
    for edition in options.editions:
        hits = ask(edition, [*wanted, *options.query], browser)
        for kind, queries in kinds.items():
            made = score(queries, hits, texts)
            print(
                f"| {edition.name} | {kind} | {made.queries} | {made.recall:.2f}"
                f" | {made.precision:.2f} | {made.nothing} |"
            )
        for query in options.query:
            print(f"{edition.name}: {query}: {len(hits[query])} pages")
        data = (edition / "searchindex.js").read_bytes()
        packed = len(gzip.compress(data))
        print(f"{edition.name}: index {len(data):,} bytes, {packed:,} compressed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
