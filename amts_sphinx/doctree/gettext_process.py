"""The process that reads a book with its catalogues; see the module ``gettext``."""

from __future__ import annotations

import pickle
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sphinx.errors import SphinxError

from amts_sphinx.doctree import gettext

if TYPE_CHECKING:
    from amts_sphinx.doctree.gettext import Reading


def main(order: str, answer: str) -> int:
    """Do the reading that is written at *order*, and write what was read."""
    reading = cast("Reading", pickle.loads(Path(order).read_bytes()))
    try:
        found = gettext.read(reading)
    except SphinxError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    except Exception as exc:  # noqa: BLE001 - whoever started this process tells it
        traceback.print_exc()
        sys.stderr.write(f"{type(exc).__name__}: {exc}\n")
        return 1
    Path(answer).write_bytes(pickle.dumps(found, pickle.HIGHEST_PROTOCOL))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
