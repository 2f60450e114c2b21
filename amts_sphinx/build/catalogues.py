"""The book's own gettext catalogues as an origin of the memory.

They are read, with the book, only where they or the messages of the book have changed
since they were learnt: it takes longer than to read the book.
"""

from __future__ import annotations

import hashlib
import pickle
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from sphinx.util import logging

from amts_sphinx import _compat
from amts_sphinx.build import summary
from amts_sphinx.build.planner import tags_of
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import AmtsError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.doctree import catalogues, gettext, given
from amts_sphinx.doctree.catalogues import Pairing
from amts_sphinx.doctree.gettext import GettextSettings, Reading
from amts_sphinx.formats.catalogues import (
    COPY,
    DAMAGED,
    NO_DOCUMENT,
    Catalogues,
    LeftMessage,
    chosen,
    folders,
    language_of,
    read,
    read_file,
)
from amts_sphinx.memory.importing import BY_BOOK, SHOWN, SHRUNK, digest_of
from amts_sphinx.memory.statements import CATALOGUE, FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sphinx.application import Sphinx
    from sphinx.builders import Builder

    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.languages import Language
    from amts_sphinx.doctree.catalogues import Found
    from amts_sphinx.doctree.collect import DocumentTexts
    from amts_sphinx.memory.memory import Learnt, Memory

logger = logging.getLogger(__name__)
#: The version of what is kept of a reading, and of how it is made.
_FORMAT: Final = 2
#: A catalogue is of this book that has at least this part of its messages there.
_OF_BOOK: Final = 0.5
_KEPT: Final = "found.pickle"
_SUBTYPE: Final = "catalogue"
#: Sphinx's ``locale_dirs``, where ``conf.py`` does not say otherwise.
_DEFAULT: Final = ["locales"]


class _Origin(NamedTuple):
    """The catalogues of one language."""

    #: The folder, relative to the book.
    name: str
    tag: str
    catalogues: Catalogues
    #: Of all that the units are made from.
    digest: str
    home: Path
    kind: str = CATALOGUE


@dataclass(frozen=True, slots=True)
class CatalogueReader:
    """Has the memory say what the catalogues of a book say now.

    Whatever is wrong with a catalogue is told, and stops nothing.
    """

    app: Sphinx
    builder: Builder
    config: AmtsConfig
    memory: Memory
    #: The keys of sentences in texts whose translation is fuzzy.
    in_work: set[str] = field(default_factory=set)

    def learn(
        self, languages: Iterable[Language], texts: Mapping[str, DocumentTexts]
    ) -> dict[str, Found]:
        """Learn the catalogues of some languages.

        :param languages: of the editions that are built
        :param texts: of the book, by document
        :returns: what the catalogues come to, by the tag of the edition
        """
        if not self.config.gettext:
            self.memory.keep_catalogues(())
            return {}
        about = GettextSettings.of(self.app.config, self.app.srcdir)
        known = folders(map(Path, about.locale_dirs))
        known.pop(self.config.source_language.tag, None)
        name_of = self.config.files.name_of
        there = {name_of(each) for those in known.values() for each in those}
        self.memory.keep_catalogues(there)
        _tell_of_folders(self.app.config.locale_dirs, about)
        found: dict[str, Found] = {}
        rest: dict[str, tuple[_Origin, Reading]] = {}
        for language in languages:
            tag, those = chosen(known, language.tag, summary.warn)
            if not those:
                if known:
                    logger.info(
                        "amts-%s: there are no catalogues in this language; those that"
                        " there are: %s",
                        language.tag,
                        ", ".join(sorted(known)),
                    )
                continue
            home = Path(self.app.doctreedir, ".amts", language.tag, "gettext")
            said = read(those, {about.domain(docname) for docname in texts})
            warn_of_faults(said.left, DAMAGED)
            catalogues.lend(said, texts, about)
            digest = _digest(said, texts, about)
            origin = _Origin(name_of(those[0]), tag, said, digest, home)
            is_current = self.memory.is_learnt(origin.name, digest, CATALOGUE)
            kept = _kept(origin) if is_current else None
            if kept is None:
                rest[language.tag] = origin, self._reading(origin, texts, about)
            else:
                found[language.tag] = kept
        found |= self._read(rest)
        self.in_work.update(
            key for made in found.values() for each in made.waiting for key in each[2]
        )
        for tag, made in found.items():
            warn_of_faults(made.left, catalogues.MARKS)
            tell(f"amts-{tag}", made, logger.info)
        self._warn_of_gone(languages)
        return found

    def _warn_of_gone(self, languages: Iterable[Language]) -> None:
        """Warn of people's catalogues that are where they were no more."""
        tags = {language.tag for language in languages}
        said: Counter[str] = Counter()
        gone: list[Learnt] = []
        for each in self.memory.origins():
            if each.origin.kind != CATALOGUE:
                continue
            if each.origin.rank is not None:
                said[_language_of(each)] += each.units
            elif each.units:
                gone.append(each)
        for each in gone:
            tag = _language_of(each)
            # A folder that has another name now says the same.
            if tag in tags and said[tag] < SHRUNK * each.units:
                name = each.origin.name
                summary.warn(
                    f"{name} has no catalogues any more, and had {each.units} units:"
                    " they are not published. See locale_dirs; if that is meant,"
                    f" accept it with amts memory forget {name}"
                )

    def learn_files(
        self, languages: Iterable[Language], texts: Mapping[str, DocumentTexts]
    ) -> set[Path]:
        """Learn the files of ``amts_memory_files`` that are catalogues of this book.

        :returns: their paths: no other reader need look at them
        """
        about = GettextSettings.of(self.app.config, self.app.srcdir)
        tags = [language.tag for language in languages]
        done: set[Path] = set()
        rest: dict[str, tuple[_Origin, Reading]] = {}
        paths: dict[str, Path] = {}
        known = folders(map(Path, about.locale_dirs)) if self.config.gettext else {}
        own = {each.resolve() for those in known.values() for each in those}
        for file in self.config.files.found(lambda _: None):
            if file.path.suffix == ".po" and own & {*file.path.resolve().parents}:
                # It is an origin already.
                done.add(file.path)
                continue
            named = file.pair.target if file.pair else ""
            tag = named or language_of(file.path) if file.path.suffix == ".po" else ""
            if not language_of(file.path) or tag not in tags:
                continue
            said = _in_book(read_file(file.path), texts, about)
            if said is None:
                continue
            warn_of_faults(said.left, DAMAGED)
            name = self.config.files.name_of(file.path)
            mark = hashlib.sha256(name.encode()).hexdigest()[:8]
            home = Path(self.app.doctreedir, ".amts", tag, f"gettext-{mark}")
            digest = _digest(said, texts, about)
            whole = f"{BY_BOOK}{digest_of(file.path)}:{digest}"
            origin = _Origin(name, tag, said, whole, home, FILE)
            if self.memory.is_learnt(name, whole):
                done.add(file.path)
            else:
                rest[name] = origin, self._reading(origin, texts, about)
                paths[name] = file.path
        for name, made in self._read(rest).items():
            done.add(paths[name])
            tell(name, made, logger.info)
        return done

    def _read(self, rest: Mapping[str, tuple[_Origin, Reading]]) -> dict[str, Found]:
        """Learn what is new, several languages side by side."""
        found: dict[str, Found] = {}
        jobs = max(1, min(self.app.parallel, len(rest)))
        parallel = max(1, self.app.parallel // jobs)
        with ThreadPoolExecutor(jobs) as pool:
            futures = {
                tag: pool.submit(_read, origin, replace(reading, parallel=parallel))
                for tag, (origin, reading) in rest.items()
            }
        for tag, future in futures.items():
            origin, _ = rest[tag]
            try:
                found[tag] = future.result()
            except AmtsError as exc:
                summary.warn(f"the catalogues in {origin.name} are not read: {exc}")
                continue
            _learn(self.memory, origin, found[tag])
        return found

    def _reading(
        self,
        origin: _Origin,
        texts: Mapping[str, DocumentTexts],
        about: GettextSettings,
    ) -> Reading:
        """Return how the book is read with the catalogues of one language."""
        source = self.config.source_language.tag
        said = catalogues.said(origin.catalogues)
        return Reading(
            srcdir=str(self.app.srcdir),
            confdir=str(self.app.confdir),
            home=str(origin.home),
            language=origin.tag,
            locale=find_language(origin.tag).locale,
            builder="amts",
            overrides={
                **given.command_line(self.app).overrides,
                "amts_target_languages": [source],
                "amts_gettext": False,
            },
            tags=tags_of(self.app, self.builder),
            texts=said,
            digests={
                docname: gettext.digest_of(each, said.get(about.domain(docname), {}))
                for docname, each in texts.items()
            },
            pairing=Pairing(
                origin.catalogues, texts, LanguagePair(source, origin.tag), about
            ),
        )


def _read(origin: _Origin, reading: Reading) -> Found:
    logger.info("reading the book with the catalogues in %s", origin.name)
    found = gettext.run(reading).found
    if found is None:
        raise AmtsError("nothing was paired")
    return found


def _learn(memory: Memory, origin: _Origin, found: Found) -> None:
    unusable = {
        (each.pair, inline_codes.normalise(each.source))
        for each in found.unusable
        if each.pair is not None and each.source
    }
    unusable |= {*_unchanged(memory, origin, found)}
    memory.learn(
        found.units,
        file=(origin.name, origin.digest),
        kind=origin.kind,
        unusable=unusable,
    )
    kept = origin.digest, found._replace(units=(), unusable=())
    Path(origin.home, _KEPT).write_bytes(pickle.dumps(kept))


def _unchanged(
    memory: Memory, origin: _Origin, found: Found
) -> Iterator[tuple[LanguagePair, str]]:
    """Yield the sentences that stay as they are when a paragraph changes around them.

    gettext makes the message of a paragraph fuzzy when one of its sentences changes.
    Where all were said before, a person has doubts about the translation.
    """
    said: dict[LanguagePair, set[str]] = {}
    for pair, whole, sentences in found.waiting:
        if pair not in said:
            said[pair] = memory.keys_of(origin.name, origin.kind, pair)
        known = said[pair] & {*sentences}
        if whole not in said[pair] and len(known) < len({*sentences}):
            yield from ((pair, key) for key in sorted(known))


def _in_book(
    said: Catalogues, texts: Mapping[str, DocumentTexts], about: GettextSettings
) -> Catalogues | None:
    """Return a catalogue with its messages where documents have them.

    :returns: ``None`` where most of them are not of this book
    """
    entries = said.entries.pop("", {})
    known: set[str] = set()
    for docname, each in texts.items():
        here = {text.message for text in each.messages} | each.wordless
        here &= entries.keys()
        domain = said.entries.setdefault(about.domain(docname), {})
        domain.update((message, entries[message]) for message in here)
        known |= here
    if not entries or len(known) < _OF_BOOK * len(entries):
        return None
    for message in entries.keys() - known:
        entry = entries[message]
        said.left.append(LeftMessage(NO_DOCUMENT, entry.path, entry.line))
        said.counts[NO_DOCUMENT] += 1
    return said


def _kept(origin: _Origin) -> Found | None:
    """Return what the catalogues came to when they were learnt, but for the units."""
    try:
        digest, found = pickle.loads(Path(origin.home, _KEPT).read_bytes())
    except (OSError, ValueError, EOFError, pickle.PickleError, AttributeError):
        return None
    return found if digest == origin.digest else None


def _digest(
    said: Catalogues, texts: Mapping[str, DocumentTexts], about: GettextSettings
) -> str:
    """Return a hash of all that the units are made from."""
    digest = hashlib.sha256(_compat.stamp(_FORMAT).encode())
    about_all = about.compact, about.fuzzy, sorted(said.damaged_domains)
    digest.update(str(about_all).encode())
    for domain, entries in sorted(said.entries.items()):
        for message, entry in sorted(entries.items()):
            row = domain, message, entry.target, *entry.trust
            digest.update(repr(row).encode("utf-8", "surrogatepass"))
    for docname, those in sorted(texts.items()):
        digest.update(repr((docname, sorted(those.wordless))).encode())
        for each in those.messages:
            text = each.place, each.message, each.container.whole.source
            digest.update(repr(text).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _language_of(learnt: Learnt) -> str:
    """Return the tag of the language that a folder of catalogues is called by."""
    return find_language(Path(learnt.origin.name).name).tag


def _tell_of_folders(named: Iterable[str], about: GettextSettings) -> None:
    """Tell of folders that ``conf.py`` names, and that are not there.

    It is no warning: a release of a project often comes without its catalogues.
    """
    named = [*named]
    for name, folder in zip(named, about.locale_dirs, strict=True):
        if named != _DEFAULT and not Path(folder).is_dir():
            logger.info("locale_dirs: there is no folder %r beside the documents", name)


def warn_of_faults(left: Iterable[LeftMessage], reason: str) -> None:
    """Warn of each message that is *left* for a reason; of many in a file, of some."""
    by_path: dict[str, list[LeftMessage]] = {}
    for each in left:
        if each.reason == reason:
            by_path.setdefault(each.path, []).append(each)
    for those in by_path.values():
        for each in those[:SHOWN]:
            _warn_at(each.place, f"{each.reason}: {each.detail}")
        if len(those) > SHOWN:
            more = f"at {len(those) - SHOWN} more places"
            _warn_at(
                those[0].path, f"{reason} {more}; amts gettext check shows them all"
            )


def _warn_at(place: str, text: str) -> None:
    logger.warning("%s", text, location=place, type="amts", subtype=_SUBTYPE)


def tell(name: str, found: Found, tell: Callable[[str], object]) -> None:
    """Say what catalogues come to, in a few lines."""
    counts = dict(found.counts)
    of_catalogue = ", ".join(
        f"{counts.pop(each)} {each}"
        for each in ("by people", "fuzzy", "by machines")
        if each in counts
    )
    texts = found.by_sentence + found.whole
    tell(f"{name}: messages {of_catalogue or 'none translated'}; {texts} texts learnt")
    # Copies are mostly counted alone.
    shown = {each.reason for each in found.left} - {COPY}
    for is_shown in (False, True):
        rest = [f"{r}: {n}" for r, n in counts.items() if (r in shown) is is_shown]
        where = "; amts gettext check shows where" if is_shown else ""
        if rest:
            tell(f"{name}: {', '.join(rest)}{where}")
