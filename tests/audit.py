"""Compare the HTML of a translated edition with that of the source edition.

Also a program: ``python tests/audit.py SOURCE_HTML EDITION_HTML``. What must be the
same is compared: pages, ids, links. What must not be the same is counted: words in
Latin letters that a reader sees, by the kind of place they stand in. So the source is
in a language with Latin letters, and the edition in one without, such as a
pseudo-translation into Chinese. Code, mathematics and signatures do not count.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from lxml import html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from lxml.etree import _Element

    Pages = Mapping[str, _Element]

#: Directories that hold no pages.
_NO_PAGES: Final = {"_static", "_sources", "_downloads", "_images"}
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'’]+")
#: Elements and classes whose text is not prose.
_CODE_TAGS: Final = {"script", "style", "pre", "code", "kbd", "tt", "samp", "svg"}
_CODE_CLASSES: Final = {"math", "highlight", "sig", "literal", "program", "command"}
_ADDED_LINKS: Final = {"headerlink", "viewcode-link", "viewcode-back"}
_HEADINGS: Final = {"h1", "h2", "h3", "h4", "h5", "h6"}
_ATTRIBUTES: Final = ("alt", "title", "placeholder", "aria-label")
_SIDEBARS: Final = {
    "sphinxsidebar",
    "sidebar-drawer",
    "sidebar-tree",
    "bd-sidebar-primary",
    "bd-sidebar-secondary",
    "toc-drawer",
}
_PREV_NEXT: Final = {"related-pages", "prev-next-area", "prev-next-footer"}
#: How many of the texts with words left are shown for each category.
_SHOWN: Final = 5

#: The words of the body alone, from which the share of words left is reckoned.
BODY: Final = (
    "toctree",
    "admonition title",
    "version label",
    "field name",
    "contents",
    "caption",
    "glossary",
    "footnote",
    "heading",
    "link text",
    "table",
    "prose",
)


class _Spot(NamedTuple):
    """What is known of an element when its category is sought."""

    tag: str
    classes: frozenset[str]
    parent: frozenset[str]


#: Category and test, the most telling first: a heading within a sidebar is the
#: sidebar's, a link within a heading the heading's.
_RULES: Final[tuple[tuple[str, Callable[[_Spot], bool]], ...]] = (
    ("module code", lambda _: False),
    ("page title", lambda s: s.tag == "title"),
    ("sidebar", lambda s: bool(s.classes & _SIDEBARS)),
    ("prev/next", lambda s: bool(s.classes & _PREV_NEXT)),
    ("prev/next", lambda s: s.tag == "li" and "right" in s.classes),
    ("breadcrumbs", lambda s: "related" in s.classes or _is_crumb(s)),
    ("footer", lambda s: s.tag == "footer" or "footer" in s.classes),
    ("general index", lambda _: False),
    ("module index", lambda _: False),
    ("search page", lambda _: False),
    ("toctree", lambda s: bool(s.classes & {"toctree-wrapper", "toctree-l1"})),
    ("admonition title", lambda s: "admonition-title" in s.classes),
    ("version label", lambda s: "versionmodified" in s.classes),
    ("field name", lambda s: s.tag == "dt" and "field-list" in s.parent),
    ("contents", lambda s: bool(s.classes & {"contents", "topic-title"})),
    ("caption", lambda s: s.tag in {"caption", "figcaption"}),
    ("caption", lambda s: bool(s.classes & {"caption-text", "code-block-caption"})),
    ("glossary", lambda s: "glossary" in s.classes),
    ("footnote", lambda s: bool(s.classes & {"footnote", "footnote-list"})),
    ("heading", lambda s: s.tag in _HEADINGS),
    ("link text", lambda s: s.tag == "a"),
    ("table", lambda s: s.tag == "table"),
    ("prose", lambda _: True),
)
#: What is in none of these, and outside the body: a theme's own words.
_CHROME: Final = "chrome"
#: The pages that Sphinx makes by itself.
_OWN_PAGES: Final = (
    (re.compile(r"genindex"), "general index"),
    (re.compile(r"\w+-modindex"), "module index"),
    (re.compile(r"search\.html"), "search page"),
    (re.compile(r"_modules/"), "module code"),
)
_RANK: Final = {category: i for i, (category, _) in reversed([*enumerate(_RULES)])}


@dataclass(frozen=True, slots=True)
class Difference:
    """What stands on one page of one edition only; each item as often as it does."""

    page: str
    source: tuple[str, ...]
    edition: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """The words in one kind of place."""

    name: str
    #: Words in the source edition.
    words: int
    #: Words in Latin letters in the translated edition.
    left: int
    #: Texts with words left, each with how often it stands there, most frequent first.
    samples: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """All that a comparison found."""

    pages: int
    #: Pages of one edition only.
    files: Difference
    ids: tuple[Difference, ...]
    hrefs: tuple[Difference, ...]
    #: Code, literals, mathematics and signatures.
    codes: tuple[Difference, ...]
    #: Internal links of the edition that lead nowhere, as page and link …
    dangling: frozenset[tuple[str, str]]
    #: … and those of them that lead somewhere in the source edition.
    broken: frozenset[tuple[str, str]]
    #: The values of ``<html lang>``, and how many pages have each, of those that have
    #: one in the source edition.
    languages: Mapping[str, int]
    categories: Mapping[str, Category]
    #: The words of code in headings, which are words in titles, menus and the search.
    code_in_headings: frozenset[str]

    def left(self, *names: str) -> int:
        """Return how many words are left in the categories of these names."""
        return sum(self.categories[n].left for n in names if n in self.categories)

    def words(self, *names: str) -> int:
        """Return how many words the source edition has in these categories."""
        return sum(self.categories[n].words for n in names if n in self.categories)

    def untranslated(self, name: str, allowed: Iterable[str] = ()) -> list[str]:
        """Return the texts of a category with words left that no heading has as code.

        :param allowed: more words that may be left
        """
        found = self.categories.get(name)
        known = self.code_in_headings.union(allowed)
        return [
            text
            for text, _ in (found.samples if found else ())
            if not known.issuperset(_WORD.findall(text))
        ]

    @property
    def body_share(self) -> float:
        """The share, 0 to 1, of the body's words that are left."""
        return self.left(*BODY) / max(1, self.words(*BODY))


def audit(source: Path, edition: Path) -> Audit:
    """Compare the edition in one directory with the source edition in the other."""
    ours, theirs = load(source), load(edition)
    both = sorted(ours.keys() & theirs.keys())
    dangling = dangling_links(theirs)
    return Audit(
        pages=len(theirs),
        files=_difference("", _no_letters(ours), _no_letters(theirs)),
        ids=_differences(both, ours, theirs, ids_of),
        hrefs=_differences(both, ours, theirs, hrefs_of),
        codes=_differences(both, ours, theirs, codes_of),
        dangling=dangling,
        broken=dangling - dangling_links(ours),
        languages=Counter(
            theirs[page].get("lang") or "" for page in both if ours[page].get("lang")
        ),
        categories=_categories(
            [*visible_texts(ours), *search_texts(source)],
            [*visible_texts(theirs), *search_texts(edition)],
        ),
        code_in_headings=_code_in_headings(ours),
    )


def load(folder: Path) -> Pages:
    """Return the parsed pages of an edition by their paths, as URLs have them."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    found: dict[str, _Element] = {}
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder)
        if not any(p in _NO_PAGES or p.startswith(".") for p in name.parts):
            found[name.as_posix()] = html.parse(str(path), parser).getroot()
    return found


def ids_of(page: str, root: _Element) -> Iterator[str]:
    """Yield the ids of a page; those of the index's letters depend on the language."""
    for element in root.iter("*"):
        name = element.get("id")
        if name and not (_is_index(page) and element.tag == "h2"):
            yield name


def hrefs_of(page: str, root: _Element) -> Iterator[str]:
    """Yield where the links of a page lead; not those to the index's letters."""
    for element in root.iter("a"):
        href = element.get("href")
        if href and not (_is_index(page) and href.startswith("#")):
            yield href


def codes_of(page: str, root: _Element) -> Iterator[str]:
    """Yield the code and the like of a page, but of Sphinx's own pages."""
    if not any(path.match(page) for path, _ in _OWN_PAGES):
        for element in _codes_in(root):
            yield _text_of(element)


def dangling_links(pages: Pages) -> frozenset[tuple[str, str]]:
    """Return the internal links that lead to no page, or to no id of one."""
    anchors = {page: _anchors(root) for page, root in pages.items()}
    return frozenset(
        (page, href)
        for page, root in pages.items()
        for href in (a.get("href") or "" for a in root.iter("a"))
        if _is_dangling(page, href, anchors)
    )


def visible_texts(pages: Pages) -> Iterator[tuple[str, str]]:
    """Yield each text that a reader sees, after its category."""
    for page, root in pages.items():
        kinds = (kind for path, kind in _OWN_PAGES if path.match(page))
        yield from _texts(root, _RANK[next(kinds, "prose")])


def search_texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what the search of an edition shows: titles and names of objects' kinds."""
    path = folder / "searchindex.js"
    if not path.exists():
        return
    called = path.read_text("utf-8")
    index = json.loads(called[called.index("(") + 1 : called.rindex(")")])
    # Domain, type, and the name that a reader sees.
    names = [names[2] for names in index["objnames"].values()]
    for text in (*index["titles"], *index["alltitles"], *names):
        if "</" in text:  # Sphinx 5 keeps the markup of titles
            title = html.fragment_fromstring(text, create_parent="title")
            yield from (("search index", words) for _, words in _texts(title, 0))
        else:
            yield "search index", text


def _is_crumb(spot: _Spot) -> bool:
    return any("breadcrumb" in name for name in spot.classes)


def _is_index(page: str) -> bool:
    return PurePosixPath(page).name.startswith("genindex")


def _no_letters(pages: Iterable[str]) -> list[str]:
    """Leave out the index's pages for single letters, which a language chooses."""
    return [page for page in pages if not page.startswith("genindex-")]


def _difference(page: str, ours: Iterable[str], theirs: Iterable[str]) -> Difference:
    a, b = Counter(ours), Counter(theirs)
    return Difference(
        page, tuple(sorted((a - b).elements())), tuple(sorted((b - a).elements()))
    )


def _differences(
    names: Iterable[str],
    ours: Pages,
    theirs: Pages,
    items: Callable[[str, _Element], Iterable[str]],
) -> tuple[Difference, ...]:
    found = (
        _difference(page, items(page, ours[page]), items(page, theirs[page]))
        for page in names
    )
    return tuple(each for each in found if each.source or each.edition)


def _anchors(root: _Element) -> set[str]:
    ids = {element.get("id") or "" for element in root.iter("*")}
    return ids | {a.get("name") or "" for a in root.iter("a")} - {""}


def _is_dangling(page: str, href: str, anchors: Mapping[str, set[str]]) -> bool:
    if urlsplit(href).scheme or href.startswith("//"):
        return False
    url, fragment = urldefrag(urljoin(page, href))
    target = unquote(url)
    if PurePosixPath(target).suffix != ".html" or target.startswith("_static/"):
        return False
    known = anchors.get(target)
    return known is None or bool(fragment and unquote(fragment) not in known)


def _texts(
    element: _Element, rank: int, *, inside: bool = False
) -> Iterator[tuple[str, str]]:
    """Yield the texts in and below *element*, each after its category.

    :param rank: the best rank of the elements around it
    :param inside: whether it is in the body of the page
    """
    if _is_code(element):
        return
    rank = min(rank, _rank_of(element))
    inside = inside or _is_body(element)
    kind = _RULES[rank][0]
    category = _CHROME if kind in BODY and not inside else kind
    # A link's title in the page's head is what browsers show for prev and next.
    yield from (("attribute", element.get(name) or "") for name in _ATTRIBUTES)
    if element.tag == "meta" and element.get("name") in {"description", "keywords"}:
        yield "attribute", element.get("content") or ""
    yield category, element.text or ""
    for child in element:
        yield from _texts(child, rank, inside=inside)
        yield category, child.tail or ""


def _codes_in(element: _Element) -> Iterator[_Element]:
    """Yield the outermost elements of code in *element*."""
    for child in element:
        if not _is_code(child):
            yield from _codes_in(child)
        elif child.tag not in {"script", "style", "svg"}:
            yield child


def _code_in_headings(pages: Pages) -> frozenset[str]:
    return frozenset(
        word
        for root in pages.values()
        for heading in root.iter(*_HEADINGS)
        for element in _codes_in(heading)
        for word in _WORD.findall(_text_of(element))
    )


def _text_of(element: _Element) -> str:
    """Return the text in *element*, without the links that Sphinx adds to headings."""
    if not _ADDED_LINKS.isdisjoint((element.get("class") or "").split()):
        return ""
    pieces = [element.text or ""]
    for child in element:
        pieces += [_text_of(child), child.tail or ""]
    return "".join(pieces).strip()


def _is_body(element: _Element) -> bool:
    classes = (element.get("class") or "").split()
    marked = "body" in classes or element.get("role") == "main"
    return marked or element.tag in {"main", "article"}


def _is_code(element: _Element) -> bool:
    classes = (element.get("class") or "").split()
    return element.tag in _CODE_TAGS or not _CODE_CLASSES.isdisjoint(classes)


def _rank_of(element: _Element) -> int:
    parent = element.getparent()
    around = "" if parent is None else parent.get("class") or ""
    return _rank(str(element.tag), element.get("class") or "", around)


@cache
def _rank(tag: str, own: str, around: str) -> int:
    spot = _Spot(tag, frozenset(own.split()), frozenset(around.split()))
    return next(_RANK[category] for category, test in _RULES if test(spot))


def _categories(
    ours: Iterable[tuple[str, str]], theirs: Iterable[tuple[str, str]]
) -> Mapping[str, Category]:
    words, left = Counter[str](), Counter[str]()
    samples: dict[str, Counter[str]] = {}
    for category, text in ours:
        words[category] += len(_WORD.findall(text))
    for category, text in theirs:
        number = len(_WORD.findall(text))
        left[category] += number
        if number:
            samples.setdefault(category, Counter())[" ".join(text.split())] += 1
    return {
        name: Category(
            name, words[name], left[name], tuple(samples.get(name, _NONE).most_common())
        )
        for name in sorted(words.keys() | left.keys())
        if words[name] or left[name]
    }


_NONE: Final = Counter[str]()


def report(found: Audit, shown: int = _SHOWN) -> str:
    """Return what an audit found as a table.

    :param shown: how many samples and differences of a kind to show
    """
    languages = ", ".join(f"{n} x {tag!r}" for tag, n in found.languages.items())
    ours, theirs, broken = found.files.source, found.files.edition, found.broken
    lines = [
        f"pages: {found.pages}; html lang: {languages}",
        f"only in the source edition: {len(ours)} {ours[:shown]}",
        f"only in the edition: {len(theirs)} {theirs[:shown]}",
        f"dangling links: {len(found.dangling)}",
        f"   sound in the source edition: {len(broken)} {sorted(broken)[:shown]}",
    ]
    for name, differences in _compared(found):
        lines.append(f"pages whose {name} differ: {len(differences)}")
        lines += [
            f"   {each.page}: {each.source[:shown]} / {each.edition[:shown]}"
            for each in differences[:shown]
        ]
    lines.append(f"\n{'category':18}{'words':>9}{'left':>8}{'%':>8}")
    for each in found.categories.values():
        samples = "; ".join(f"{text[:70]!r} x {n}" for text, n in each.samples[:shown])
        lines.append(f"{_row(each.name, each.words, each.left)}  {samples}".rstrip())
    lines.append(_row("BODY", found.words(*BODY), found.left(*BODY)))
    return "\n".join(lines)


def _compared(found: Audit) -> tuple[tuple[str, tuple[Difference, ...]], ...]:
    return ("ids", found.ids), ("hrefs", found.hrefs), ("codes", found.codes)


def _row(name: str, words: int, left: int) -> str:
    return f"{name:18}{words:9}{left:8}{100 * left / max(1, words):8.2f}"


def main(arguments: list[str]) -> int:
    """Compare the two directories that the command line names."""
    if len(arguments) != len(("source", "edition")):
        sys.stderr.write("usage: python tests/audit.py SOURCE_HTML EDITION_HTML\n")
        return 2
    sys.stdout.write(report(audit(Path(arguments[0]), Path(arguments[1]))) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
