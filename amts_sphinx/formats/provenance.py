"""Who answers for a target that a file holds, by the words of the tool that wrote it.

Each format has tables of the states that tools write. What we exported ourselves says
its state and maker in our words, with a digest of its texts: it tells whether a person
changed the target since, in a tool that has no states or leaves ours as they are.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from calendar import timegm
from dataclasses import replace
from typing import Final, Literal, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import MarkupError
from amts_sphinx.core.units import HUMAN, Place, State, TranslationUnit
from amts_sphinx.text.copies import is_copy, is_partly_copied

#: The makers of what a tool says that a machine made, or that a memory guessed from
#: another source.
MACHINE: Final = "mt-suggestion"
GUESS: Final = "fuzzy-match"
_STATES: Final = {state.value: state for state in State}
#: What the name of a document in another tool's file ends with.
_SUFFIX: Final = re.compile(r"\.(?:rst|md|txt|ipynb|html?|adoc|xml)$", re.IGNORECASE)
_ABOVE: Final = re.compile(r"^(?:[A-Za-z]:)?(?:\.{0,2}/)+")


class Trust(NamedTuple):
    """Who made a target, and how far it has come."""

    maker: str
    state: State
    #: Whether this was said of this very target: it may be the source again then.
    certain: bool = False


#: A person's, since no tool says otherwise.
PERSON: Final = Trust(HUMAN, State.REVIEWED)
APPROVED: Final = Trust(HUMAN, State.APPROVED, certain=True)
DOUBTFUL: Final = Trust(HUMAN, State.NEEDS_REVIEW)
BY_MACHINE: Final = Trust(MACHINE, State.MACHINE)
GUESSED: Final = Trust(GUESS, State.NEEDS_REVIEW)


def digest(source: str, target: str) -> str:
    """Return a mark of two coded texts by which a change of either is seen."""
    return "-".join(
        hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=6).hexdigest()
        for text in (inline_codes.normalise(source), " ".join(target.split()))
    )


def mark_of(unit: TranslationUnit) -> str:
    """Return the digest to write for *unit*; none where a change would tell nothing."""
    plain = unit.by_human and unit.state in {State.REVIEWED, State.APPROVED}
    if plain and not unit.author and not unit.tool and not _is_copy(unit):
        return ""
    return digest(unit.source, unit.target)


def state_named(name: str) -> State | None:
    """Return the state of ours that is called *name*."""
    return _STATES.get(name)


def all_states() -> str:
    """Return the names of our states, for messages."""
    return ", ".join(_STATES)


def returned(
    unit: TranslationUnit, mark: str, said: Trust | None = None
) -> tuple[TranslationUnit, bool]:
    """Return what we exported once, as it is to be taken now.

    A changed target is the person's who changed it, and so is one that a person
    confirmed. A mark of another source belongs to another unit.

    :param unit: as the file says that we exported it, with the texts of now
    :param mark: the digest of then; empty: a change cannot be seen
    :param said: what the tool's own words say now, if that is not what we wrote
    :returns: the unit, and whether it is certain (see :class:`Trust`)
    """
    what = change(unit, mark)
    if what == "source":
        moved = _anonymous(with_trust(unit, said or PERSON))
        return moved, bool(said and said.certain)
    if what == "target":
        # Whoever approved the former text has not seen this one.
        trust = Trust(HUMAN, said.state if said else State.REVIEWED)
        return _anonymous(with_trust(unit, trust)), False
    if said and (unit.by_human or said.state in {State.REVIEWED, State.APPROVED}):
        return with_trust(unit, said), True
    # A doubt about what a machine made changes nothing.
    return unit, bool(mark) or unit.state is State.APPROVED


def _is_copy(unit: TranslationUnit) -> bool:
    """Tell whether a person left the source, or a part, as it is, and means it."""
    texts = unit.source, unit.target, unit.pair
    return is_copy(*texts) or is_partly_copied(*texts)


def change(unit: TranslationUnit, mark: str) -> Literal["", "source", "target"]:
    """Say which text of *unit* has changed since it was exported.

    :param mark: the digest of then
    :returns: nothing if neither has, or there is no mark
    """
    if not mark:
        return ""
    before, now = mark.split("-"), digest(unit.source, unit.target).split("-")
    if before[0] != now[0]:
        return "source"
    return "" if before == now else "target"


def with_trust(unit: TranslationUnit, trust: Trust) -> TranslationUnit:
    """Return *unit* with the maker and the state of *trust*."""
    return replace(unit, maker=trust.maker, state=trust.state)


def _anonymous(unit: TranslationUnit) -> TranslationUnit:
    """Return *unit* without who wrote its former target."""
    return replace(unit, author="", tool="")


def write_place(place: Place | None) -> str:
    """Return a place as a JSON list of its four texts; nothing for everywhere."""
    return json.dumps(place, ensure_ascii=False) if place else ""


def read_place(text: str) -> Place | None:
    """Undo :func:`write_place`.

    :raises MarkupError: it is no such list
    """
    if not text:
        return None
    try:
        place = Place(*json.loads(text))
    except (TypeError, ValueError) as exc:
        raise MarkupError(f"the place {text!r} is not a list of four texts") from exc
    if not all(isinstance(part, str) for part in place):
        raise MarkupError(f"the place {text!r} is not a list of four texts")
    return place


def document_of(name: str) -> str:
    """Return a document's name from the path that another tool knows it by."""
    return _SUFFIX.sub("", _ABOVE.sub("", name.strip().replace("\\", "/")))


def time_of(date: str) -> int:
    """Return a date of TMX, or of ISO 8601, as seconds since the epoch; 0: none."""
    text = date.strip().removesuffix("Z").replace("-", "").replace(":", "")
    try:
        return timegm(time.strptime(text[:15], "%Y%m%dT%H%M%S"))
    except ValueError:
        return 0
