"""What a whole book costs by Amazon Translate, in requests, characters and time.

::

    python benchmarks/amazon.py BOOK [--pairs FILE] [--mode realtime]

BOOK is a folder of Markdown. All of its distinct segments are translated through
``amts endpoint``, which runs in a process of its own, so that the CPU seconds and the
memory told are the engine's. FILE holds what people translated; without it the endpoint
answers with pseudo-translations, and fast. The endpoint's own CPU seconds are told too,
where Linux tells them; the engine waits for them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx import formats
from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import LanguagePair, Request
from amts_sphinx.engine.protocol import quiet
from amts_sphinx.engine.registry import create_engine
from amts_sphinx.readers import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

_URL: Final = re.compile(r"AWS_ENDPOINT_URL=(\S+)")


def main() -> None:
    """Print what one translation of the book took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("book", type=Path)
    parser.add_argument("--languages", nargs=2, default=("en", "zh"))
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--mode", choices=("batch", "realtime"), default="batch")
    options = parser.parse_args()
    pair = LanguagePair(*(find_language(tag).tag for tag in options.languages))
    sources = _sources(options.book, pair.source)
    units = list(formats.read(options.pairs, pair)) if options.pairs else []
    with endpoint() as (url, served), tempfile.TemporaryDirectory() as home:
        os.environ["AWS_ENDPOINT_URL"] = url
        settings = {
            "region": "us-west-2",
            "bucket": "books",
            "role_arn": "arn:aws:iam::123456789012:role/translate",
            "mode": options.mode,
            "poll": 1.0,
        }
        engine: Any = create_engine("amazon", settings)
        trained = engine.train(pair, units, Path(home), {})
        requests = [Request(source) for source in sources]
        bill = trained.bill(requests, pair)
        theirs = _cpu(served)
        wall, cpu = time.perf_counter(), time.process_time()
        made = trained.translate(requests, pair, quiet)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        theirs = _cpu(served) - theirs
        usage = json.load(urllib.request.urlopen(f"{url}/_amts/usage"))  # noqa: S310
    targets = [translation.target for translation in made]
    damaged = sum(
        target is not None and inline_codes.verify(source, target) != ""
        for source, target in zip(sources, targets, strict=True)
    )
    print(f"{len(sources):,} distinct segments, {len(units):,} pairs of people")
    print(f"{targets.count(None):,} left, {damaged:,} with damaged codes")
    print(f"{bill.amount:,} {bill.unit} by the estimate, ${bill.dollars:,.2f}")
    billed, twice = usage["characters"], usage["repeated_characters"]
    print(
        f"{billed:,} billed, {twice:,} of them for words that other segments have too"
    )
    for name, counts in usage["operations"].items():
        print(f"{counts['requests']:8,} × {name}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{wall:.1f} s wall, {cpu:.1f} s CPU of the engine and {theirs:.1f} s of the"
        f" endpoint; {peak:,} MB of the engine at most"
    )


def _cpu(process: int) -> float:
    """Return the CPU seconds that another process has used; 0 where nobody tells."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2]
    except OSError:
        return 0.0
    user, system = fields.split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _sources(book: Path, language: str) -> list[str]:
    """Return the distinct segments with words, in order."""
    found = {
        segment.source: None
        for _, containers in sorted(markdown.read_tree(book, language).items())
        for container in containers
        for segment in container.segments
    }
    return [source for source in found if inline_codes.has_words(source)]


@contextmanager
def endpoint() -> Iterator[tuple[str, int]]:
    """Serve in another process; give the address, and the process."""
    command = [sys.executable, "-u", "-m", "amts_sphinx", "endpoint", "--port", "0"]
    command += ["--bucket", "books", "--delay", "0", "--no-quotas"]
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "rehearsal")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "rehearsal")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if found := _URL.search(line):
                    yield found[1], process.pid
                    break
        finally:
            process.terminate()
            process.communicate()


if __name__ == "__main__":
    main()
