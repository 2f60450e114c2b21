"""From the book's environment to an edition's: what is collected again, and when.

The small books here are read in this process; nothing is written.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from amts_sphinx.doctree.classify import SegmentRules
from amts_sphinx.edition.environment import derive
from amts_sphinx.edition.plan import EditionPlan, EditionState
from amts_sphinx.edition.publish import DRAFT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.environment import BuildEnvironment

pytestmark = pytest.mark.sphinx

CONF: Final = 'extensions = ["sphinx.ext.todo"]\ntoday = "then"\n'
PAGES: Final = {
    "index": """
Pump book
=========

.. toctree::
   :caption: Chapters
   :name: chapters

   well
   valve
""",
    "well": """
.. meta::
   :description: A page of wells.

.. _deep:

A deep well
===========

.. index:: water; depth

.. todo:: Measure again.

Dig on |today|.

|today|

.. _parts:

Parts
-----

.. _drawing:

.. figure:: well.png

   A drawing

.. glossary::
   :sorted:

   rope
      A line.

   bucket
      A vessel.
""",
    "valve": """
:orphan:

The valve
=========

.. module:: pump.valve
   :synopsis: Opens a pump.

See :ref:`deep`.
""",
}
TARGETS: Final = {
    "Pump book": "Libro de bombas",
    "Chapters": "Capítulos",
    "A deep well": "Un pozo hondo",
    "Parts": "Partes",
    "water": "agua",
    "depth": "profundidad",
    "Measure again.": "Medir otra vez.",
    'Dig on <x id="1"/>.': 'Cave el <x id="1"/>.',
    "rope": "soga",
    "bucket": "balde",
    "A drawing": "Un dibujo",
    "The valve": "La válvula",
    "Opens a pump.": "Abre una bomba.",
}


@dataclass
class Edition:
    """One edition of a book that was read: derived as often as a test wants."""

    app: Sphinx
    #: The book's environment, as Sphinx keeps it on disk.
    pickled: bytes
    plan: EditionPlan
    state: EditionState = field(default_factory=EditionState)

    def derive(self, **changes: Any) -> set[str]:
        """Begin with the book's environment, as each build does, and derive."""
        self.plan = replace(self.plan, **changes)
        env = pickle.loads(self.pickled)
        env.setup(self.app)
        self.app.env = env
        return derive(self.app, self.plan, self.state, "hoy")

    def changed(self, *names: str) -> dict[str, str]:
        """Return the digests of the plan, with those of some documents changed."""
        new = {name: self.plan.digests[name] + "'" for name in names}
        return {**self.plan.digests, **new}

    def doctree(self, name: str) -> nodes.document:
        """Return what was derived of a document, from disk."""
        path = Path(self.plan.home, "doctrees", f"{name}.doctree")
        document: nodes.document = pickle.loads(path.read_bytes())
        return document

    def times(self) -> dict[str, int]:
        """Return when each doctree of the edition was written, in nanoseconds."""
        paths = Path(self.plan.home, "doctrees").iterdir()
        return {path.name: path.stat().st_mtime_ns for path in paths}

    def text(self, name: str) -> str:
        """Return the text of what was derived of a document."""
        return self.doctree(name).astext()

    def label(self, name: str) -> tuple[str, str, str]:
        """Return the document, the node and the title of a label."""
        found: tuple[str, str, str] = self.app.env.domaindata["std"]["labels"][name]
        return found


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sphinx, bytes]]:
    """Read the book once."""
    home = tmp_path_factory.mktemp("book")
    (home / "conf.py").write_text(CONF, "utf-8")
    for name in ("well.png", "well.es.png"):
        (home / name).write_bytes(b"")
    for name, text in PAGES.items():
        (home / f"{name}.rst").write_text(text, "utf-8")
    warnings = StringIO()
    with patch_docutils(str(home)), docutils_namespace():
        app = Sphinx(
            str(home),
            str(home),
            str(home / "out"),
            str(home / "trees"),
            "dummy",
            status=None,
            warning=warnings,
        )
        app.builder.read()
        assert warnings.getvalue() == ""
        yield app, pickle.dumps(app.env)


@pytest.fixture
def edition(read: tuple[Sphinx, bytes], tmp_path: Path) -> Edition:
    """Return a Spanish edition that nothing was derived of yet."""
    app, pickled = read
    plan = EditionPlan(
        tag="es",
        locale="es",
        source_locale="en",
        format="html",
        srcdir=str(app.srcdir),
        confdir=str(app.confdir),
        outdir=str(tmp_path / "out"),
        doctrees=str(app.doctreedir),
        home=str(tmp_path / "es"),
        overrides={},
        tags=(),
        verbosity=0,
        parallel=1,
        quiet=True,
        force=False,
        filenames=(),
        rules=SegmentRules("en", values=(("then", "today"),), figure_captions=True),
        targets=TARGETS,
        drafts=frozenset(),
        bound={},
        notice=True,
        digests=dict.fromkeys(PAGES, "1"),
        dates=dict.fromkeys(PAGES, "then"),
    )
    return Edition(app, pickled, plan)


def test_what_other_pages_show_is_collected_again(edition: Edition) -> None:
    assert edition.derive() == set(PAGES)
    env = edition.app.env
    assert {n: t.astext() for n, t in env.titles.items()} == {
        "index": "Libro de bombas",
        "well": "Un pozo hondo",
        "valve": "La válvula",
    }
    assert env.longtitles["well"].astext() == "Un pozo hondo"
    toc = [each.astext() for each in env.tocs["well"].findall(nodes.reference)]
    assert toc == ["Un pozo hondo", "Partes"]
    entries = env.domaindata["index"]["entries"]["well"]
    assert [entry[1] for entry in entries] == ["agua; profundidad", "balde", "soga"]
    [todo] = env.domaindata["todo"]["todos"]["well"]
    assert "Medir otra vez." in todo.astext()
    assert env.domaindata["py"]["modules"]["pump.valve"].synopsis == "Abre una bomba."


def places(env: BuildEnvironment) -> dict[str, tuple[str, str]]:
    """Return the document and the node of each label."""
    labels = env.domaindata["std"]["labels"]
    return {name: label[:2] for name, label in labels.items()}


def test_labels_have_the_titles_of_the_edition_and_their_places(
    edition: Edition,
) -> None:
    before = places(pickle.loads(edition.pickled))
    edition.derive()
    titles = {n: edition.label(n)[2] for n in ("deep", "parts", "drawing", "chapters")}
    assert titles == {
        "deep": "Un pozo hondo",
        "parts": "Partes",
        "drawing": "Un dibujo",
        "chapters": "Capítulos",
    }
    assert places(edition.app.env) == before


def test_the_doctrees_of_the_edition_are_kept_apart(edition: Edition) -> None:
    book = {p: p.read_bytes() for p in Path(edition.plan.doctrees).glob("*.doctree")}
    edition.derive()
    assert len(book) == len(PAGES)
    assert {path: path.read_bytes() for path in book} == book
    assert "Cave el hoy." in edition.text("well")
    assert "La válvula" in edition.text("valve")
    # A reporter cannot be pickled with the streams it writes to.
    assert edition.doctree("well").reporter is None


def test_a_text_without_a_target_stays(edition: Edition) -> None:
    edition.derive(targets={"Parts": "Partes"})
    assert edition.app.env.titles["well"].astext() == "A deep well"
    assert edition.label("deep")[2] == "A deep well"
    assert edition.label("parts")[2] == "Partes"


def test_a_glossary_is_sorted_by_the_words_of_the_edition(edition: Edition) -> None:
    edition.derive(targets={"rope": "a soga", "bucket": "balde"})
    terms = [t.astext() for t in edition.doctree("well").findall(nodes.term)]
    assert terms == ["a soga", "balde"]
    edition.derive(targets={}, digests=edition.changed("well"))
    terms = [t.astext() for t in edition.doctree("well").findall(nodes.term)]
    assert terms == ["bucket", "rope"]


def test_nothing_new_is_derived_again_but_all_is_applied(edition: Edition) -> None:
    edition.derive()
    times = edition.times()
    assert edition.derive() == set()
    assert edition.times() == times
    # The environment was the book's again, and is the edition's once more.
    env = edition.app.env
    for entry in (env.titles["well"], env.longtitles["well"]):
        assert entry.astext() == "Un pozo hondo"
    assert env.tocs["well"].astext().startswith("Un pozo hondo")
    assert edition.label("deep")[2] == "Un pozo hondo"
    assert env.domaindata["index"]["entries"]["well"][0][1] == "agua; profundidad"


def test_a_date_that_stands_alone_is_that_of_the_edition(edition: Edition) -> None:
    edition.derive()
    paragraphs = [n.astext() for n in edition.doctree("well").findall(nodes.paragraph)]
    assert paragraphs.count("hoy") == 1
    assert "then" not in edition.text("well")


def test_localised_images_are_known_to_each_build(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edition.app.config, "language", "es")
    edition.derive()
    # It has the name that it has in a book read in Spanish.
    shown = {"well.es.png": ({"well"}, "well.es.png")}
    assert dict(edition.app.env.images) == shown
    assert edition.derive() == set()
    assert dict(edition.app.env.images) == shown


def test_an_image_that_others_show_too_is_kept(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = pickle.loads(edition.pickled)
    env.images.add_file("valve", "well.png")
    edition.pickled = pickle.dumps(env)
    monkeypatch.setattr(edition.app.config, "language", "es")
    edition.derive()
    assert {
        path: documents for path, (documents, _) in edition.app.env.images.items()
    } == {
        "well.png": {"valve"},
        "well.es.png": {"well"},
    }


def test_a_changed_text_of_one_page_concerns_that_page(edition: Edition) -> None:
    edition.derive()
    other = {**TARGETS, 'Dig on <x id="1"/>.': 'Excave el <x id="1"/>.'}
    assert edition.derive(targets=other, digests=edition.changed("well")) == {"well"}
    assert "Excave el hoy." in edition.text("well")


@pytest.mark.parametrize(
    ("page", "source", "target"),
    [
        ("valve", "The valve", "Válvula"),  # a title
        ("well", "Parts", "Piezas"),  # a title further down
        ("index", "Chapters", "Partes del libro"),  # the caption of a toctree
        ("well", "A drawing", "Dibujo"),  # of a label alone
    ],
)
def test_a_changed_title_concerns_every_page(
    edition: Edition, page: str, source: str, target: str
) -> None:
    edition.derive()
    other = {**TARGETS, source: target}
    assert edition.derive(targets=other, digests=edition.changed(page)) == set(PAGES)


def test_a_doctree_that_is_gone_is_derived_again(edition: Edition) -> None:
    edition.derive()
    Path(edition.plan.home, "doctrees", "valve.doctree").unlink()
    assert edition.derive() == {"valve"}
    assert "La válvula" in edition.text("valve")


def test_a_page_that_is_gone_is_forgotten(edition: Edition) -> None:
    edition.derive()
    edition.state.patches["old"] = edition.state.patches["valve"]
    assert edition.derive() == set(PAGES)  # each may have shown its title
    assert set(edition.state.patches) == set(PAGES)


def test_deriving_twice_does_not_add_up(edition: Edition) -> None:
    edition.derive()
    first = edition.app.env.toctree_includes
    edition.derive(digests=edition.changed(*PAGES))
    assert first == edition.app.env.toctree_includes == {"index": ["well", "valve"]}
    assert len(edition.app.env.domaindata["todo"]["todos"]["well"]) == 1
    assert not edition.app.env.temp_data.get("docname")


def test_drafts_are_marked_and_announced(edition: Edition) -> None:
    draft = frozenset({'Dig on <x id="1"/>.'})
    edition.derive(drafts=draft)
    marked = [
        node.astext()
        for node in edition.doctree("well").findall(nodes.Element)
        if DRAFT in node["classes"]
    ]
    assert marked == ["Cave el hoy."]
    notice = "Partes de esta página son traducciones automáticas"
    assert notice in edition.text("well")
    assert notice not in edition.text("valve")
    edition.derive(drafts=draft, notice=False, digests=edition.changed("well"))
    assert notice not in edition.text("well")


def test_a_label_at_no_title_keeps_its_own(edition: Edition) -> None:
    """An extension may give a label a title that stands nowhere in the document."""
    env = pickle.loads(edition.pickled)
    env.domaindata["std"]["labels"]["own"] = ("well", "parts", "Made up")
    env.domaindata["std"]["labels"]["lost"] = ("well", "nowhere", "Parts")
    env.domaindata["std"]["labels"]["bare"] = ("well", "parts", "")
    edition.pickled = pickle.dumps(env)
    edition.derive()
    titles = [edition.label(name)[2] for name in ("own", "lost", "bare")]
    assert titles == ["Made up", "Parts", ""]


class Box(nodes.General, nodes.Element):
    """An element that an extension defines."""


@dataclass
class Note:
    """What an extension keeps of a place."""

    where: str
    node: nodes.Element


def test_what_extensions_keep_is_translated(edition: Edition) -> None:
    env = pickle.loads(edition.pickled)
    box = Box("", nodes.paragraph("", "Parts"), title="A deep well", kind="parts")
    env.all_boxes = {"well": [("Parts", box)]}
    env.all_notes = [Note("Parts", nodes.rubric("", "rope"))]
    edition.pickled = pickle.dumps(env)
    edition.derive()
    [(name, found)] = edition.app.env.all_boxes["well"]  # type: ignore[attr-defined]
    assert found.astext() == "Partes"
    assert found["title"] == "Un pozo hondo"
    # What an extension knows a thing by is no text.
    assert (name, found["kind"]) == ("Parts", "parts")
    [note] = edition.app.env.all_notes  # type: ignore[attr-defined]
    assert (note.where, note.node.astext()) == ("Parts", "soga")
