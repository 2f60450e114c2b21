"""Write an edition as the book's own files: Markdown, and notebooks.

Pages that are not there yet are written whole. A page that people have is only updated:
what changed in the source since its record is carried over, and nothing else.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.build import asking, commission
from amts_sphinx.build.filling import maker_of
from amts_sphinx.build.source_files import SourceFile, read_file
from amts_sphinx.build.source_trees import QUANTECON
from amts_sphinx.core import globs, inline_codes
from amts_sphinx.core.errors import AmtsError, ConfigError
from amts_sphinx.core.units import LanguagePair, State
from amts_sphinx.memory import importing
from amts_sphinx.memory.memory import Memory
from amts_sphinx.readers import contents
from amts_sphinx.readers.blocks import ReadingRules
from amts_sphinx.readers.page_pairs import pair_pages
from amts_sphinx.readers.pages import Page, read
from amts_sphinx.text.segmentation import pieces_of
from amts_sphinx.translate import people
from amts_sphinx.translate.translator import published
from amts_sphinx.writers import headings, pages, strict
from amts_sphinx.writers.headings import Sides
from amts_sphinx.writers.markdown import Target
from amts_sphinx.writers.updates import NOT_KNOWN, Left, PageUpdate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.build.commission import Estimate, Work
    from amts_sphinx.build.source_trees import SourceTree
    from amts_sphinx.config.settings import AmtsConfig
    from amts_sphinx.core.units import Container, Edition
    from amts_sphinx.writers.headings import FormerMap
    from amts_sphinx.writers.updates import Updated

#: What becomes of a page.
NEW: Final = "new"
UPDATED: Final = "updated"
SAME: Final = "unchanged"
#: Why a page is not touched.
NO_RECORD: Final = "it is there already, and nothing tells which source it translates"
OTHER_CELLS: Final = "its cells are not those of the source"


@dataclass(frozen=True, slots=True)
class ExportRules:
    """What is written, and over what."""

    #: BCP 47.
    language: str
    #: Globs of pages, relative to the book; none: all.
    documents: tuple[str, ...] = ()
    #: Whether pages without a record are written anew.
    force: bool = False
    #: Whether blocks are translated that a page still has in the source language.
    fill: bool = False
    #: Whether pandoc proves pages of d2lbook, if it is installed.
    pandoc: bool = True


class LeftText(NamedTuple):
    """A text that stays in the source language, or as it was."""

    #: The file of the book, with the line.
    place: str
    reason: str


@dataclass(slots=True)
class Exported:
    """What became of the pages."""

    #: The pages, by what became of them.
    pages: dict[str, list[Path]] = field(default_factory=dict)
    #: The number of blocks that were updated, by page.
    blocks: dict[Path, int] = field(default_factory=dict)
    #: Texts that were written, by who made them.
    by_people: int = 0
    by_machines: int = 0
    #: Texts with sentences in the source language.
    partly: int = 0
    left: list[LeftText] = field(default_factory=list)
    #: Texts that people translated, of which the source has other markup now.
    to_review: list[LeftText] = field(default_factory=list)
    #: Tables of contents of people's pages that lack entries of the source.
    lacking: list[LeftText] = field(default_factory=list)
    #: Why pages were not touched.
    refused: list[LeftText] = field(default_factory=list)

    def add(self, what: str, path: Path) -> None:
        """Note what became of a page."""
        self.pages.setdefault(what, []).append(path)

    def reasons(self) -> dict[str, int]:
        """Return how many texts stay for each reason."""
        return dict(Counter(each.reason for each in self.left).most_common())

    @property
    def unproven(self) -> int:
        """How many texts stay although there is a translation."""
        return sum(each.reason != NOT_KNOWN for each in self.left)


@dataclass(slots=True)
class _Job:
    """A page that is to be written."""

    path: Path
    source: SourceFile
    #: The page that is there, with its record; empty: it is written whole.
    page: SourceFile | None = None
    record: SourceFile | None = None
    updates: list[PageUpdate] = field(default_factory=list)
    #: The maps of headings that the parts of the page have.
    maps: tuple[FormerMap | None, ...] = ()

    def wanted(self) -> Iterator[Container]:
        """Yield the texts that need a translation."""
        if self.page is None:
            for part in self.source.parts:
                yield from part.containers
        for part, update in zip(self.source.parts, self.updates, strict=False):
            for number in update.wanted():
                yield part.containers[number]


class SourceEdition:
    """An edition of a book as source files."""

    def __init__(
        self,
        tree: SourceTree,
        config: AmtsConfig,
        rules: ExportRules,
        tell: Callable[[str], None],
    ) -> None:
        self._tree, self._config, self._rules, self._tell = tree, config, rules, tell
        self._pair = LanguagePair(config.source_language.tag, rules.language)
        self._reading, self._back = (
            ReadingRules(tag, by_sentence=config.by_sentence, figure_captions=True)
            for tag in self._pair
        )
        self.done = Exported()
        #: What a machine made of the texts of the page that is to be written.
        self._by_machine: list[str] = []

    def plan(self) -> Exported:
        """Return what would become of the pages; write nothing, ask no engine."""
        for job in self._jobs():
            if job.page is None:
                self.done.add(NEW, job.path)
                continue
            count = sum(len(update.changes) for update in job.updates)
            self.done.blocks[job.path] = count
            self.done.add(UPDATED if count else SAME, job.path)
        return self.done

    def estimate(self) -> Estimate:
        """Return what the edition would ask of the engine; ask nothing."""
        with Memory(self._config.memory) as memory:
            self._learn(memory)
            return commission.estimate(self._work(memory, self._jobs()))

    def write(self) -> Exported:
        """Write the edition.

        :raises AmtsError: the book cannot be read, or the engine failed
        """
        jobs = self._jobs()
        with Memory(self._config.memory) as memory:
            self._learn(memory)
            work = self._work(memory, jobs)
            bill = asking.pay(work, self._config)
            edition = work.translator.translate(work.containers, work.pair, bill)
            captions = [
                each
                for job in jobs
                for each in job.wanted()
                if not self._is_asked(each)
            ]
            shown = work.translator.by_people(captions, work.pair)
            commission.keep_paid(memory, self._config, work)
            self.done.to_review += _recoded(edition, jobs)
            answers = _Answers(work, edition, shown)
            for job in jobs:
                self._write(job, answers)
        return self.done

    def _learn(self, memory: Memory) -> None:
        """Have the memory know what people translated."""
        importing.learn_book(memory, self._config.files, self._tell, self._tell)

    def _is_asked(self, container: Container) -> bool:
        """Tell whether an engine may be asked for a text."""
        return self._config.figure_captions or container.whole.kind != "caption"

    def _work(self, memory: Memory, jobs: Sequence[_Job]) -> Work:
        wanted = [each for job in jobs for each in job.wanted() if self._is_asked(each)]
        return asking.work(memory, self._config, self._pair.target, wanted)

    def _jobs(self) -> list[_Job]:
        """Return the pages that are to be written or looked at."""
        found: list[_Job] = []
        for path in self._chosen():
            try:
                job = self._job(path)
            except AmtsError as exc:
                self.done.refused.append(LeftText(path.as_posix(), str(exc)))
            else:
                if job is not None:
                    found.append(job)
        self._pair_up(found)
        return found

    def _chosen(self) -> list[Path]:
        paths = list(self._tree.sources())
        wanted = self._rules.documents
        globs.check(wanted, [path.as_posix() for path in paths], "page")
        if not paths:
            raise ConfigError(
                f"{self._tree.book} has no pages: neither Markdown (.md) nor notebooks"
                " (.ipynb)"
            )
        return [path for path in paths if globs.matches(path.as_posix(), wanted)]

    def _job(self, path: Path) -> _Job | None:
        """Return what is to be done for a page; ``None``: nothing.

        :raises AmtsError: a file cannot be read
        """
        source = read_file(self._tree.book / path, path, self._reading)
        target = self._tree.page(path)
        if not target.exists():
            return _Job(path, source)
        record = self._tree.recorded(path)
        if record is None:
            if self._rules.force:
                return _Job(path, source)
            self.done.refused.append(LeftText(path.as_posix(), NO_RECORD))
            return None
        page = read_file(target, path, self._back)
        then = SourceFile.of(record, path, self._reading)
        if record == source.data:
            self._note_lacking(path, source, page)
        if record == source.data and not self._rules.fill:
            self.done.add(SAME, path)
            return None
        return _Job(path, source, page, then)

    def _note_lacking(self, path: Path, source: SourceFile, page: SourceFile) -> None:
        """Note the pages that nobody finds in an edition: no update adds them."""
        if found := contents.lacking(source.parts, page.parts):
            self.done.lacking.append(LeftText(path.as_posix(), ", ".join(found)))

    def _pair_up(self, jobs: list[_Job]) -> None:
        """Pair the pages that people have with their records, all at once."""
        sides = []
        for job in list(jobs):
            if job.page is None or job.record is None:
                continue
            if not job.source.goes_with(job.record, job.page):
                self.done.refused.append(LeftText(job.path.as_posix(), OTHER_CELLS))
                jobs.remove(job)
                continue
            job.maps, bare = zip(*map(self._less_map, job.page.parts), strict=True)
            parts = zip(job.record.parts, bare, job.source.parts, strict=True)
            sides += [(job, *part) for part in parts]
        paired = pair_pages([(then, page) for _, then, page, _ in sides], self._pair)
        for (job, then, page, now), found in zip(sides, paired, strict=True):
            update = PageUpdate(then, now, page, found, fills=self._rules.fill)
            job.updates.append(update)

    def _less_map(self, page: Page) -> tuple[FormerMap | None, Page]:
        """Return a page that people have without its map of headings, and the map."""
        if self._tree.layout != QUANTECON:
            return None, page
        text, former = headings.taken_out(page.text)
        return former, read(text, page.docname, self._back) if former else page

    def _write(self, job: _Job, answers: _Answers) -> None:
        """Write one page."""
        written = [self._written(part, answers) for part in job.source.parts]
        if job.page is None:
            self._write_new(job, written, answers)
        else:
            self._update(job, written, answers)

    def _written(self, part: Page, answers: _Answers) -> _PartWritten:
        targets = {
            number: target
            for number, container in enumerate(part.containers)
            if (target := answers.target(container)) is not None
        }
        known = {n for n in targets if answers.is_whole(part.containers[n])}
        use_pandoc = self._rules.pandoc and strict.has_pandoc()
        written = pages.write(part, targets, self._back, with_pandoc=use_pandoc)
        return _PartWritten(part, written, known, targets)

    def _write_new(
        self, job: _Job, written: Sequence[_PartWritten], answers: _Answers
    ) -> None:
        texts = []
        for part in written:
            text = part.written.text
            if self._tree.layout == QUANTECON:
                again = read(text, part.page.docname, self._back)
                text = headings.with_map(part.page, again)
            texts.append(text)
            self._tell_of(job, part, answers)
        page = job.source.with_parts(texts)
        self._put(job.path, page, job.source.data)
        self.done.add(NEW, job.path)

    def _put(self, path: Path, page: bytes, record: bytes) -> None:
        """Write a page and its record.

        What a machine wrote is noted before: if the command is ended, nothing on the
        pages that are there is taken for people's.
        """
        self._tree.note_machine(self._by_machine)
        self._by_machine.clear()
        self._tree.write(path, page, record)

    def _tell_of(self, job: _Job, part: _PartWritten, answers: _Answers) -> None:
        """Note which texts of a page were written, and which stay."""
        for each in part.written.stays:
            self._leave(job.path, part.page, each.number, each.reason)
        for number in range(len(part.page.containers)):
            if number not in part.targets:
                self._leave(job.path, part.page, number, NOT_KNOWN)
            elif number in part.written.texts:
                self._count(part, number, answers)

    def _count(self, part: _PartWritten, number: int, answers: _Answers) -> None:
        """Count a text that was written."""
        self.done.partly += number not in part.known
        if answers.by_people(part.page.containers[number]):
            self.done.by_people += 1
        else:
            self.done.by_machines += 1
            self._by_machine.append(part.targets[number].text)
            self._by_machine += answers.machines(part.page.containers[number])

    def _leave(self, path: Path, page: Page, number: int, reason: str) -> None:
        line = page.containers[number].whole.location.line
        place = f"{path.as_posix()}:{line}" if line else path.as_posix()
        self.done.left.append(LeftText(place, reason))

    def _update(
        self, job: _Job, written: Sequence[_PartWritten], answers: _Answers
    ) -> None:
        """Carry over what changed into a page that people have."""
        if job.page is None or job.record is None:
            return
        pieces, records, count = [], [], 0
        left: list[Left] = []
        for part, update, former in zip(written, job.updates, job.maps, strict=True):
            made = update.apply(part.written, part.known, self._back)
            pieces.append(self._with_map(former, update, made))
            records.append(made.record)
            left += made.left
            count += made.blocks
            for number in made.texts:
                if number in part.written.texts:
                    self._count(part, number, answers)
        for each in left:
            place = f"{job.path.as_posix()}:{each.line}"
            self.done.left.append(LeftText(place, each.reason))
        page = job.page.with_parts(pieces)
        record = job.record.with_parts(records) if left else job.source.data
        self._put(job.path, page, record)
        self.done.blocks[job.path] = count
        self.done.add(UPDATED if count else SAME, job.path)

    def _with_map(
        self, former: FormerMap | None, update: PageUpdate, made: Updated
    ) -> str:
        """Return a page after an update, with its map of headings as they are now."""
        if former is None:
            return made.text
        docname = update.page.docname
        then = Sides(update.record, update.page)
        now = Sides(
            read(made.record, docname, self._reading),
            read(made.text, docname, self._back),
        )
        return headings.put_back(former, then, now)


def _recoded(edition: Edition, jobs: Iterable[_Job]) -> list[LeftText]:
    """Return people's texts that were not taken as they are."""
    names = {part.docname: job.path for job in jobs for part in job.source.parts}
    return [
        LeftText(
            f"{names[each.location.docname].as_posix()}:{each.location.line}",
            each.message,
        )
        for each in edition.findings
        if each.message in {people.RECODED, people.NO_PLACE}
    ]


class _PartWritten(NamedTuple):
    """A part of a file in the other language."""

    page: Page
    written: pages.Written
    #: The numbers of the texts of which every sentence has a translation.
    known: set[int]
    targets: dict[int, Target]


class _Answers:
    """What there is for the texts of the book."""

    def __init__(self, work: Work, edition: Edition, shown: Mapping[str, str]) -> None:
        self._translator = work.translator
        self._target = work.pair.target
        self._edition = edition
        #: What people made of captions, by key.
        self._shown = shown

    def target(self, container: Container) -> Target | None:
        """Return what a text is replaced with; ``None``: there is no translation."""
        caption = self._shown.get(container.whole.key)
        if caption is not None and container.whole.kind == "caption":
            return Target(caption)
        text = self._translator.target(container, self._edition)
        if text is None:
            return None
        whole = self._edition.unit(container.whole)
        if len(container.segments) == 1 or (whole and whole.by_human):
            return Target(text)
        units = map(self._edition.unit, container.segments)
        return Target(
            text,
            tuple(
                inline_codes.globalise(
                    unit.target if unit else segment.source, segment.numbers
                )
                for unit, segment in zip(units, container.segments, strict=True)
            ),
        )

    def is_whole(self, container: Container) -> bool:
        """Tell whether every sentence of a text has a translation."""
        if container.whole.key in self._shown:
            return True
        texts = published(container, self._edition.unit)
        return all(map(self._edition.unit, texts))

    def machines(self, container: Container) -> list[str]:
        """Return what machines made of the sentences of a text.

        Where that is several sentences, each is one by itself for whoever reads the
        page.
        """
        units = filter(None, map(self._edition.unit, container.segments))
        made = [unit.target for unit in units if not unit.by_human]
        return [*made, *(p for text in made for p in pieces_of(text, self._target))]

    def by_people(self, container: Container) -> bool:
        """Tell whether people made all of a text that is translated."""
        if container.whole.key in self._shown:
            return True
        trust = maker_of(container, self._edition)
        if trust is not None:
            return trust.state in {State.REVIEWED, State.NEEDS_REVIEW}
        texts = published(container, self._edition.unit)
        units = filter(None, map(self._edition.unit, texts))
        return all(unit.by_human for unit in units)
