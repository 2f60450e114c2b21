"""What a build of all editions wrote, so that nothing else is ever removed.

The list lies beside the editions, in ``.amts-editions.json``. A file that was there
before the first build, or was put there by somebody else, is not in it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx.core.atomic import keep
from amts_sphinx.core.errors import ConfigError, InterchangeError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

NAME: Final = ".amts-editions.json"
_FORMAT: Final = "amts_sphinx editions"
_VERSION: Final = 1
#: The size of a file in bytes, and the time of its last change in nanoseconds.
Stamp = tuple[int, int]


@dataclass(slots=True)
class Manifest:
    """The editions of one folder, and their files."""

    #: The editions that ``conf.py`` names, by tag.
    current: list[str] = field(default_factory=list)
    #: The files of each edition that was ever written here, by their paths in it.
    editions: dict[str, dict[str, Stamp]] = field(default_factory=dict)
    #: Those of them that are of documents of the book, in each edition.
    pages: dict[str, list[str]] = field(default_factory=dict)
    #: Those of documents that the book no longer has, in each edition.
    gone: dict[str, list[str]] = field(default_factory=dict)

    @property
    def removed(self) -> list[str]:
        """The tags of editions that are here and no longer named."""
        return sorted(self.editions.keys() - set(self.current))

    def note(
        self, tag: str, files: dict[str, Stamp], pages: Collection[str] | None
    ) -> None:
        """Note what an edition is made of now.

        A page of an earlier build that is not among *pages* is of a document that is
        gone: Sphinx leaves it. If it was written anew it is something else by now, such
        as a redirection.

        :param pages: which files are of documents; ``None`` if it has no pages
        """
        before = self.editions.get(tag, {})
        self.editions[tag] = files
        if pages is not None:
            former = {*self.pages.get(tag, ()), *self.gone.get(tag, ())} - {*pages}
            self.pages[tag] = sorted(files.keys() & {*pages})
            self.gone[tag] = sorted(
                name
                for name in files.keys() & former
                if files[name] == before.get(name)
            )


def read(out: Path) -> Manifest:
    """Return the list in *out*; an empty one if there is none.

    :raises InterchangeError: it is damaged, or of a later version
    """
    path = out / NAME
    try:
        content: Any = json.loads(path.read_text("utf-8"))
        if content["format"] != _FORMAT or content["version"] != _VERSION:
            raise InterchangeError(
                f"{path}: this is version {content['version']} of {content['format']};"
                f" version {_VERSION} of {_FORMAT} can be read"
            )
        return Manifest(
            list(content["current"]),
            {
                tag: {name: (size, time) for name, (size, time) in files.items()}
                for tag, files in content["editions"].items()
            },
            # Releases up to 0.1 did not list them.
            *(
                {tag: [*map(str, names)] for tag, names in content.get(key, {}).items()}
                for key in ("pages", "gone")
            ),
        )
    except FileNotFoundError:
        return Manifest()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise InterchangeError(f"{path} cannot be read: {exc!r}") from exc


def write(out: Path, manifest: Manifest) -> None:
    """Write the list.

    :raises InterchangeError: it cannot be written
    """
    content = {
        "format": _FORMAT,
        "version": _VERSION,
        "current": manifest.current,
        "editions": manifest.editions,
        "pages": manifest.pages,
        "gone": manifest.gone,
    }
    keep(out / NAME, json.dumps(content, ensure_ascii=False).encode())


class Before(NamedTuple):
    """What is in an edition's folder before a build, and is not as ours left it."""

    #: The files that no build of ours wrote.
    foreign: frozenset[str]
    #: Those that were changed since: as they are now, and as ours left them.
    changed: Mapping[str, tuple[Stamp, Stamp]]


def before(folder: Path, known: Mapping[str, Stamp]) -> Before:
    """Look at an edition's folder before a build.

    :param known: what earlier builds wrote
    """
    found = dict(_files(folder))
    return Before(
        frozenset(found.keys() - known.keys()),
        {
            name: (found[name], stamp)
            for name, stamp in known.items()
            if name in found and found[name] != stamp
        },
    )


def written(folder: Path, then: Before) -> dict[str, Stamp]:
    """Return the files of an edition's folder, but for those of others.

    What somebody changed, and this build has not written again, is still as it was
    left: a file that differs from that is never removed.
    """
    found = {}
    for name, stamp in _files(folder):
        if name not in then.foreign:
            now, left = then.changed.get(name, (None, stamp))
            found[name] = left if stamp == now else stamp
    return found


def _files(folder: Path) -> Iterator[tuple[str, Stamp]]:
    """Yield each file below *folder* by its path there; links are not followed."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            stat = path.lstat()
            yield path.relative_to(folder).as_posix(), (stat.st_size, stat.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What became of one edition: all of it, or its pages without a document."""

    tag: str
    #: Files that are gone, or would be, by their paths.
    removed: tuple[str, ...]
    #: Files that stay, by their paths: they were changed since, or are not ours.
    kept: tuple[str, ...]
    #: Whether ``conf.py`` names the edition: only pages of it were to be removed.
    is_current: bool = False


def prune(out: Path, *, dry_run: bool = False) -> list[Pruned]:
    """Remove the editions that ``conf.py`` no longer names, and pages of the others.

    Those pages are of documents that the book no longer has. Only files that a build
    wrote there, and that nobody has changed since, are removed; then the folders that
    are empty.

    :raises ConfigError: no build of all editions has written to *out*
    :raises InterchangeError: the list of what was written cannot be used
    """
    if not (out / NAME).is_file():
        raise ConfigError(
            f"{out} has no {NAME}: it is not a folder that `sphinx-build -b amts` wrote"
        )
    manifest = read(out)
    found = []
    for tag in sorted(manifest.editions):
        folder = out / tag
        if Path(tag).name != tag or folder.is_symlink():
            raise InterchangeError(f"{out / NAME}: {tag!r} is no folder of an edition")
        is_current = tag in manifest.current
        present = dict(_files(folder))
        wanted = {*present}
        if is_current:
            wanted &= {*manifest.gone.get(tag, ())}
            if not wanted:
                continue
        files = manifest.editions[tag]
        ours = sorted(name for name in wanted if files.get(name) == present[name])
        kept = tuple(sorted(wanted - set(ours)))
        found.append(Pruned(tag, tuple(ours), kept, is_current))
        if not dry_run:
            for name in ours:
                (folder / name).unlink()
            _drop_empty(folder)
            _forget(manifest, tag, ours, is_current=is_current)
    if found and not dry_run:
        write(out, manifest)
    return found


def _forget(
    manifest: Manifest, tag: str, names: list[str], *, is_current: bool
) -> None:
    """Take an edition, or files of it, off the list."""
    if is_current:
        for name in names:
            del manifest.editions[tag][name]
        # What somebody has changed is not ours any more.
        manifest.gone[tag] = []
        return
    for files in (manifest.editions, manifest.pages, manifest.gone):
        files.pop(tag, None)


def _drop_empty(folder: Path) -> None:
    """Remove *folder* and what is below it, where no file is left."""
    for place, _, _ in os.walk(folder, topdown=False):
        if not any(Path(place).iterdir()):
            Path(place).rmdir()
