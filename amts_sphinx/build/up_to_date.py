"""What the last build of an edition made, so that an unchanged one is left alone.

An edition is up to date when nothing that it is made from has changed and every file
that was written then is still there as it was.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amts_sphinx import _compat
from amts_sphinx.edition.plan import FORMAT, REVIEW_DATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.config import Config

    from amts_sphinx.edition.plan import EditionPlan


def digest(plan: EditionPlan, config: Config, extra: object = None) -> str:
    """Return a hash of everything that the edition is made from.

    :param extra: what the builder knows besides, such as the age of its templates
    """
    conf = Path(plan.confdir or plan.srcdir, "conf.py")
    made_from = [
        _compat.stamp(FORMAT),
        conf.read_text("utf-8", "replace") if conf.exists() else "",
        [[value.name, _stable(value.value)] for value in config],
        [plan.locale, plan.format, plan.outdir, sorted(plan.tags)],
        _stable(plan.overrides),
        dict(plan.digests),
        _stable(extra),
        str(plan.site),
    ]
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()


def is_current(plan: EditionPlan, order: str) -> bool:
    """Tell whether the edition was made from the same and is still there."""
    try:
        receipt = json.loads(_path(plan).read_text("utf-8"))
        # It may be of an edition elsewhere, and there be no folder yet.
        return bool(receipt == {"order": order, "files": _files(plan)})
    except (OSError, ValueError):
        return False


def keep(plan: EditionPlan, order: str) -> None:
    """Note that the edition has been made."""
    receipt = {"order": order, "files": _files(plan)}
    _path(plan).write_text(json.dumps(receipt), "utf-8")


def void(plan: EditionPlan) -> None:
    """Forget the last build, before a new one begins."""
    _path(plan).unlink(missing_ok=True)


def _path(plan: EditionPlan) -> Path:
    return Path(plan.home, "receipt.json")


def _files(plan: EditionPlan) -> dict[str, list[int]]:
    """Return size in bytes and time in nanoseconds of every file of the edition."""
    return {
        os.path.relpath(entry.path, plan.outdir): [stat.st_size, stat.st_mtime_ns]
        for entry in _walk(plan.outdir)
        for stat in [entry.stat()]
    }


def _walk(directory: str) -> Iterator[os.DirEntry[str]]:
    """Yield the files below *directory*, without those that are Sphinx's own.

    What reviewers see is left out too: it is written after the edition, and may change
    where the edition does not.
    """
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_file():
                yield entry
            elif entry.is_dir() and not _is_left_out(entry.name):
                yield from _walk(entry.path)


def _is_left_out(name: str) -> bool:
    return name.startswith(".") or name == REVIEW_DATA


def _stable(value: Any) -> Any:
    """Return *value* as JSON can hold it, the same in every process."""
    if isinstance(value, Mapping):
        pairs = [[_stable(key), _stable(item)] for key, item in value.items()]
        return sorted(pairs, key=json.dumps)
    if isinstance(value, (list, tuple)):
        return [_stable(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(_stable, value), key=json.dumps)
    if value is None or isinstance(value, (str, int, float)):
        return value
    # A function, a class or an object: its name does not change with its address.
    return getattr(value, "__qualname__", type(value).__qualname__)
