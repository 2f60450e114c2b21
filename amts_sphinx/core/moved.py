"""Import paths that engines written for amts_sphinx 0.1 use: gone with next release.

A former module stands in :data:`sys.modules` as an empty one. Whoever takes a name out
of it gets that of the present module, and a :class:`DeprecationWarning`.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

#: Former modules → present ones.
MODULES: Final = {
    "amts_sphinx.codes": "amts_sphinx.core.inline_codes",
    "amts_sphinx.errors": "amts_sphinx.core.errors",
    "amts_sphinx.languages": "amts_sphinx.core.languages",
    "amts_sphinx.terminology": "amts_sphinx.formats.terminology",
    "amts_sphinx.units": "amts_sphinx.core.units",
}
#: Names that are called otherwise now, or differ from the present ones.
_NAMES: Final = {
    ("amts_sphinx.codes", "Token"): ("amts_sphinx.core.inline_codes", "CodedPiece"),
    ("amts_sphinx.errors", "EnginePartialError"): (
        "amts_sphinx.engine.legacy",
        "EnginePartialError",
    ),
    ("amts_sphinx.languages", "LANGUAGES"): (
        "amts_sphinx.engine.amazon.languages",
        "LANGUAGES",
    ),
}


class _FormerModule(ModuleType):
    """A module that has moved."""

    def __getattr__(self, name: str) -> Any:
        """Return the name from where it is now.

        :raises AttributeError: it is not there
        """
        former = self.__name__
        if name.startswith("__"):  # what Python itself asks every module for
            raise AttributeError(f"module {former!r} has no attribute {name!r}")
        module, present = _NAMES.get((former, name), (MODULES[former], name))
        found = getattr(import_module(module), present)
        warnings.warn(
            f"{former}.{name} is gone with the next release; it is {module}.{present}",
            DeprecationWarning,
            stacklevel=2,
        )
        return found


def install() -> None:
    """Let the former modules be imported."""
    for name in MODULES:
        module = _FormerModule(name, f"Moved to {MODULES[name]}.")
        module.__spec__ = ModuleSpec(name, None)
        package, _, own = name.rpartition(".")
        setattr(sys.modules[package], own, module)
        sys.modules[name] = module
