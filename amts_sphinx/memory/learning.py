"""Write what an origin says into a memory: what is new, what is retired, what is back.

Nothing that a person said is deleted: what an origin does not say any more is retired,
so that it can be shown and offered, but counts no longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from amts_sphinx.core.units import HUMAN
from amts_sphinx.memory import paragraphs, schema
from amts_sphinx.memory.migration import ENGINE_RANK, IMPORTED_RANK, LOCAL_RANK
from amts_sphinx.memory.statements import CATALOGUE, ENGINE, FILE, IMPORTED, LOCAL

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Iterator

    from amts_sphinx.core.units import LanguagePair, TranslationUnit

#: A file that has this part of its former units, or less, has shrunk.
_SHRUNK: Final = 0.9
_FIELDS: Final = f"number, content, {schema.FIELDS}"
_MARKS: Final = schema.marks(_FIELDS.split(","))
_RANKS: Final = {
    LOCAL: LOCAL_RANK,
    FILE: IMPORTED_RANK - 2,
    CATALOGUE: IMPORTED_RANK - 1,
    IMPORTED: IMPORTED_RANK,
    ENGINE: ENGINE_RANK,
}
#: The place of a statement in its file, where that has several of one source; else 0,
#: so that a line that leaves a file changes no other.
_NUMBER: Final = """
CASE WHEN (source_language, target_language, key) IN
    (SELECT source_language, target_language, key FROM incoming
        GROUP BY source_language, target_language, key HAVING count(*) > 1)
    THEN number ELSE 0 END
"""
# What holds everywhere comes after what is bound to a place: who reads the table alone
# and lets the last row of a source count gets what most pages say.
_NUMBERED: Final = f"""
INSERT INTO unit (origin, {_FIELDS})
SELECT ?, {_NUMBER}, content, {schema.FIELDS}
FROM incoming WHERE content NOT IN (SELECT content FROM unit WHERE origin = ?)
ORDER BY place = '', number
"""
_MOVED: Final = f"""
SELECT i.nth, i.document, i.line, i.replaced, u.id FROM
    (SELECT {_NUMBER} AS nth, content, document, line, replaced FROM incoming) AS i
JOIN unit AS u ON u.origin = ? AND u.content = i.content
WHERE u.retired <> 0 OR u.document <> i.document OR u.line IS NOT i.line
    OR u.replaced <> i.replaced OR u.number <> i.nth
"""
_INSERT: Final = f"INSERT OR REPLACE INTO unit (origin, {_FIELDS}) VALUES (?, {_MARKS})"
#: The numbers of what is incoming of texts of which something is said already.
_THERE: Final = """
SELECT i.number FROM incoming AS i WHERE EXISTS (
    SELECT 1 FROM unit AS u WHERE u.source_language = i.source_language
    AND u.target_language = i.target_language AND u.key = i.key
)
"""


def gather(
    db: sqlite3.Connection,
    units: Iterable[TranslationUnit],
    now: int,
    *,
    split: bool,
    dated: bool = False,
) -> int:
    """Put *units* into the temporary table ``incoming``; return how many there are.

    Of equal ones the last stays.

    :param split: whether sentences are derived from people's paragraphs
    :param dated: whether the date of a change is part of what is said
    :raises MarkupError: a unit must not be kept
    """
    db.execute("DROP TABLE IF EXISTS temp.incoming")
    db.execute(schema.INCOMING)
    insert = f"INSERT OR REPLACE INTO temp.incoming ({_FIELDS}) VALUES ({_MARKS})"
    db.execute("BEGIN")
    try:
        db.executemany(insert, _rows(units, now, split=split, dated=dated))
    finally:
        db.execute("COMMIT")
    (count,) = db.execute("SELECT count(*) FROM incoming WHERE part = 0").fetchone()
    return int(count)


def _rows(
    units: Iterable[TranslationUnit], now: int, *, split: bool, dated: bool
) -> Iterator[schema.Row]:
    number = 0
    for unit in units:
        derived = paragraphs.parts(unit) if split and unit.by_human else ()
        for each, part in ((unit, False), *((part, True) for part in derived)):
            row = schema.row_of(each, now, part=part)
            number += 1
            yield number, schema.content_of(row, dated=dated), *row


def origin_id(db: sqlite3.Connection, kind: str, name: str) -> int:
    """Return the id of an origin, which is made if it is new, and counts from now."""
    rank = _RANKS.get(kind, IMPORTED_RANK - 1)
    db.execute(
        "INSERT OR IGNORE INTO origin (kind, name, rank) VALUES (?, ?, ?)",
        (kind, name, rank),
    )
    db.execute(
        "UPDATE origin SET rank = ? WHERE kind = ? AND name = ? AND rank IS NULL",
        (rank, kind, name),
    )
    query = "SELECT id FROM origin WHERE kind = ? AND name = ?"
    return int(db.execute(query, (kind, name)).fetchone()[0])


def replace_all(
    db: sqlite3.Connection,
    origin: int,
    digest: str,
    unusable: Collection[tuple[LanguagePair, str]],
    now: int,
) -> int:
    """Let *origin* say what ``incoming`` holds and nothing else; return what is new.

    :param unusable: languages and keys of its lines that cannot be used: what they said
        before stands
    """
    db.execute(
        "UPDATE unit SET retired = ? WHERE origin = ? AND retired = 0"
        " AND content NOT IN (SELECT content FROM incoming)",
        (now, origin),
    )
    moved = db.execute(_MOVED, (origin,)).fetchall()
    db.executemany(
        "UPDATE unit SET number = ?, document = ?, line = ?, replaced = ?, retired = 0"
        " WHERE id = ?",
        moved,
    )
    new = db.execute(_NUMBERED, (origin, origin)).rowcount
    _keep(db, origin, unusable)
    query = (
        "SELECT (SELECT count(*) FROM incoming WHERE part = 0)"
        " + (SELECT count(*) FROM unit WHERE origin = ? AND kept = 1"
        " AND (source_language, target_language, key) NOT IN"
        " (SELECT source_language, target_language, key FROM incoming))"
    )
    (units,) = db.execute(query, (origin,)).fetchone()
    db.execute(
        "UPDATE origin SET digest = ?, units = ?,"
        " peak = CASE WHEN ? > peak * ? THEN ? ELSE peak END WHERE id = ?",
        (digest, units, units, _SHRUNK, units, origin),
    )
    return max(new, 0) + len(moved)


def _keep(
    db: sqlite3.Connection,
    origin: int,
    unusable: Collection[tuple[LanguagePair, str]],
) -> None:
    """Let stand what was said by lines that have become unusable."""
    # What was kept, and what was retired last, of each source.
    db.execute("UPDATE unit SET kept = 0 WHERE origin = ? AND kept = 1", (origin,))
    db.executemany(
        "UPDATE unit SET kept = 1 WHERE id = (SELECT id FROM unit AS u"
        " WHERE u.source_language = ? AND u.target_language = ? AND u.key = ?"
        " AND u.origin = ? AND u.part = 0 AND NOT EXISTS (SELECT 1 FROM unit AS said"
        " WHERE said.source_language = u.source_language"
        " AND said.target_language = u.target_language AND said.key = u.key"
        " AND said.origin = u.origin AND said.retired = 0 AND said.maker = u.maker)"
        f" ORDER BY u.maker <> '{HUMAN}', u.retired DESC, u.number DESC LIMIT 1)",
        ((*pair, key, origin) for pair, key in unusable),
    )


def add(db: sqlite3.Connection) -> int:
    """Keep what ``incoming`` holds beside the rest; return how much is news.

    What came without a file replaces what its maker said before of the same source.
    """
    query = f"SELECT {_FIELDS} FROM incoming ORDER BY number"
    rows = db.execute(query).fetchall()
    latest = {(*row[2:6], row[16]): row for row in rows}
    makers = {str(row[5]) for row in rows}
    origins = {
        maker: origin_id(db, *((LOCAL, "") if maker == HUMAN else (ENGINE, maker)))
        for maker in makers
    }
    # Most is new, as all of a book's first build, and needs no look at what is there.
    there = {number for (number,) in db.execute(_THERE)}
    new = [row for row in latest.values() if row[0] not in there]
    db.executemany(_INSERT, ((origins[str(row[5])], 0, *row[1:]) for row in new))
    return len(new) + sum(
        _say(db, origins[str(row[5])], row)
        for row in latest.values()
        if row[0] in there
    )


_SAID: Final = (
    f"SELECT id, {_FIELDS} FROM unit WHERE source_language = ? AND target_language = ?"
    " AND key = ? AND origin = ? AND place = ? AND retired = 0"
)


def _say(db: sqlite3.Connection, origin: int, row: schema.Row) -> int:
    """Let *origin* say one thing; return 1 if that is news."""
    where = (*row[2:5], origin, row[16])
    said = db.execute(_SAID, where).fetchone()
    fields = list(row)
    if said:
        number, _, content, *_ = said
        former = said[1:]
        _carry_over(fields, former)
        if content == row[1]:
            if tuple(fields[9:12]) == former[9:12]:
                return 0
            db.execute(
                "UPDATE unit SET document = ?, line = ?, replaced = ? WHERE id = ?",
                (*fields[9:12], number),
            )
            return 1
        if row[5] == HUMAN:
            db.execute("UPDATE unit SET retired = ? WHERE id = ?", (row[13], number))
        else:
            db.execute("DELETE FROM unit WHERE id = ?", (number,))
    fields[0] = 0
    db.execute(_INSERT, (origin, *fields))
    return 1


def _carry_over(fields: list[str | int | None], former: schema.Row) -> None:
    """Keep what is known of a unit and not said again.

    ``changed`` is about the translation, not about the line that it has moved to.
    """
    fields[12] = former[12]
    if not fields[9]:
        fields[9:11] = former[9:11]
    fields[11] = fields[11] or former[11]
    if fields[7:9] == [*former[7:9]]:
        fields[13] = former[13]
