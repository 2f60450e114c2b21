"""The doors by which the translators of ``year.py`` deliver: the page, and work files.

Each takes the texts of some sources, and brings them into the home file as a person
does: the page by what a browser sends it, XLIFF by what translate-toolkit makes of a
work file, the text editor by a change of lines.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.config.settings import AmtsConfig
from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import HUMAN, State, TranslationUnit
from amts_sphinx.memory import home_file
from amts_sphinx.memory.delivery import deliver
from amts_sphinx.report.model import CONFLICTS, Stage
from amts_sphinx.report.reporter import BookFacts, Reporter
from amts_sphinx.review import server, work, work_files
from amts_sphinx.review.building import Build
from amts_sphinx.review.desk import EditionAtHand
from amts_sphinx.review.edition_pages import EditionPages
from amts_sphinx.review.saving import Saver
from amts_sphinx.review.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from amts_sphinx.core.units import Container, Edition
    from amts_sphinx.memory.importing import BookFiles
    from amts_sphinx.memory.memory import Memory

_HOST: Final = "127.0.0.1:8000"
_TOKEN: Final = "year"  # noqa: S105 - nobody else is there


def at_hand(
    memory: Memory,
    files: BookFiles,
    edition: Edition,
    containers: Collection[Container],
) -> EditionAtHand:
    """Return the edition as the commands for reviewers have it."""
    (files.folder / "conf.py").write_text(
        'amts_target_languages = ["de"]\namts_engine = "pseudo"\n'
        f"amts_memory_files = {[*files.names]!r}\n"
    )
    config = AmtsConfig.from_folder(files.folder)
    names = dict.fromkeys(each.whole.location.docname for each in containers)
    sources = {name: files.folder / f"{name}.rst" for name in names}
    facts = BookFacts("A year", containers, sources, "0")
    report = Reporter(memory, config, files.folder, facts, {}).survey(edition)
    return EditionAtHand(edition, report, memory, config, containers, sources, "")


def by_page(
    here: EditionAtHand,
    author: str,
    sources: Collection[str],
    german: Callable[[str], str],
) -> list[str]:
    """Save in the page, one text after the other; return the sources."""
    files = here.config.files
    home = files.home_of(here.edition.pair.target)
    assert home is not None
    saver = Saver(home, "en", author, files.lock_of(here.edition.pair.target))
    reader = _Here(Texts(here, saver))
    pages = EditionPages(files.folder, None, "edition", _HOST)
    build = Build(files.folder, here.edition.pair.target, files.folder)
    app = server.make_app(server.Parts(reader, pages, build), _TOKEN)
    client = app.test_client()
    said = {
        "Host": _HOST,
        "Origin": f"http://{_HOST}",
        server.HEADER: _TOKEN,
    }
    ids = {task.row.segment.key: name for name, task in work.tasks(here).items()}
    done = []
    for source in sources:
        name = ids.get(inline_codes.normalise(source))
        if name is None:  # it is part of a paragraph that is translated as a whole
            continue
        unit = client.get(f"/api/unit/{name}", headers=said).get_json()
        asked = {"id": name, "target": german(source), "state": "approved"}
        body = {"units": [{**asked, "seen": unit["seen"]}]}
        answer = client.post("/api/save", json=body, headers=said)
        assert answer.status_code == 200, answer.text  # noqa: PLR2004
        done.append(source)
    saver.close()
    return done


class _Here:
    """The texts, in the thread that asks for them."""

    is_reading = False

    def __init__(self, texts: Texts) -> None:
        self.texts = texts

    def ask(self, job: Callable[[], Any]) -> Any:
        """Do it at once."""
        return job()


def by_toolkit(
    here: EditionAtHand,
    path: Path,
    author: str,
    sources: Collection[str],
    german: Callable[[str], str],
) -> list[str]:
    """Export XLIFF, translate it with the toolkit, import it; return the sources."""
    every = [*(stage.value for stage in Stage), CONFLICTS]
    units = work.choose(here, work.Choice(states=every))
    wanted = {inline_codes.normalise(source): source for source in sources}
    mine = [each for each in units if each.segment.key in wanted]
    work_files.write(path, mine, here.edition.pair)
    toolkit = import_module("translate.storage.xliff")  # it is no part of the project
    store = toolkit.Xliff1File.parsefile(str(path))
    for unit in store.units:
        rich = unit.rich_source
        for text in rich:
            for leaf in text.flatten():
                leaf.sub = [german(str(part)) for part in leaf.sub]
        unit.rich_target = rich
        unit.marktranslated()
    store.savefile(str(path))
    told: list[str] = []
    deliver(
        here.memory,
        here.config.files,
        path,
        author=author,
        informed=work_files.is_work(path),
        tell=told.append,
    )
    assert not told, told
    return [wanted[each.segment.key] for each in mine]


def by_editor(
    here: EditionAtHand,
    sources: Collection[str],
    german: Callable[[str], str],
) -> list[str]:
    """Change the targets in the lines of the home file, as in a text editor."""
    home = here.config.files.home_of(here.edition.pair.target)
    assert home is not None
    lines = home.read_text("utf-8").splitlines(keepends=True)
    wanted = {inline_codes.normalise(source): source for source in sources}
    units = {unit.key: unit for unit in home_file.read(home)}
    done = []
    for key, source in wanted.items():
        if key not in units:
            continue
        old = home_file.line_of(units[key])
        new = TranslationUnit(
            source, german(source), here.edition.pair, HUMAN, State.REVIEWED
        )
        target = home_file.line_of(new).rpartition("<tuv")[2]
        changed = old.rpartition("<tuv")[0] + "<tuv" + target
        lines[lines.index(f"{old}\n")] = f"{changed}\n"
        done.append(source)
    home.write_text("".join(lines), "utf-8")
    return done
