"""An edition's own Sphinx build: run in a fresh interpreter, as its plan says.

A fresh one, since Sphinx freezes words of the first language it meets in a process. The
build finds nothing to read: its environment is derived, its doctrees are translated.
"""

from __future__ import annotations

import os
import pickle
import shutil
import sys
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast
from weakref import WeakKeyDictionary

from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.console import color_terminal, nocolor
from sphinx.util.docutils import docutils_namespace, patch_docutils

from amts_sphinx import _compat
from amts_sphinx.config.settings import PLAN
from amts_sphinx.core.errors import EditionError
from amts_sphinx.doctree.conf_strings import today
from amts_sphinx.edition import crash, gc_tuning
from amts_sphinx.edition.plan import load_state, save_state
from amts_sphinx.edition.warning_log import recorded

if TYPE_CHECKING:
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment

    from amts_sphinx.edition.plan import EditionPlan, EditionState

#: Begins a line on standard error that is a record, not a message.
RECORD: Final = "\x1eamts-record "
#: Begins a line on standard error that says why the build failed, as JSON.
FAILURE: Final = "\x1eamts-failure "

#: What extensions kept in the environment, until all of them are set up.
_KEPT: Final[WeakKeyDictionary[Sphinx, dict[str, Any]]] = WeakKeyDictionary()
#: What :func:`_begin` leaves for :func:`_finish`.
_STATES: Final[WeakKeyDictionary[Sphinx, tuple[EditionPlan, EditionState]]] = (
    WeakKeyDictionary()
)


def register(app: Sphinx) -> None:
    """Connect what an edition's build does otherwise than any other."""
    app.connect("config-inited", _configure, priority=1)
    app.connect("builder-inited", _begin, priority=1)
    app.connect("builder-inited", _restore, priority=9999)
    app.connect("env-before-read-docs", _read_nothing, priority=9999)
    app.connect("build-finished", _finish)
    app.connect("build-finished", _end, priority=9999)


@lru_cache(1)
def load_plan(path: str) -> EditionPlan:
    """Read the plan that the main build wrote."""
    with Path(path).open("rb") as file:
        return cast("EditionPlan", pickle.load(file))


def _configure(app: Sphinx, config: Config) -> None:
    """Make the configuration that of the edition, before anybody else sees it."""
    if config[PLAN]:
        # Not in the builds of the book itself, as all that an edition is made with.
        from amts_sphinx.edition import configuration

        configuration.set_up(app, config, load_plan(config[PLAN]))


def _begin(app: Sphinx) -> None:
    """Derive the edition's environment, once its builder exists."""
    if not app.config[PLAN]:
        return
    plan = load_plan(app.config[PLAN])
    if not app.env.found_docs:
        raise EditionError(
            f"the environment of the book could not be loaded for the edition"
            f" {plan.tag}; run the build again with -E"
        )
    from amts_sphinx.edition import (
        collation,
        configuration,
        highlighting,
        late_words,
        pages,
        search,
    )
    from amts_sphinx.edition.environment import derive

    _take_files_along(Path(plan.doctrees), Path(app.doctreedir))
    # The language differs from the book's: that must not have everything read again.
    _compat.accept_config(app.env)
    search.register(app, plan.tag)
    collation.mend(plan.tag)
    state = load_state(plan.home)
    derived = derive(app, plan, state, today(app.config))
    state.pending.setdefault(plan.place, set(app.env.found_docs))
    for pending in state.pending.values():
        pending.update(derived)
    if state.around != plan.around:
        state.around = plan.around
        for pending in state.pending.values():
            pending.update(app.env.found_docs)
    save_state(plan.home, state)
    whole = state.pending[plan.place] >= app.env.found_docs
    highlighting.register(app, Path(plan.home).parent, whole=whole)
    _compat.write_also(app.builder, state.pending[plan.place])
    _keep_doctrees_out(app, plan)
    _KEPT[app] = {
        name: copy(value)
        for name, value in vars(app.env).items()
        if isinstance(value, (dict, list, set)) and value
    }
    _STATES[app] = (plan, state)
    configuration.translate_theme(app, plan)
    pages.register(app, plan)
    late_words.register(app, plan)
    gc_tuning.relax()


def _restore(app: Sphinx) -> None:
    """Give the environment back what extensions emptied.

    Some begin each build with nothing, since they learn it again from what is read.
    """
    for name, value in _KEPT.pop(app, {}).items():
        if not getattr(app.env, name, True):
            setattr(app.env, name, value)


def _take_files_along(book: Path, edition: Path) -> None:
    """Give an edition what extensions put beside the doctrees while they read.

    They look for it in the directory of the doctrees when they write.
    """
    for path in book.iterdir():
        if path.is_dir() and not path.name.startswith("."):
            for file in path.rglob("*"):
                if file.is_file() and file.suffix not in {".doctree", ".pickle"}:
                    _take_along(file, edition / file.relative_to(book))


def _take_along(file: Path, place: Path) -> None:
    """Copy a file, unless its place has it."""
    there = place.stat() if place.exists() else None
    here = file.stat()
    if there is None or (there.st_size, there.st_mtime) != (
        here.st_size,
        here.st_mtime,
    ):
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, place)


def _keep_doctrees_out(app: Sphinx, plan: EditionPlan) -> None:
    """Keep the doctrees, if they lie within the edition, from being packed into it.

    An EPUB takes whatever is in its directory, and warns of what it cannot take.
    """
    doctrees, outdir = Path(plan.doctrees), Path(plan.outdir)
    if "epub_exclude_files" in app.config and outdir in doctrees.parents:
        app.config.epub_exclude_files = [
            *app.config.epub_exclude_files,
            *(path.relative_to(outdir).as_posix() for path in doctrees.rglob("*")),
        ]


def _read_nothing(app: Sphinx, _: BuildEnvironment, docnames: list[str]) -> None:
    """Keep Sphinx from reading documents in the source language.

    Some are outdated at every build, such as those with a missing dependency.
    """
    if app.config[PLAN]:
        docnames.clear()


def _finish(app: Sphinx, exception: Exception | None) -> None:
    """Note that all that was pending is written, unless only some was asked for."""
    if app.config[PLAN] and exception is None:
        plan, state = _STATES.pop(app)
        if not plan.filenames:
            state.pending[plan.place] = set()
            save_state(plan.home, state)


def _end(app: Sphinx, _: Exception | None) -> None:
    """Leave the last word to the build that started this one."""
    if app.config[PLAN]:
        _compat.end_quietly()


def build(plan: EditionPlan) -> None:
    """Write the edition that *plan* describes."""
    _compat.compare_no_configuration()
    with patch_docutils(plan.confdir), docutils_namespace():
        app = Sphinx(
            plan.srcdir,
            plan.confdir,
            plan.outdir,
            str(Path(plan.home, "doctrees")),
            plan.format,
            {**plan.overrides, PLAN: str(plan.path)},
            status=None if plan.quiet else sys.stdout,
            warning=None,
            tags=list(plan.tags),
            verbosity=plan.verbosity,
            parallel=plan.parallel,
        )
        app.build(plan.force, [Path(name) for name in plan.filenames])


def main(path: str) -> int:
    """Run the build of the plan at *path*; report on standard error.

    :returns: the exit status: 0, 1 after an error, 130 when interrupted
    """
    if not color_terminal():
        nocolor()
    gc_tuning.pause()  # until :func:`_begin` has loaded everything
    failure = ""
    try:
        build(load_plan(path))
    except KeyboardInterrupt:
        return 130
    except SphinxError as exc:
        failure = f"{exc.category}: {exc}"
    except Exception as exc:  # noqa: BLE001 - the main build reports it
        failure = crash.describe(exc, Path(path).parent)
    for record in recorded():
        sys.stderr.write(f"{RECORD}{record.to_json()}\n")
    if failure:
        text = failure.replace("\n", os.linesep)
        sys.stderr.write(f"{FAILURE}{text.encode('unicode_escape').decode()}\n")
    sys.stderr.flush()
    return 1 if failure else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
