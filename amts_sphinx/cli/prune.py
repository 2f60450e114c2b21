"""``amts prune``: remove the editions that a book no longer has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.cli.console import echo, echo_json

if TYPE_CHECKING:
    import argparse

#: Files that are named one by one.
_SHOWN: Final = 10


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser(
        "prune",
        help="remove editions that conf.py no longer names",
        description="Remove from a folder that `sphinx-build -b amts` writes to the"
        " editions that were not in amts_target_languages at its last build. Only files"
        " that a build wrote there, and nobody has changed since, are removed.",
    )
    parser.add_argument("out", type=Path, help="the folder, as sphinx-build had it")
    parser.add_argument(
        "-n", "--dry-run", action="store_true", help="only say what would be removed"
    )
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    # Loading Sphinx takes longer than most commands.
    from amts_sphinx.build import manifest

    pruned = manifest.prune(options.out, dry_run=options.dry_run)
    if options.json:
        echo_json(
            [
                {
                    "folder": str(options.out / each.tag),
                    "removed": 0 if options.dry_run else each.files,
                    "would_be_removed": each.files if options.dry_run else 0,
                    "left": list(each.kept),
                }
                for each in pruned
            ]
        )
        return
    verb = "would be removed" if options.dry_run else "removed"
    for tag, files, kept in ((each.tag, each.files, each.kept) for each in pruned):
        echo(f"{options.out / tag}: {files} files {verb}, {len(kept)} left")
        for name in kept[:_SHOWN]:
            echo(f"  left, since no build of ours wrote it so: {name}")
        if len(kept) > _SHOWN:
            echo(f"  and {len(kept) - _SHOWN} more")
    if not pruned:
        echo(f"{options.out}: no edition to remove")
