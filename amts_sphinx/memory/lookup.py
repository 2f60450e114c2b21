"""What a memory knows of given texts; nothing here writes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx.core import inline_codes
from amts_sphinx.core.languages import closest
from amts_sphinx.core.units import (
    HUMAN,
    LanguagePair,
    Match,
    Severity,
    TranslationUnit,
)
from amts_sphinx.memory import schema, statements
from amts_sphinx.memory.connection import told
from amts_sphinx.memory.schema import BATCH, STANDS, UNIT, unit_of
from amts_sphinx.memory.statements import Conflict, Origin, Statement

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import (
        Callable,
        Collection,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )
    from pathlib import Path

    from amts_sphinx.memory.fuzzy_kept import KeptMatches
    from amts_sphinx.memory.fuzzy_match import Likeness

#: The columns of a statement, after those of its unit.
STATEMENT: Final = f"{UNIT}, origin, number, part, retired, kept"
#: STANDS, for a query that has found its rows by another index than that of origins.
STANDS_BY_ROW: Final = STANDS.replace("origin IN", "+origin IN")


class Refusal(NamedTuple):
    """Why an engine's translation is not published: what a finding says of it."""

    check: str
    severity: Severity
    message: str


class Lookup:
    """The questions about given texts that a memory answers from its file."""

    def __init__(self, path: Path, db: sqlite3.Connection) -> None:
        #: The file, as an absolute path.
        self.path: Final = path
        self._db: Final = db
        #: Made when it is first asked for.
        self._likeness: Likeness | None = None

    def recall(
        self,
        pair: LanguagePair,
        maker: str | Callable[[str], Sequence[str]],
        sources: Iterable[str],
    ) -> dict[str, TranslationUnit]:
        """Return what is published of *sources*, by the key of each.

        A person's unit comes before the one of *maker*; no other machine's is returned.
        :func:`amts_sphinx.memory.statements.choose` says which person's. Where there is
        no person's in *pair*, one in a language that comes near it will do.

        :param maker: of all sources, or what returns those of each, the best first
        :param sources: coded texts, repetitions allowed
        """
        known = _by_key(sources)
        one = None if callable(maker) else (maker, HUMAN)
        found: dict[str, TranslationUnit] = {}
        for key, said in self._said(pair, known, makers=one):
            makers = maker(known[key]) if callable(maker) else (maker,)
            if chosen := statements.choose(said, makers):
                found[key] = chosen.unit
        for near in self._near(pair):
            rest = [k for k in known if k not in found or not found[k].by_human]
            for key, said in self._said(near, rest, makers=(HUMAN,)):
                if chosen := statements.choose(said):
                    found[key] = replace(chosen.unit, pair=pair)
        return found

    def _near(self, pair: LanguagePair) -> list[LanguagePair]:
        """Return the pairs that there are beside *pair* and come near it, in order.

        What people wrote for another region is better than nothing; see
        :func:`amts_sphinx.core.languages.closest`.
        """
        there = [each for each in self._pairs() if each != pair]
        return [
            LanguagePair(source, target)
            for target in _nearest(pair.target, {each.target for each in there})
            for source in _nearest(pair.source, {each.source for each in there})
            if (source, target) in there
        ]

    def _pairs(self) -> Iterator[LanguagePair]:
        """Yield the pairs that there are, by the index: not unit by unit."""
        query = (
            "SELECT source_language, target_language FROM unit WHERE"
            " (source_language, target_language) > (?, ?)"
            " ORDER BY source_language, target_language LIMIT 1"
        )
        last = LanguagePair("", "")
        with told(self.path, "read"):
            while row := self._db.execute(query, last).fetchone():
                last = LanguagePair(*row)
                yield last

    def pairs(self) -> list[LanguagePair]:
        """Return the directions in which something stands, sorted."""
        query = (
            "SELECT 1 FROM unit WHERE source_language = ? AND target_language = ?"
            f" AND part = 0 AND {STANDS_BY_ROW} LIMIT 1"
        )
        with told(self.path, "read"):
            return sorted(
                pair
                for pair in self._pairs()
                if self._db.execute(query, pair).fetchone()
            )

    def statements(
        self, pair: LanguagePair, sources: Iterable[str]
    ) -> dict[str, list[Statement]]:
        """Return all that was ever said of *sources*, by key; the retired too."""
        return dict(self._said(pair, _by_key(sources), retired=True))

    def conflicts(
        self, pair: LanguagePair, sources: Iterable[str] | None = None
    ) -> dict[str, list[Conflict]]:
        """Return the conflicts between people about *sources*, by key.

        :param sources: coded texts; all of the memory when they are missing
        """
        if sources is None:
            query = (
                "SELECT key FROM unit WHERE source_language = ? AND target_language = ?"
                f" AND maker = ? AND part = 0 AND {STANDS}"
                " GROUP BY key HAVING count(DISTINCT target) > 1"
            )
            with told(self.path, "read"):
                rows = self._db.execute(query, (*pair, HUMAN)).fetchall()
            sources = [key for (key,) in rows]
        found = {}
        for key, said in self._said(pair, _by_key(sources), makers=(HUMAN,)):
            if between := statements.conflicts(said):
                found[key] = between
        return found

    def best(
        self, pair: LanguagePair, sources: Iterable[str], *, parts: bool = True
    ) -> dict[str, Statement]:
        """Return which person's statement is published of each of *sources*, by key.

        :param parts: whether sentences derived from paragraphs count
        """
        found = {}
        for key, said in self._said(pair, _by_key(sources), makers=(HUMAN,)):
            if chosen := statements.choose(s for s in said if parts or not s.part):
                found[key] = chosen
        return found

    def same_words(
        self, pair: LanguagePair, sources: Iterable[str]
    ) -> dict[str, Statement]:
        """Return people's statements on sources that differ in their codes alone.

        :returns: by key of each of *sources*, the best one
        """
        keys = {schema.words_of(s): key for key, s in _by_key(sources).items()}
        found: dict[str, list[Statement]] = defaultdict(list)
        rest = iter(sorted(keys))
        while batch := list(islice(rest, BATCH)):
            # The sign + keeps SQLite from another index, which finds far too many.
            query = (
                f"SELECT {STATEMENT} FROM unit WHERE words IN ({schema.marks(batch)})"
                f" AND maker = '{HUMAN}' AND +source_language = ?"
                f" AND +target_language = ? AND {STANDS_BY_ROW} ORDER BY key, id"
            )
            for each in self._statements(query, (*batch, *pair)):
                key = keys[schema.words_of(each.unit.source)]
                if each.is_general and each.unit.key != key:
                    found[key].append(each)
        chosen = {key: statements.choose(said) for key, said in found.items()}
        return {key: each for key, each in chosen.items() if each}

    def bound(self, pair: LanguagePair) -> dict[str, list[Statement]]:
        """Return people's standing statements that hold at one place, by key."""
        query = (
            f"SELECT {STATEMENT} FROM unit WHERE place <> '' AND source_language = ?"
            f" AND target_language = ? AND maker = ? AND {STANDS_BY_ROW} ORDER BY id"
        )
        found: dict[str, list[Statement]] = defaultdict(list)
        for each in self._statements(query, (*pair, HUMAN)):
            found[each.unit.key].append(each)
        return dict(found)

    def of_document(self, pair: LanguagePair, document: str) -> list[Statement]:
        """Return people's standing statements on sources that a document had."""
        query = (
            f"SELECT {STATEMENT} FROM unit WHERE document = ? AND document <> ''"
            f" AND source_language = ? AND target_language = ? AND maker = ?"
            f" AND {STANDS_BY_ROW} ORDER BY id"
        )
        return self._statements(query, (document, *pair, HUMAN))

    def refused(self, pair: LanguagePair, maker: str) -> dict[str, Refusal]:
        """Return what *maker* could not translate, by the key of its source."""
        query = (
            "SELECT key, finding, severity, message FROM refusal"
            " WHERE (source_language, target_language, maker) = (?, ?, ?)"
        )
        with told(self.path, "read"):
            rows = self._db.execute(query, (*pair, maker)).fetchall()
        return {key: Refusal(check, Severity(s), m) for key, check, s, m in rows}

    def has_people(self) -> bool:
        """Tell whether a person ever said anything, in whatever languages."""
        # Its maker is written out, so that the index of people's units is used.
        query = f"SELECT EXISTS (SELECT 1 FROM unit WHERE maker = '{HUMAN}')"
        with told(self.path, "read"):
            (found,) = self._db.execute(query).fetchone()
        return bool(found)

    def fuzzy(
        self,
        pair: LanguagePair,
        sources: Iterable[str],
        *,
        cutoff: int = 70,
        limit: int = 1,
        kept: KeptMatches | None = None,
        by_people: bool = False,
    ) -> dict[str, list[Match]]:
        """Return the units whose sources are most like each of *sources*, best first.

        They are for people to look at: a near match can lack a "not". Drafts are left
        out. Of several makers' units of one source a person's is returned, else that
        which changed last.

        :param cutoff: the least score, 1–100
        :param limit: the most matches of one source
        :param kept: the matches of the last time, for the same direction; of what has
            changed nothing they are taken again, and it is brought up to date
        :param by_people: whether only what people made is returned: what an engine made
            of a like sentence proves nothing
        :raises ValueError: *cutoff* or *limit* is out of bounds
        """
        from amts_sphinx.memory.fuzzy_match import EXACT, Likeness  # it loads numpy

        if not 1 <= cutoff <= EXACT or limit < 1:
            raise ValueError(
                f"cutoff must be 1–100 and limit 1 or more, not {cutoff} and {limit}"
            )
        if self._likeness is None:
            self._likeness = Likeness(self.path, self._db, self._said)
        return self._likeness.find(
            pair, sources, cutoff, limit, kept, by_people=by_people
        )

    def _statements(self, query: str, asked: Sequence[object]) -> list[Statement]:
        origins = self._origins()
        with told(self.path, "read"):
            rows = self._db.execute(query, tuple(asked)).fetchall()
        return [self._statement(row, origins) for row in rows]

    def _statement(
        self, row: Sequence[Any], origins: Mapping[int, Origin]
    ) -> Statement:
        *fields, origin, number, part, retired, kept = row
        unit = unit_of(self.path, fields)
        return Statement(unit, origins[origin], number, bool(part), retired, bool(kept))

    def _said(
        self,
        pair: LanguagePair,
        keys: Collection[str],
        *,
        makers: Sequence[str] | None = None,
        retired: bool = False,
    ) -> Iterator[tuple[str, list[Statement]]]:
        """Yield each of *keys* of which something is said, with what is said of it."""
        asked = f" AND maker IN ({schema.marks(makers)})" if makers is not None else ""
        asked += "" if retired else f" AND {STANDS}"
        origins = self._origins()
        # Neighbours stand on one page of the file.
        rest = iter(sorted(keys))
        while batch := list(islice(rest, BATCH)):
            query = (
                f"SELECT key, {STATEMENT} FROM unit WHERE source_language = ?"
                f" AND target_language = ? AND key IN ({schema.marks(batch)}){asked}"
                " ORDER BY id"
            )
            found: dict[str, list[Statement]] = defaultdict(list)
            with told(self.path, "read"):
                rows = self._db.execute(query, (*pair, *batch, *(makers or ())))
                for key, *fields in rows:
                    found[key].append(self._statement(fields, origins))
            yield from found.items()

    def _origins(self) -> dict[int, Origin]:
        with told(self.path, "read"):
            rows = self._db.execute("SELECT id, kind, name, rank FROM origin")
            return {number: Origin(*rest) for number, *rest in rows}


def _nearest(wanted: str, tags: set[str]) -> Iterator[str]:
    """Yield those of *tags* that come near a language, the nearest first."""
    rest = set(tags)
    while tag := closest(wanted, rest):
        yield tag
        rest.discard(tag)


def _by_key(sources: Iterable[str]) -> dict[str, str]:
    """Return *sources* by key, without those that no memory can hold."""
    known: dict[str, str] = {}
    for source in sources:
        if schema.storable(source):
            known.setdefault(inline_codes.normalise(source), source)
    return known
