"""What the quality checks say of a human edition, what they find, and how fast.

::

    python benchmarks/checks.py BOOK [--languages en zh] [--show CHECK] [--seed 1]

BOOK holds a Markdown tree for each language, under its name, and perhaps
``TERMINOLOGY.md``. What people translated is taken for sound: what the checks say of it
is a false alarm, or a fault of the edition. Then faults are seeded into it.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from damage import Damage, entry

from amts_sphinx import checks
from amts_sphinx.align.coverage import judge
from amts_sphinx.checks import RULES, CheckEntry, Context
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import LanguagePair, Location, Severity
from amts_sphinx.formats.terminology import Terminology
from amts_sphinx.memory.memory import Memory
from amts_sphinx.parallel import extract
from amts_sphinx.readers import markdown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.core.units import Finding, Match, TranslationUnit

#: Spoilt units of each kind.
_SEEDED: Final = 120
#: Segments of a large book.
_BOOK: Final = 7330
_TERM: Final = re.compile(r"^([^\n，]+)，([A-Za-z][A-Za-z -]+?)\s*$", re.MULTILINE)


def main() -> None:
    """Read, learn, check, spoil, check again."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("book", type=Path)
    parser.add_argument("--languages", nargs=2, default=["en", "zh"])
    parser.add_argument(
        "--show", metavar="CHECK", help="print a sample of its findings"
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    pair = LanguagePair(*options.languages)
    source, target = (markdown.read_tree(options.book / tag, tag) for tag in pair)
    units = extract.pair_books(source, target, pair).units
    evaluate(units, pair, read_terms(options.book, pair), options)


def evaluate(
    units: Sequence[TranslationUnit],
    pair: LanguagePair,
    terms: Terminology,
    options: argparse.Namespace,
) -> None:
    """Print all figures."""
    chance = Random(options.seed)
    mixed = chance.sample(units, len(units))
    halves = mixed[::2], mixed[1::2]
    start = time.perf_counter()
    judges = [judge(half, pair) for half in reversed(halves)]
    print(f"learning from {len(halves[0])} units: {_since(start)} for both halves")
    near = _near(units, pair)
    found: list[Finding] = []
    clean: list[TranslationUnit] = []
    for half, known in zip(halves, judges, strict=True):
        context = Context(pair, terms, coverage=known)
        own = checks.run([entry(u, near=near.get(u.source)) for u in half], context)
        faulty = {each.source for each in own}
        clean += (unit for unit in half if unit.source not in faulty)
        found += own
    _count(found, len(units))
    if options.show:
        _show(chance, found, {unit.source: unit for unit in units}, options.show)
    sound = [unit for unit in clean if unit in set(halves[1])]
    _seed(Damage(chance, sound, terms), sound, Context(pair, terms, coverage=judges[1]))
    _time(units, Context(pair, terms, coverage=judges[0]), near)


def read_terms(book: Path, pair: LanguagePair) -> Terminology:
    """Return the glossary that *Dive into Deep Learning* has for its translators.

    Terms of one word, such as "example" and "size", are left out: people do not heed
    them, for good reasons, and nobody would enforce them.
    """
    path = book / "TERMINOLOGY.md"
    text = path.read_text("utf-8") if path.exists() else ""
    found = {mine: other for other, mine in _TERM.findall(text)}
    terms = {m: t for m, t in found.items() if " " in m and "/" not in t}
    return Terminology(pair, terms)


def _since(start: float) -> str:
    return f"{time.perf_counter() - start:.1f} s"


def _near(units: Sequence[TranslationUnit], pair: LanguagePair) -> dict[str, Match]:
    """Return for each source the likest other one."""
    start = time.perf_counter()
    with TemporaryDirectory() as home, Memory(Path(home) / "memory.sqlite") as memory:
        memory.learn(units)
        offered = memory.fuzzy(pair, [unit.source for unit in units], limit=2)
    near = {}
    for source, matches in offered.items():
        key = inline_codes.normalise(source)
        others = [m for m in matches if m.unit.key != key]
        near.update({source: others[0]} if others else {})
    print(f"{len(near)} of {len(units)} have a near match: {_since(start)}")
    return near


def _count(found: Sequence[Finding], units: int) -> None:
    """Print how often each check finds something in what people wrote."""
    print(f"\nfindings per 1,000 of {units} human units")
    counts = Counter(each.check for each in found)
    for name, rule in RULES.items():
        print(f"  {name:<16} {rule.severity:<8} {counts[name] / units * 1000:6.1f}")
    grave = {each.source for each in found if each.severity is not Severity.INFO}
    every = {each.source for each in found}
    shares = f"{len(every) / units:.1%}, by more than info {len(grave) / units:.1%}"
    print(f"  flagged: {shares}", flush=True)


def _show(
    chance: Random,
    found: Sequence[Finding],
    units: dict[str, TranslationUnit],
    name: str,
) -> None:
    """Print a sample of the findings of one check."""
    own = [each for each in found if each.check == name]
    for each in chance.sample(own, min(30, len(own))):
        print(f"\n{each.location}: {each.message}\n  {each.source}")
        print(f"  {units[each.source].target}")


def _seed(damage: Damage, units: Sequence[TranslationUnit], context: Context) -> None:
    """Spoil units of which nothing was said, and print what is found."""
    print("\nseeded: number, found by its check, by any but info, by none")
    for kind, (name, make) in damage.makers().items():
        spoilt: list[CheckEntry] = []
        for unit in units:
            made = None
            if name == "codes" or not inline_codes.ids(unit.source):
                made = make(unit)
            if isinstance(made, str):
                made = entry(unit, target=made)
            if isinstance(made, CheckEntry):
                spoilt.append(made)
            if len(spoilt) == _SEEDED:
                break
        taken = {each.segment.source for each in spoilt}
        _row(kind, name, spoilt, [u for u in units if u.source not in taken], context)
    twins = [
        entry(unit, target=other.target)
        for unit, other in zip(units[:_SEEDED], units[_SEEDED:], strict=False)
    ]
    _row("another twin", "inconsistent", twins, units, context)


def _row(
    kind: str,
    name: str,
    spoilt: Sequence[CheckEntry],
    others: Sequence[TranslationUnit],
    context: Context,
) -> None:
    """Check spoilt entries among sound ones, which tell what lengths are usual."""
    seeded = [
        replace(each, segment=replace(each.segment, location=Location("seeded", line)))
        for line, each in enumerate(spoilt)
    ]
    found: dict[int | None, set[str]] = {line: set() for line in range(len(seeded))}
    for each in checks.run([*map(entry, others), *seeded], context):
        if each.location.docname == "seeded":
            found[each.location.line].add(each.check)
    exact = sum(name in own for own in found.values())
    grave = sum(
        any(RULES[each].severity is not Severity.INFO for each in own)
        for own in found.values()
    )
    missed = sum(not own for own in found.values())
    print(
        f"  {kind:<26} {name:<15} {len(spoilt):4} {exact:4} {grave:4} {missed:4}",
        flush=True,
    )
    if not exact and not spoilt:
        print("    (no unit can be spoilt in this way)")


def _time(
    units: Sequence[TranslationUnit],
    context: Context,
    near: dict[str, Match],
) -> None:
    """Print how long a large book takes."""
    entries = [entry(unit, near=near.get(unit.source)) for unit in units[:_BOOK]]
    start = time.perf_counter()
    checks.run(entries, context)
    print(f"\nchecking {len(entries)} segments: {_since(start)}")
    start = time.perf_counter()
    checks.run(entries, replace(context, coverage=None))
    print(f"  without coverage: {_since(start)}")


if __name__ == "__main__":
    main()
