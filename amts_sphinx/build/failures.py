"""Why editions were not made: one that fails does not stop the others."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from amts_sphinx.core.errors import AmtsError
from amts_sphinx.edition import crash

if TYPE_CHECKING:
    from collections.abc import Iterator


class Failures:
    """The reasons, by the name of the edition."""

    def __init__(self, home: Path) -> None:
        """Take the directory that has a folder for the state of each edition."""
        self._home = home
        self.reasons: dict[str, str] = {}

    @contextmanager
    def of(self, *tags: str) -> Iterator[None]:
        """Note what is raised as the failure of the editions *tags*, and go on.

        An error that a user can mend becomes its message. Any other exception is a
        fault of this package: its traceback goes into a file, which the reason names.
        """
        try:
            yield
        except AmtsError as exc:
            self.add(f"{exc.category}: {exc}", *tags)
        except Exception as exc:  # noqa: BLE001 - the other editions must be finished
            for tag in tags:
                self.add(crash.describe(exc, Path(self._home, tag)), tag)

    def noted(self, tag: str) -> bool:
        """Tell whether there is a reason for the edition *tag*."""
        return f"amts-{tag}" in self.reasons

    def add(self, reason: str, *tags: str) -> None:
        """Note why editions failed; the first reason of each counts."""
        for tag in tags:
            self.reasons.setdefault(f"amts-{tag}", reason)
