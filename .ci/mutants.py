"""Change the code in small ways, one at a time, and count what the tests notice.

Run by ``nox --session mutants``, in an environment with cosmic-ray and in a copy of the
project: the files there are changed in place. A sample of all possible changes is
tried, the same one for the same seed::

    nox --session mutants -- --count 200 --seed 1
    nox --session mutants -- --only amts_sphinx/parallel/pairs.py
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import use_db

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Each module with the tests that should notice a change of it, without ``test_``.
SUBJECTS: Final = {
    "align/bead_costs.py": "bead_costs align",
    "checks/numerals.py": "checks_rules checks",
    "core/inline_codes.py": "codes",
    "edition/environment.py": "edition_environment",
    "engine/corpus/decoder.py": "decoder",
    "memory/statements.py": "memory_statements memory_people",
    "parallel/pairs.py": "pairs parallel",
    "text/code_matching.py": "parallel codes",
    "text/sentences.py": "sentences",
    "text/typography.py": "typography",
    "translate/commissions.py": "commissions cost_limit",
    "translate/cost_limit.py": "cost_limit commissions",
    "translate/repair.py": "repair",
    "translate/request.py": "translator",
}
#: Seconds after which a change counts as noticed: it made an endless loop.
TIMEOUT: Final = 600.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Try a sample, print what survived, and the share that was noticed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=100, help="changes to try (100)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (1)")
    parser.add_argument("--only", action="append", default=[], help="a module's path")
    options = parser.parse_args(arguments)
    root = Path(__file__).resolve().parent.parent
    copy = root / "build" / "mutants"
    shutil.rmtree(copy, ignore_errors=True)
    for folder in ("amts_sphinx", "tests"):
        shutil.copytree(root / folder, copy / folder)
    shutil.copy(root / "pyproject.toml", copy)
    sample = _sample(copy, options.only, options.count, random.Random(options.seed))
    outcomes: dict[str, Counter[str]] = {}
    for number, (module, item) in enumerate(sample, 1):
        tests = [f"tests/test_{n}.py" for n in SUBJECTS[module].split()]
        command = (
            f"{sys.executable} -m pytest -qx -p no:cacheprovider {' '.join(tests)}"
        )
        result = _try(item, f"env -C {copy} PYTHONPATH={copy} {command}")
        outcome = "noticed" if result.is_killed else "survived"
        outcomes.setdefault(module, Counter())[outcome] += 1
        print(f"{number}/{len(sample)} {module}: {outcome}", flush=True)
        if not result.is_killed:
            print(result.diff, flush=True)
    _report(outcomes)
    return 0


def _sample(
    copy: Path, only: Sequence[str], count: int, chance: random.Random
) -> list[tuple[str, Any]]:
    """Return some of the possible changes, each with its module."""
    items: list[tuple[str, Any]] = []
    for module in SUBJECTS:
        if only and f"amts_sphinx/{module}" not in only:
            continue
        with use_db(str(copy / "session.sqlite")) as db:
            init([copy / "amts_sphinx" / module], db, {})
            # An annotation is not evaluated: to change one changes nothing.
            items += [
                (module, item)
                for item in sorted(db.work_items, key=_place)
                if "BinaryOperator_BitOr" not in str(item.mutations[0].operator_name)
            ]
    return chance.sample(items, min(count, len(items)))


def _place(item: Any) -> tuple[object, ...]:
    change = item.mutations[0]
    return change.start_pos, change.operator_name, change.occurrence


def _try(item: Any, command: str) -> Any:
    """Return cosmic-ray's result of the tests with one change."""
    return mutate_and_test(item.mutations, command, TIMEOUT)


def _report(outcomes: dict[str, Counter[str]]) -> None:
    total: Counter[str] = Counter()
    for module, each in sorted(outcomes.items()):
        total.update(each)
        print(f"{module:32} {each['noticed']:4} noticed {each['survived']:4} survived")
    share = total["noticed"] / max(1, total.total())
    print(f"{total.total()} changes, {share:.1%} noticed")


if __name__ == "__main__":
    sys.exit(main())
