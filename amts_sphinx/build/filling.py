"""Fill the empty messages of a project's catalogues, for people to review there.

What the memory has and the engine makes is written with the markup of each message.
Then Sphinx reads the book with it, as it would read it from the catalogue, and only
what comes out as it went in is kept.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.build import asking, commission
from amts_sphinx.core import globs, inline_codes
from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.errors import ConfigError, MarkupError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import LanguagePair, State
from amts_sphinx.doctree import catalogues, gettext
from amts_sphinx.doctree.gettext import Reading
from amts_sphinx.formats.catalogues import MESSAGES, read
from amts_sphinx.formats.po_editor import USUAL, Filling, Standing, fill
from amts_sphinx.formats.provenance import PERSON, Trust
from amts_sphinx.memory import importing
from amts_sphinx.memory.memory import Memory
from amts_sphinx.memory.statements import CATALOGUE
from amts_sphinx.text import code_matching
from amts_sphinx.translate.translator import published
from amts_sphinx.writers import heads, myst, restructuredtext, smart_marks
from amts_sphinx.writers.names import TRANSLATED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from amts_sphinx.build.commission import Estimate, Work
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.units import Container, Edition
    from amts_sphinx.doctree.gettext import BookTexts, GettextSettings
    from amts_sphinx.doctree.messages import MessageText
    from amts_sphinx.formats.po_editor import Candidate

#: Why a message stays as it is.
NO_TARGET: Final = "the engine has no translation"
NOT_WRITTEN: Final = "it cannot be written safely"
NOT_SAME: Final = "Sphinx does not read it as it is meant"
LOST: Final = (
    "a placeholder such as %s or {name} is lost or new: msgfmt would refuse it"
)
TWIN: Final = "another term of the glossary has this translation"

#: The characters of a message that are told.
_SHOWN: Final = 50

#: A message, by the domain of its catalogue.
_Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class FillRules:
    """Which messages are filled, and how."""

    #: Globs of documents; none: all.
    documents: tuple[str, ...] = ()
    #: The most words of the source; 0: any number.
    limit: int = 0
    #: What is filled, by what stands there.
    which: frozenset[Standing] = USUAL
    #: One of :data:`amts_sphinx.writers.names.REFERENCES`.
    references: str = TRANSLATED


class Amount(NamedTuple):
    """How many messages there are, and how many words they have in the source."""

    messages: int
    words: int


NONE: Final = Amount(0, 0)


@dataclass(slots=True)
class Filled:
    """What became of the messages."""

    #: Files that changed.
    files: list[Path] = field(default_factory=list)
    by_people: int = 0
    by_machines: int = 0
    words: int = 0
    #: Fuzzy messages that stay, since a person wrote their text; and those that were
    #: replaced all the same.
    kept: int = 0
    replaced: int = 0
    #: What there is to fill, and what the limit leaves.
    wanted: Amount = NONE
    beyond: Amount = NONE
    #: A folder that holds the files as they were; nothing: none has changed.
    former: Path | None = None
    #: Why messages stay, with where each stands and how it begins.
    left: list[tuple[str, str]] = field(default_factory=list)

    def reasons(self) -> dict[str, int]:
        """Return how many messages stay for each reason."""
        return dict(Counter(reason for reason, _ in self.left).most_common())


class _Answer(NamedTuple):
    """What a message is filled with."""

    #: Coded, without what stands before the message in its text.
    target: str
    filling: Filling


@dataclass(slots=True)
class Filler:
    """Fills the catalogues of one language."""

    book: Path
    config: AmtsConfig
    #: The folder of the language, with ``LC_MESSAGES`` in it.
    folder: Path
    rules: FillRules
    tell: Callable[[str], None]
    done: Filled = field(default_factory=Filled)
    #: Each message that is not confirmed, with its file.
    _there: dict[_Name, tuple[Path, Candidate]] = field(default_factory=dict)

    def estimate(self) -> Estimate:
        """Return what filling the catalogues would ask of the engine; ask nothing."""
        with (
            tempfile.TemporaryDirectory() as home,
            Memory(self.config.memory) as memory,
        ):
            _, wanted = self._begin(home, memory)
            return commission.estimate(self._work(memory, _containers(wanted)))

    def fill(self) -> Filled:
        """Fill the catalogues.

        :raises AmtsError: the book cannot be read, or the engine failed
        """
        done = self.done
        with (
            tempfile.TemporaryDirectory() as home,
            Memory(self.config.memory) as memory,
        ):
            source, wanted = self._begin(home, memory)
            if not wanted:
                return done
            work = self._work(memory, _containers(wanted))
            bill = asking.pay(work, self.config)
            edition = work.translator.translate(work.containers, work.pair, bill)
            answers = self._answers(work, edition, source, wanted)
            sound = self._read_back(home, source, answers)
        self._write(sound, done)
        return done

    def _begin(
        self, home: str, memory: Memory
    ) -> tuple[BookTexts, dict[_Name, list[MessageText]]]:
        """Read the book, and have the memory know what people translated."""
        if not self.folder.is_dir():
            raise ConfigError(
                f"{self.folder} does not exist: sphinx-intl update makes the catalogues"
                " of a new language"
            )
        if not Path(self.folder, MESSAGES).is_dir():
            raise ConfigError(
                f"{self.folder} is no folder of a language: it has no {MESSAGES}; name"
                " one such as locales/ja"
            )
        place = str(self.book.resolve())
        reading = Reading(place, place, str(Path(home, "source")), how_written=True)
        source = gettext.run(reading)
        importing.learn_book(memory, self.config.files, self.tell, self.tell)
        domains = {source.settings.domain(docname) for docname in source.texts}
        there = self._candidates(domains)
        if self.config.gettext:
            self._learn(home, source, memory, there)
        return source, self._wanted(source, there)

    def _learn(
        self,
        home: str,
        source: BookTexts,
        memory: Memory,
        there: Mapping[_Name, Standing],
    ) -> None:
        """Have the memory know what the catalogues say already, and will go on saying.

        What is to be made anew is no translation to take.
        """
        about = source.settings
        domains = {about.domain(docname) for docname in source.texts}
        said = read([self.folder], domains)
        catalogues.lend(said, source.texts, about)
        if not any(said.entries.values()):
            return
        for (domain, message), standing in there.items():
            entry = said.entries.get(domain, {}).get(message)
            if standing in self.rules.which and entry and entry.trust != PERSON:
                del said.entries[domain][message]
        pair = self._pair
        pairing = catalogues.Pairing(said, source.texts, pair, about)
        reading = self._target_reading(home, "known", catalogues.said(said))
        found = gettext.run(replace(reading, pairing=pairing)).found
        name = self.config.files.name_of(self.folder)
        if found is not None:
            # Without a digest, the next build reads them for itself.
            memory.learn(found.units, file=(name, ""), kind=CATALOGUE)

    def _target_reading(
        self, home: str, name: str, texts: Mapping[str, Mapping[str, str]]
    ) -> Reading:
        place = str(self.book.resolve())
        language = find_language(self._pair.target)
        return Reading(
            place,
            place,
            str(Path(home, name)),
            language=language.tag,
            locale=language.locale,
            texts=texts,
            how_written=True,
        )

    @property
    def _pair(self) -> LanguagePair:
        tag = find_language(self.folder.name).tag
        return LanguagePair(self.config.source_language.tag, tag)

    def _paths(self, domains: set[str]) -> Iterator[tuple[str, Path]]:
        """Yield the catalogues of the book in the folder, by domain."""
        for domain in sorted(domains):
            path = Path(self.folder, MESSAGES, f"{domain}.po")
            if path.is_file():
                yield domain, path

    def _wanted(
        self, source: BookTexts, there: Mapping[_Name, Standing]
    ) -> dict[_Name, list[MessageText]]:
        """Return the messages that are to be filled, with the texts that are theirs."""
        about = source.settings
        globs.check(self.rules.documents, source.texts)
        found: dict[_Name, list[MessageText]] = {}
        left: set[_Name] = set()
        kept: set[_Name] = set()
        words = 0
        for docname in sorted(source.texts):
            if not globs.matches(docname, self.rules.documents):
                continue
            for text in source.texts[docname].messages:
                name = about.domain(docname), text.message
                standing = there.get(name)
                if standing not in self.rules.which:
                    if standing is Standing.PEOPLE:
                        kept.add(name)
                    continue
                count = len(text.message.split())
                if name not in found and 0 < self.rules.limit < words + count:
                    left.add(name)
                    continue
                words += count if name not in found else 0
                found.setdefault(name, []).append(text)
        self.done.kept = len(kept)
        self.done.wanted = Amount(len(found), words)
        self.done.beyond = Amount(
            len(left), sum(len(message.split()) for _, message in left)
        )
        return found

    def _candidates(self, domains: set[str]) -> dict[_Name, Standing]:
        """Return what stands in each message that is not confirmed."""
        there: dict[_Name, Standing] = {}
        for domain, path in self._paths(domains):

            def note(each: Candidate, domain: str = domain, path: Path = path) -> None:
                there[domain, each.source] = each.standing
                self._there[domain, each.source] = path, each

            fill(path.read_bytes(), note, frozenset(Standing))
        return there

    def _keep_former(self, path: Path, data: bytes) -> None:
        """Keep a copy of a file, so that what is done can be undone."""
        home = self.config.memory.with_name(f"former-{self.folder.name}")
        if self.done.former is None:
            # What was kept of the last round is of no more use.
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(0o700, parents=True)
            self.done.former = home
        copy = home / path.relative_to(self.folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(data)

    def _leave(self, reason: str, name: _Name, why: str = "") -> None:
        """Note why a message stays, and where."""
        message = " ".join(name[1].split())
        begin = message if len(message) <= _SHOWN else f"{message[: _SHOWN - 1]}…"
        path, candidate = self._there[name]
        told = f"{path}:{candidate.line}: {begin!r}" + (f": {why}" if why else "")
        self.done.left.append((reason, told))

    def _work(self, memory: Memory, containers: list[Container]) -> Work:
        return asking.work(memory, self.config, self._pair.target, containers)

    def _answers(
        self,
        work: Work,
        edition: Edition,
        source: BookTexts,
        wanted: Mapping[_Name, list[MessageText]],
    ) -> dict[_Name, _Answer]:
        """Return what each message is filled with, as far as it can be written."""
        found: dict[_Name, _Answer] = {}
        terms: set[str] = set()
        for name, texts in wanted.items():
            # As an element, if it is one anywhere: attributes have no markup.
            text = min(texts, key=lambda each: bool(each.place.attribute))
            container = text.container
            trust = maker_of(container, edition)
            target = work.translator.target(container, edition)
            if trust is None or target is None:
                self._leave(NO_TARGET, name)
                continue
            if container.whole.kind == "term":
                if target in terms and trust.state is not State.REVIEWED:
                    self._leave(TWIN, name)
                    continue
                terms.add(target)
            try:
                _, target = heads.cut(target, _head(text))
                written = self._written(text, target, source.settings)
            except MarkupError as exc:
                self._leave(NOT_WRITTEN, name, str(exc))
                continue
            if not self._there[name][1].takes(written):
                self._leave(LOST, name)
                continue
            maker = None if trust.state is State.REVIEWED else trust
            found[name] = _Answer(target, Filling(written, maker))
        return found

    def _written(self, text: MessageText, target: str, about: GettextSettings) -> str:
        """Return a target as it stands in a catalogue.

        :raises MarkupError: it cannot be written
        """
        if text.place.attribute:
            return inline_codes.unescape(target)
        written = text.written
        if written is None:
            raise MarkupError("nothing is known of its markup")
        written = written._replace(spans=written.spans[written.head :], head=0)
        if text.container.whole.location.docname in about.markdown:
            return myst.render(target, text.message, written, about.myst_extensions)
        locale = find_language(self._pair.target).locale
        marks = about.smart_marks(locale)
        target = smart_marks.undone(target, text.message, marks, locale)
        return restructuredtext.render(
            target, text.message, written, self.rules.references, about.extlinks
        )

    def _read_back(
        self,
        home: str,
        source: BookTexts,
        answers: Mapping[_Name, _Answer],
    ) -> dict[_Name, Filling]:
        """Return those fillings that Sphinx reads as they are meant."""
        texts: dict[str, dict[str, str]] = {}
        for (domain, message), answer in answers.items():
            texts.setdefault(domain, {})[message] = answer.filling.text
        read_again = gettext.run(self._target_reading(home, "back", texts)).texts
        about = source.settings
        pairs: list[tuple[_Name, MessageText, MessageText | None]] = []
        for docname, each in source.texts.items():
            theirs = read_again[docname].messages if docname in read_again else ()
            by_place = {text.place: text for text in theirs}
            for mine in each.messages:
                name = about.domain(docname), mine.message
                if name in answers:
                    pairs.append((name, mine, by_place.get(mine.place)))
        terms = _terms(pairs)
        bad = {
            name
            for name, mine, other in pairs
            if not _is_same(mine, other, answers[name].target, terms)
        }
        for name in sorted(bad):
            self._leave(NOT_SAME, name)
        return {
            name: answer.filling for name, answer in answers.items() if name not in bad
        }

    def _write(self, sound: Mapping[_Name, Filling], done: Filled) -> None:
        """Put the fillings into the catalogues."""
        for domain, path in self._paths({domain for domain, _ in sound}):

            def answer(each: Candidate, domain: str = domain) -> Filling | None:
                return sound.get((domain, each.source))

            before = path.read_bytes()
            after, changed = fill(before, answer, self.rules.which)
            if after != before:
                self._keep_former(path, before)
                with replacing(path) as stream:
                    stream.write(after)
                done.files.append(path)
            for each in changed:
                done.words += len(each.source.split())
                done.replaced += each.standing is Standing.PEOPLE
                if sound[domain, each.source].maker is None:
                    done.by_people += 1
                else:
                    done.by_machines += 1


def _containers(wanted: Mapping[_Name, Sequence[MessageText]]) -> list[Container]:
    return [text.container for texts in wanted.values() for text in texts]


def maker_of(container: Container, edition: Edition) -> Trust | None:
    """Return who made the target of a container; ``None``: it is not whole.

    It is a machine's that made any of it.
    """
    units = [edition.unit(each) for each in published(container, edition.unit)]
    if not all(units):
        return None
    machines = [unit for unit in units if unit and not unit.by_human]
    if not machines:
        doubtful = any(unit and unit.state is State.NEEDS_REVIEW for unit in units)
        state = State.NEEDS_REVIEW if doubtful else State.REVIEWED
        return Trust("people", state)
    drafts = [unit for unit in machines if unit.state is State.DRAFT]
    first = (drafts or machines)[0]
    return Trust(first.maker, first.state)


def _head(text: MessageText) -> int:
    """Return how many codes stand before the message in its text."""
    return text.written.head if text.written else 0


def _terms(
    pairs: Sequence[tuple[_Name, MessageText, MessageText | None]],
) -> dict[str, str]:
    """Return the source's name of each term by the translation's."""
    return {
        inline_codes.plain(other.container.whole.source).lower(): inline_codes.plain(
            mine.container.whole.source
        ).lower()
        for _, mine, other in pairs
        if other is not None and mine.container.whole.kind == "term"
    }


def _is_same(
    mine: MessageText,
    other: MessageText | None,
    target: str,
    terms: Mapping[str, str],
) -> bool:
    """Tell whether Sphinx read a text as it was meant.

    Two codes of one kind that say the same may change places.
    """
    if other is None:
        # The entries of a glossary's index come with its terms.
        return bool(mine.place.attribute)
    if mine.place.attribute:
        text = code_matching.recode(mine.container.whole, other.container.whole, terms)
        return text is not None and code_matching.bare(text) == code_matching.bare(
            target
        )
    whole = mine.container.whole
    meant = heads.with_head(whole.source, _head(mine), target)
    return code_matching.reads_as(whole, other.container.whole, meant, terms)
