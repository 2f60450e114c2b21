"""``amts prune``: remove the editions and pages that a book no longer has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.cli.console import echo, echo_json

if TYPE_CHECKING:
    import argparse

    from amts_sphinx.build.manifest import Pruned

#: Files that are named one by one.
_SHOWN: Final = 10


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser(
        "prune",
        help="remove editions and pages that the book no longer has",
        description="Remove from a folder that `sphinx-build -b amts` writes to the"
        " editions that were not in amts_target_languages at its last build, and from"
        " the others the pages of documents that the book no longer had then. Only"
        " files that a build wrote there, and nobody has changed since, are removed.",
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
        echo_json([_as_json(each, options) for each in pruned])
        return
    verb = "would be removed" if options.dry_run else "removed"
    for each in pruned:
        files = "files of documents that are gone" if each.is_current else "files"
        echo(
            f"{options.out / each.tag}: {len(each.removed)} {files} {verb},"
            f" {len(each.kept)} left"
        )
        if each.is_current:
            _show(verb, each.removed)
        _show("left, since no build of ours wrote it so", each.kept)
    if not pruned:
        echo(f"{options.out}: nothing to remove")


def _show(what: str, names: tuple[str, ...]) -> None:
    for name in names[:_SHOWN]:
        echo(f"  {what}: {name}")
    if len(names) > _SHOWN:
        echo(f"  and {len(names) - _SHOWN} more")


def _as_json(pruned: Pruned, options: argparse.Namespace) -> dict[str, object]:
    count = len(pruned.removed)
    return {
        "folder": str(options.out / pruned.tag),
        "removed": 0 if options.dry_run else count,
        "would_be_removed": count if options.dry_run else 0,
        "pages": list(pruned.removed) if pruned.is_current else [],
        "left": list(pruned.kept),
    }
