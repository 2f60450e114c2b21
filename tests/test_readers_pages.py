"""What readers, search engines and other extensions notice of an edition."""

from __future__ import annotations

import json
import re
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from conftest import copy_root
from docutils import nodes
from docutils.utils import new_document
from lxml import etree

from amts_sphinx.build import manifest
from amts_sphinx.core.errors import ConfigError, InterchangeError
from amts_sphinx.edition import draft_notice, original, pages, publish, source_notice
from amts_sphinx.edition.plan import Sibling

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Book, Built, MakeBook, Once, Say

pytestmark = pytest.mark.sphinx
HREFLANG = "//link[@rel='alternate' and @hreflang]"
SITE = "https://example.org/docs/"


class Release(NamedTuple):
    """A book whose editions were built side by side."""

    book: Book
    built: Built

    def edition(self, tag: str) -> Built:
        """Return one of its editions."""
        return self.built.__class__(0, "", "", self.built.out / tag)


def build(folder: Path) -> Release:
    book = copy_root("readers", folder)
    return Release(book, book.build("amts", engine="pseudo"))


@pytest.fixture
def release(once: Once) -> Release:
    """Return the editions of the book, for reading."""
    made: Release = once("readers", build)
    return made


def needs(package: str) -> None:
    if not find_spec(package):
        pytest.skip(f"{package} is not installed")


def test_all_editions_are_made_and_nothing_else_is_said(release: Release) -> None:
    assert release.built.status == 0, release.built.warned
    assert release.built.warned == ""
    assert release.built.said.count("build succeeded") == 1
    # What an edition has of its own is no change of conf.py.
    assert "configuration has changed" not in release.built.said


def test_what_ends_a_build_runs_in_the_editions_alone(
    release: Release, say: Say
) -> None:
    out = release.built.out
    assert not (out / "feed.txt").exists()
    for tag in ("es", "ar", "sw"):
        [line] = (out / tag / "feed.txt").read_text("utf-8").splitlines()
        assert line == f"html {tag} {say('Boats', tag)}"
    assert not (out / "_static").exists()


def test_conf_py_knows_which_edition_it_is_run_for(release: Release, say: Say) -> None:
    title = "//title"
    assert release.edition("es").text("index", title) == [
        f"{say('Boats', 'es')} — Barcos"
    ]
    [arabic] = release.edition("ar").text("index", title)
    assert "Barcos" not in arabic


def test_the_builder_that_writes_is_known_while_reading(
    release: Release, say: Say
) -> None:
    page = release.edition("es")
    assert say("Only in pages.", "es") in page.text("deep/page", "//p")


def test_tabs_are_tabs(release: Release, say: Say) -> None:
    needs("sphinx_tabs")
    found = release.edition("es").text("tabs", "//*[@role='tab']")
    assert found == [say("Small boats", "es"), say("Large boats", "es")]


def test_labels_of_tabs_are_text(once: Once, say: Say) -> None:
    needs("sphinx_inline_tabs")
    needs("furo")
    built: Built = once("readers-furo", partial(in_theme, "furo"))
    found = built.text("es/index", "//label[@class='tab-label']")
    assert found == [say("Tools here", "es")]


@pytest.mark.parametrize(
    ("package", "file", "text"),
    [
        ("sphinx_sitemap", "sitemap.xml", f"<loc>{SITE}es/deep/page.html</loc>"),
        ("notfound", "404.html", "<html"),
        ("sphinx_reredirects", "old.html", "deep/page.html"),
        ("sphinx_llms_txt", "llms.txt", "deep/page"),
        ("sphinx_copybutton", "index.html", "copybutton.js"),
        ("sphinx", ".nojekyll", ""),  # sphinx.ext.githubpages
    ],
)
def test_other_extensions_do_their_work(
    release: Release, package: str, file: str, text: str
) -> None:
    needs(package)
    assert text in (release.built.out / "es" / file).read_text("utf-8")


@pytest.mark.parametrize("scheme", ["{lang}latest/{link}", "new/{link}"])
def test_a_sitemap_names_a_language_once(tmp_path: Path, scheme: str) -> None:
    needs("sphinx_sitemap")
    book = copy_root("incremental", tmp_path)
    lines = ['extensions = ["amts_sphinx", "sphinx_sitemap"]', 'language = "en"']
    lines += [f'html_baseurl = "{SITE}"', f'sitemap_url_scheme = "{scheme}"']
    book.write("conf.py", "\n".join([*lines, 'amts_target_languages = ["es"]']))
    built = book.build("amts", engine="pseudo")
    written = (built.out / "es" / "sitemap.xml").read_text("utf-8")
    kept = "" if "{lang}" in scheme else "new/"
    assert f"<loc>{SITE}es/{kept}index.html</loc>" in written


def test_social_networks_get_the_edition(release: Release, say: Say) -> None:
    needs("sphinxext")
    meta = "//meta[@property='og:{}']/@content"
    page = release.edition("es")
    assert page.text("deep/page", meta.format("description")) == [
        say("A page that is deep.", "es")
    ]
    assert page.text("deep/page", meta.format("url")) == [f"{SITE}es/deep/page.html"]


def test_texts_of_the_configuration(release: Release, say: Say) -> None:
    page = release.edition("es")
    [blurb] = page.page("index").xpath("//p[@class='blurb']")
    here = blurb.xpath("a")[0]
    assert here.get("href") == "https://a.example"
    assert say("here", "es") == here.text_content()
    assert say("boats", "es") == blurb.xpath("b")[0].text_content()
    link = page.page("index").xpath("//a[@href='https://example.org/harbour']")[0]
    assert link.text_content() == say("Our harbour", "es")
    [own] = page.text("index", "//p[@id='own']")
    assert (
        own
        == f"{say('Made at the harbour', 'es')}, {say('A string of a script', 'es')}"
    )
    footer = " ".join(page.text("index", "//div[@class='footer']"))
    assert say("The boat people", "es").lower() in footer.lower()


def test_explicit_titles_of_roles(release: Release, say: Say) -> None:
    [text] = release.edition("es").text("index", "//p[contains(., '1')][.//code]")
    for words in ("my own words", "the opener"):
        assert words not in text
        assert say(words, "es") in text


def test_a_localised_image_is_shown(release: Release) -> None:
    images = "//div[@class='body']//img/@src"
    assert set(release.edition("es").text("index", images)) == {"_images/leaf.es.png"}
    assert set(release.edition("ar").text("index", images)) == {"_images/leaf.png"}


def test_numbers_bear_the_author_s_label(release: Release, say: Say) -> None:
    page = release.edition("es")
    [number] = page.text("index", "//span[@class='caption-number']")
    assert number == f"{say('Plate', 'es')} 1"


def test_labels_that_sphinx_lacks_are_translated_and_told(
    release: Release, say: Say
) -> None:
    page = release.edition("sw")
    assert page.text("index", "//p[@class='admonition-title']") == [say("Note", "sw")]
    [version] = page.text("index", "//span[contains(@class, 'versionmodified')]")
    assert say("Added in version", "sw").casefold() in version.casefold() or (
        "in version" not in version
    )
    file = release.book.source / ".amts" / "report" / "sw" / "report.json"
    report = json.loads(file.read_bytes())
    assert {"label"} <= {each["id"] for each in report["findings"]["checks"]}


@pytest.mark.parametrize("tag", ["es", "sw"])
def test_counts_agree(release: Release, tag: str) -> None:
    file = release.book.source / ".amts" / "report" / tag / "report.json"
    counts = json.loads(file.read_bytes())["findings"]
    whole = sum(counts[severity] for severity in ("error", "warning", "info"))
    assert release.built.summary(tag)["findings"] == whole


def test_parts_in_other_languages_say_so(release: Release, say: Say) -> None:
    page = release.edition("es").page("index")
    for lang, text in {"fr": "Un bateau, non ?", "en": "This stays as it is."}.items():
        [found] = page.xpath(f"//p[normalize-space()='{text}']")
        assert found.get("lang") == lang
    english = say("These are English words.", "es")
    [found] = page.xpath(f"//p[normalize-space()='{english}']")
    assert found.get("lang") is None
    [figure] = page.xpath("//figure")
    assert figure.get("lang") == "en"


def test_arabic_runs_from_the_right(release: Release) -> None:
    edition = release.edition("ar")
    for name in ("index", "search", "genindex"):
        assert edition.page(name).get("dir") == "rtl"
    [english] = edition.page("index").xpath("//p[@lang='en']")
    assert english.get("dir") == "ltr"
    code = edition.page("index").xpath("//dt[contains(@class, 'sig')] | //code")
    assert {element.get("dir") for element in code} == {"ltr"}
    assert release.edition("es").page("index").get("dir") is None


@pytest.mark.parametrize(
    ("tag", "part", "direction"),
    [
        ("ar", '<p class="x" lang="fr">', "ltr"),
        ("ar", "<p lang='zh-Hant'>", "ltr"),
        ("ar", '<p lang="fa">', None),
        ("ar", '<p lang="fr" dir="auto">', None),
        ("ar", '<a hreflang="fr" lang="fr">', None),
        ("de", '<p lang="he">', "rtl"),
        ("de", '<p lang="en">', None),
        ("de", "<p>", None),
    ],
)
def test_parts_in_other_languages_run_their_own_way(
    tag: str, part: str, direction: str | None
) -> None:
    page = f"<html><body>{part}</body></html>"
    wanted = f'{part[:-1]} dir="{direction}">' if direction else part
    assert wanted in pages._with_directions(page, tag)  # noqa: SLF001


@pytest.mark.parametrize("tag", ["fa", "he", "hi", "zh-TW", "sw"])
def test_what_is_told_in_english_for_want_of_another_says_so(tag: str) -> None:
    known = tag != "sw"
    doctree = new_document("page")
    source_notice.tell(doctree, tag)
    doctree["classes"].append(publish.DRAFT)
    draft_notice.tell(doctree, tag)
    told = [*doctree.findall(nodes.paragraph)]
    assert len(told) == 2
    for each in told:
        assert each["classes"] == ([] if known else ["language-en"])
        assert ("page" in each.astext()) is not known
    book = Sibling("en", "English", "../en/", "", is_source=True)
    body = '<a class="headerlink" href="#boats" title="x">¶</a>'
    link = original.link(body, book, "../en/index.html", tag)
    assert ('lang="en" title' in link.replace('hreflang="en"', "")) is not known


@pytest.mark.parametrize("name", ["index", "deep/page", "search", "genindex"])
def test_every_page_leads_to_itself_in_other_languages(
    release: Release, name: str
) -> None:
    page = release.edition("es").page(name)
    [switcher] = page.xpath("//nav[contains(@class, 'amts-languages')]")
    assert switcher.get("aria-label") == "Idiomas"
    links = switcher.xpath(".//a")
    assert [a.text_content() for a in links] == ["español", "العربية", "Kiswahili"]
    assert [a.get("lang") for a in links] == ["es", "ar", "sw"]
    assert [a.get("aria-current") for a in links] == ["true", None, None]
    here = release.built.out / "es" / f"{name}.html"
    for link, tag in zip(links, ("es", "ar", "sw"), strict=True):
        wanted = release.built.out / tag / f"{name}.html"
        assert (here.parent / link.get("href")).resolve() == wanted.resolve()
        assert wanted.exists()


def test_search_engines_learn_of_all_editions(release: Release) -> None:
    page = release.edition("ar").page("deep/page")
    found = {e.get("hreflang"): e.get("href") for e in page.xpath(HREFLANG)}
    assert found == {
        **{tag: f"{SITE}{tag}/deep/page.html" for tag in ("es", "ar", "sw")},
        "x-default": SITE,
    }
    assert page.xpath("//link[@rel='canonical']/@href") == [f"{SITE}ar/deep/page.html"]
    assert release.edition("ar").page("search").xpath(HREFLANG) == []


def test_one_sitemap_has_all_pages(release: Release) -> None:
    names = {
        "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
        "x": "http://www.w3.org/1999/xhtml",
    }
    tree = etree.parse(str(release.built.out / "sitemap.xml"))
    pages = tree.xpath("//s:loc/text()", namespaces=names)
    assert isinstance(pages, list)
    count = len(release.book.environment().found_docs)
    assert len(pages) == len(set(pages)) == 3 * count
    assert f"{SITE}sw/deep/page.html" in pages
    links = tree.xpath("//s:url[1]/x:link/@hreflang", namespaces=names)
    assert links == ["es", "ar", "sw", "x-default"]


def test_the_root_page_leads_to_the_editions(release: Release) -> None:
    page = release.built.page("index")
    links = page.xpath("//a")
    assert [a.get("href") for a in links] == [
        f"{tag}/index.html" for tag in ("es", "ar", "sw")
    ]
    assert [a.get("dir") for a in links] == ["ltr", "rtl", "ltr"]
    assert [a.get("hreflang") for a in links] == ["es", "ar", "sw"]


def test_each_feature_is_switched_off_by_one_value(once: Once) -> None:
    release: Release = once("readers-bare", bare)
    assert release.built.status == 0, release.built.warned
    out = release.built.out
    assert (out / "index.html").read_text("utf-8") == "Not yours."
    assert not (out / "sitemap.xml").exists()
    page = release.edition("es").page("index")
    assert page.xpath("//nav[contains(@class, 'amts-languages')]") == []
    assert page.xpath(HREFLANG) == []
    assert page.xpath("//link[@rel='canonical']/@href") == [f"{SITE}index.html"]
    assert "index.html is not ours" in release.built.said
    assert f"{manifest.NAME} cannot be read" in release.built.warned
    # What the command line leaves out for once is no edition that was removed.
    release.book.build("amts", "-D", "amts_target_languages=es", engine="pseudo")
    assert manifest.read(out).removed == []
    assert manifest.read(out).current == ["es", "sw"]


def bare(folder: Path) -> Release:
    """Build two editions with everything switched off, over an ``index.html``."""
    book = copy_root("readers", folder)
    out = folder / "out" / "amts"
    out.mkdir(parents=True)
    (out / "index.html").write_text("Not yours.", "utf-8")
    (out / manifest.NAME).write_text("damaged", "utf-8")
    options = ["amts_target_languages=es,sw", "amts_language_switcher=0"]
    options += ["amts_alternates=0", "amts_sitemap=0", "amts_edition_url="]
    given = [part for option in options for part in ("-D", option)]
    return Release(book, book.build("amts", *given, engine="pseudo"))


@pytest.mark.parametrize(
    "theme", ["furo", "sphinx_rtd_theme", "pydata_sphinx_theme", "sphinx_book_theme"]
)
def test_themes_of_others(once: Once, theme: str, say: Say) -> None:
    needs(theme)
    built: Built = once(f"readers-{theme}", partial(in_theme, theme))
    assert (built.status, built.warned) == (0, "")
    assert sorted(path.name for path in built.out.iterdir()) == [
        ".amts-editions.json",
        "ar",
        "es",
        "index.html",
    ]
    for name in ("ar/index", "ar/search"):
        page = built.page(name)
        assert page.get("dir") == "rtl"
        assert len(page.xpath("//nav[contains(@class, 'amts-languages')]")) >= 1
    assert say("A boat floats on water.", "es") in built.text("es/index", "//p")
    icons = built.page("es/index").xpath("//a[@href='https://example.org/forum']")
    assert len(icons) <= 2  # a header and a drawer may both show it


@pytest.mark.parametrize(
    ("theme", "place"),
    [
        ("sphinx_rtd_theme", "wy-side-nav-search"),
        ("pydata_sphinx_theme", "navbar-header-items__end"),
    ],
)
def test_the_switcher_is_in_the_theme_s_own_place(
    once: Once, theme: str, place: str
) -> None:
    needs(theme)
    built: Built = once(f"readers-{theme}", partial(in_theme, theme))
    switcher = "nav[contains(@class, 'amts-languages')]"
    for name in ("index", "search", "genindex"):
        page = built.page(f"es/{name}")
        inside = page.xpath(f"//div[contains(@class, '{place}')]//{switcher}")
        assert len(inside) == 1
    # Where scripts do not run, it is above the text of a narrow page, too.
    [text] = built.page("es/index").xpath("//noscript//nav/ancestor::noscript/div")
    assert text.get("class").startswith("amts-narrow-")


def in_theme(theme: str, folder: Path) -> Built:
    """Build two editions of a page in a theme."""
    book = copy_root("incremental", folder)
    for path in book.source.glob("*.rst"):
        path.unlink()
    options: dict[str, Any] = {}
    if theme.endswith(("data_sphinx_theme", "book_theme")):
        url = "https://example.org/forum"
        link = {"name": "Our forum", "url": url, "icon": "fa-brands fa-github"}
        options = {"icon_links": [link]}
    text = "Boats\n=====\n\nA boat floats on water.\n"
    extensions = ["amts_sphinx"]
    if theme == "furo" and find_spec("sphinx_inline_tabs"):
        extensions.append("sphinx_inline_tabs")
        text += "\n.. tab:: Tools here\n\n   A rake.\n"
    lines = [f"extensions = {extensions!r}", 'project = "Boats"', 'language = "en"']
    lines += [f"html_theme = {theme!r}", f"html_theme_options = {options!r}"]
    lines.append('amts_target_languages = ["es", "ar"]')
    book.write("conf.py", "\n".join(lines))
    book.write("index.rst", text)
    return book.build("amts", engine="pseudo")


def test_an_edition_that_is_removed_is_named_and_pruned(tmp_path: Path) -> None:
    zh, es = tmp_path / "zh", tmp_path / "es"
    for folder in (zh, es):
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "page.html").write_text("ours", "utf-8")
    (zh / "CNAME").write_text("theirs", "utf-8")
    nothing = manifest.before(tmp_path / "fr", {})
    then = manifest.before(zh, {})
    assert then.foreign == {"CNAME", "deep/page.html"}
    then = then._replace(foreign=then.foreign - {"deep/page.html"})
    (zh / "index.html").write_text("ours", "utf-8")
    found = manifest.Manifest(["es"])
    found.editions = {
        "zh": manifest.written(zh, then),
        "es": manifest.written(es, nothing),
    }
    manifest.write(tmp_path, found)
    (zh / "index.html").write_text("changed by a person", "utf-8")
    assert manifest.read(tmp_path).removed == ["zh"]
    [dry] = manifest.prune(tmp_path, dry_run=True)
    assert (dry.tag, len(dry.removed), dry.kept) == ("zh", 1, ("CNAME", "index.html"))
    assert (zh / "deep" / "page.html").exists()
    assert manifest.prune(tmp_path) == [dry]
    assert sorted(path.name for path in zh.rglob("*")) == ["CNAME", "index.html"]
    assert (es / "deep" / "page.html").exists()
    assert manifest.prune(tmp_path) == []


def test_what_a_person_changed_is_not_ours_after_another_build(tmp_path: Path) -> None:
    page, other = tmp_path / "page.html", tmp_path / "other.html"
    for path in (page, other):
        path.write_text("ours", "utf-8")
    left = manifest.written(tmp_path, manifest.before(tmp_path / "none", {}))
    for path in (page, other):
        path.write_text("by a person", "utf-8")
    then = manifest.before(tmp_path, left)
    other.write_text("written by a build again", "utf-8")
    now = manifest.written(tmp_path, then)
    assert now["page.html"] == left["page.html"]
    assert now["other.html"][0] == len("written by a build again")
    # Nor is it after a third one.
    again = manifest.written(tmp_path, manifest.before(tmp_path, now))
    assert again == now


def test_pages_without_a_document_are_named_and_pruned(make_book: MakeBook) -> None:
    book = make_book("pages")
    conf = (book.source / "conf.py").read_text("utf-8")
    book.write("conf.py", f"{conf}\namts_target_languages = ['zh', 'es']\n")
    first = book.build("amts", engine="pseudo")
    assert manifest.prune(first.out) == []
    for name in ("soil", "water"):
        text = (book.source / f"{name}.rst").read_text("utf-8")
        book.write(f"new_{name}.rst", f":orphan:\n\n{text}")
        (book.source / f"{name}.rst").unlink()
    # Something else writes that page by now.
    redirection = """
from pathlib import Path

def setup(app):
    def write(app, _):
        out = Path(app.outdir)
        if app.builder.name == "html" and out.name in {"es", "zh"}:
            (out / "water.html").write_text("moved", "utf-8")
    app.connect("build-finished", write)
"""
    book.write("conf.py", (book.source / "conf.py").read_text("utf-8") + redirection)
    then = book.build("amts", engine="pseudo")
    assert "holds 3 files of documents that are gone" in then.said
    (then.out / "es" / "soil.html").write_text("changed by a person", "utf-8")
    again = book.build("amts", engine="pseudo")
    dry = manifest.prune(again.out, dry_run=True)
    gone = ("_sources/soil.rst.txt", "_sources/water.rst.txt", "soil.html")
    assert [(each.tag, each.removed) for each in dry] == [
        ("es", gone[:2]),
        ("zh", gone),
    ]
    assert (again.out / "zh" / "soil.html").exists()
    assert manifest.prune(again.out) == dry
    assert not (again.out / "zh" / "soil.html").exists()
    for tag in ("zh", "es"):
        assert (again.out / tag / "water.html").read_text("utf-8") == "moved"
        assert (again.out / tag / "new_soil.html").exists()
        assert (again.out / tag / "genindex.html").exists()
    assert (again.out / "es" / "soil.html").exists()
    assert manifest.prune(again.out) == []
    last = book.build("amts", engine="pseudo")
    assert "documents that are gone" not in last.said


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"format": "x", "version": 1}', '{"format": "amts_sphinx editions"}'],
)
def test_a_damaged_list_removes_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / manifest.NAME).write_text(content, "utf-8")
    with pytest.raises(InterchangeError, match=re.escape(manifest.NAME)):
        manifest.prune(tmp_path)


def test_a_folder_outside_is_never_pruned(tmp_path: Path) -> None:
    found = manifest.Manifest(["es"], {"../zh": {"index.html": (0, 0)}})
    manifest.write(tmp_path, found)
    with pytest.raises(InterchangeError, match="no folder of an edition"):
        manifest.prune(tmp_path)


def test_a_folder_without_a_list_is_not_ours(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no"):
        manifest.prune(tmp_path)


def test_what_stays_is_listed_with_the_reason(release: Release) -> None:
    file = release.book.source / ".amts" / "report" / "es" / "report.json"
    stays = {each["reason"]: each for each in json.loads(file.read_bytes())["stays"]}
    assert set(stays) == {"figure", "notranslate", "language"}
    [place] = stays["notranslate"]["places"]
    assert (place["document"], place["text"]) == ("index", "This stays as it is.")
    assert stays["figure"]["words"] == len(["leaf", "in", "spring"])
