"""The engines: their protocol, how one is made by its name, and those that ship.

This is the import path for engines of other packages::

    from amts_sphinx.engine import Request, Translation, read_options
"""

from amts_sphinx.core.units import LanguagePair, Location, Request, Translation
from amts_sphinx.engine.legacy import Bill
from amts_sphinx.engine.options import read_options
from amts_sphinx.engine.protocol import (
    Batching,
    Commission,
    CreateEngine,
    Engine,
    Learner,
    Paid,
    Progress,
    Versatile,
    quiet,
)
from amts_sphinx.engine.registry import GROUP, create_engine, engine_names

__all__ = [
    "GROUP",
    "Batching",
    "Bill",
    "Commission",
    "CreateEngine",
    "Engine",
    "LanguagePair",
    "Learner",
    "Location",
    "Paid",
    "Progress",
    "Request",
    "Translation",
    "Versatile",
    "create_engine",
    "engine_names",
    "quiet",
    "read_options",
]
