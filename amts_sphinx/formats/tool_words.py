"""What tools say of a text in fields of their own: in properties of TMX, in columns.

Each tool has other names for the same few things. They are known here by the words that
they have in common, whatever stands before them and between them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from amts_sphinx.formats import provenance
from amts_sphinx.formats.machine_names import is_machine

if TYPE_CHECKING:
    from collections.abc import Iterable

    from amts_sphinx.formats.provenance import Trust

#: What says by its value where a text comes from, or how far it has come.
_ORIGINS: Final = frozenset(
    "origin matchtype matchorigin transorigin engine mtengine translationengine"
    " translationorigin translator status state".split()
)
_STATES: Final = frozenset(
    "status state quality confirmationlevel translationstatus".split()
)
#: What says by "yes" that a text is a machine's, or to be looked at; by "no" that
#: nobody has looked at it.
_MACHINES: Final = frozenset("mt ismt machinetranslated machinetranslation".split())
_OPEN: Final = frozenset("fuzzy isfuzzy needsreview needswork draft".split())
_DONE: Final = frozenset("approved isapproved confirmed reviewed".split())
_NOT_DONE: Final = re.compile(
    r"draft|fuzzy|needs|rejected|unconfirmed|unreviewed|untranslated|not\b|new$"
    r"|initial$",
    re.IGNORECASE,
)
_NO: Final = frozenset({"0", "false", "no", "none", "n"})
_BESIDE_WORDS: Final = re.compile(r"^x[-_]|[\W_]")


def plain_name(name: str) -> str:
    """Return the words of a field's name: ``x-Match-Type`` is ``matchtype``."""
    return _BESIDE_WORDS.sub("", name.strip().lower())


def trust_of(
    fields: Iterable[tuple[str, str]], author: str = "", tool: str = ""
) -> Trust:
    """Return who answers for a target; a person, if nothing is said otherwise.

    :param fields: names and values, as a file has them
    :param author: who is said to have written it
    :param tool: what is said to have written it
    """
    said = [(plain_name(name), value.strip()) for name, value in fields]
    if is_machine(author) or (not author and is_machine(tool)):
        return provenance.BY_MACHINE
    if any(
        (name in _ORIGINS and is_machine(value))
        or (name in _MACHINES and _is_yes(value))
        for name, value in said
    ):
        return provenance.BY_MACHINE
    doubtful = any(
        (name in _STATES and _NOT_DONE.match(value))
        or (name in _OPEN and _is_yes(value))
        or (name in _DONE and value.lower() in _NO)
        for name, value in said
    )
    return provenance.DOUBTFUL if doubtful else provenance.PERSON


def _is_yes(value: str) -> bool:
    return bool(value) and value.lower() not in _NO
