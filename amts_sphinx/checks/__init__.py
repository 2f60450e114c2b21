"""Quality checks: what a person should look at before an edition is published.

Each check has an id, a severity and a rule, in :data:`RULES`; the modules of this
package register theirs when they are imported. A check compares a target with its
source by the rules of both languages. It uses no engine and no memory, and it does not
judge style: a finding should be worth the time that it takes to read it.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from amts_sphinx.checks import (  # noqa: F401 - each registers its checks
    consistency,
    fuzzy_leftovers,
    language,
    length,
    lexical_coverage,
    markup,
    numbers,
    punctuation,
    repetition,
    spacing,
    terms,
)
from amts_sphinx.checks.rules import (
    BOOK_CHECKS,
    CHECKS,
    RULES,
    CheckEntry,
    Context,
    Rule,
    read,
)
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.units import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from amts_sphinx.checks.rules import CheckedTexts

    #: Id of the check and message.
    Faults = tuple[tuple[str, str], ...]
    Recall = Callable[[Hashable, Callable[[], Faults]], Faults]

__all__ = ["RULES", "CheckEntry", "Context", "Rule", "check_ids", "known_ids", "run"]


def known_ids() -> frozenset[str]:
    """Return the ids of all checks."""
    return frozenset(RULES)


def check_ids(name: str, ids: Iterable[str]) -> frozenset[str]:
    """Return *ids* of checks, once it is certain that these checks exist.

    :param name: where the ids come from, such as the name of a configuration value
    :raises ConfigError: there is no check with one of the ids
    """
    found = frozenset(ids)
    for each in sorted(found - RULES.keys()):
        alike = difflib.get_close_matches(each, RULES, n=1, cutoff=0.5)
        allowed = f"allowed are {', '.join(sorted(RULES))}"
        hint = f"did you mean {alike[0]!r}?" if alike else allowed
        raise ConfigError(f"{name}: there is no check {each!r}; {hint}")
    return found


def run(
    entries: Sequence[CheckEntry], context: Context, recall: Recall | None = None
) -> list[Finding]:
    """Check an edition, and return the findings, in the order of *entries*.

    Texts that stay in the source language are not checked: that is reported elsewhere.

    :param recall: returns what was found in a text before, in the same context, or has
        it found; it gets all that the faults of one text depend on beside the context
    :raises ConfigError: there is no check with an ignored id
    """
    check_ids("ignored checks", context.ignored)
    ignored = frozenset().union(*(entry.ignored for entry in entries))
    check_ids("ignored checks", ignored)
    texts = [read(entry, entry.target) for entry in entries if entry.target is not None]
    found = [[*_recalled(each, context, recall)] for each in texts]
    for name, check in BOOK_CHECKS.items():
        if name not in context.ignored:
            for number, message in check(texts, context):
                found[number].append((name, message))
    order = {name: place for place, name in enumerate(RULES)}
    return [
        _finding(each, name, message)
        for each, faults in zip(texts, found, strict=True)
        for name, message in sorted(faults, key=lambda fault: order[fault[0]])
        if name not in each.entry.ignored
    ]


def _recalled(
    texts: CheckedTexts, context: Context, recall: Recall | None
) -> Iterable[tuple[str, str]]:
    """Return the faults of one text, as they were found before if they were."""
    if recall is None:
        return _of_one(texts, context)
    return recall(_made_from(texts.entry), lambda: tuple(_of_one(texts, context)))


def _made_from(entry: CheckEntry) -> Hashable:
    """Return what the faults of one text depend on, beside the context."""
    near = entry.near and (entry.near.unit.source, entry.near.unit.target)
    segment = entry.segment
    return segment.source, segment.codes, entry.target, entry.by_human, near


def _of_one(texts: CheckedTexts, context: Context) -> Iterator[tuple[str, str]]:
    """Yield the faults of one text as id of the check and message."""
    for name, check in CHECKS.items():
        if name not in context.ignored:
            for message in check(texts, context):
                yield name, message


def _finding(texts: CheckedTexts, name: str, message: str) -> Finding:
    segment = texts.entry.segment
    where = segment.location
    return Finding(name, RULES[name].severity, where, message, segment.source)
