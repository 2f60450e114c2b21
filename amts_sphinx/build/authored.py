"""Books of d2lbook: texts are named by the Markdown file and line that people know.

d2lbook writes the reStructuredText that Sphinx reads; nobody edits that.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sphinx.transforms import SphinxTransform

from amts_sphinx.config import d2lbook
from amts_sphinx.config.settings import checked
from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import AmtsError
from amts_sphinx.core.units import Location
from amts_sphinx.doctree import collect

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from amts_sphinx.core.units import Container
    from amts_sphinx.doctree.collect import DocumentTexts
    from amts_sphinx.doctree.stays import Stay

#: What is not compared: pandoc makes other quotes and dashes, and other blanks.
_SIGNS: Final = re.compile(r"[\W_]+")


class NameMarkdownLines(SphinxTransform):
    """Gives the texts of the document that is being read their lines in Markdown."""

    # After the transform that takes the texts, since it is added later.
    default_priority = collect.CollectTexts.default_priority

    def apply(self, **_: Any) -> None:
        """Run on one document."""
        if self.config.amts_edition_plan:
            return
        path = d2lbook.source(Path(self.env.srcdir), self.env.docname)
        if path is not None:
            lines = Lines(path, checked(self.config).source_language.tag)
            collect.change(self.env, self.env.docname, lines.named)


class Lines:
    """Finds the lines of texts in a Markdown file: by their words, in order."""

    def __init__(self, path: Path, language: str) -> None:
        self._texts: defaultdict[str, deque[int]] = defaultdict(deque)
        self._raw: list[str] = []
        try:
            text = path.read_text("utf-8")
            # Loading the reader takes longer than most documents.
            from amts_sphinx.readers import markdown
            from amts_sphinx.readers.blocks import ReadingRules

            rules = ReadingRules(language, by_sentence=False, figure_captions=True)
            found = markdown.read(text, path.stem, language, rules)
        except (OSError, UnicodeDecodeError, AmtsError):
            return  # the texts have no line then
        for each in found:
            if each.whole.location.line is not None:
                self._texts[_words(each)].append(each.whole.location.line)
        self._raw = [" ".join(line.split()) for line in text.splitlines()]

    def named(self, texts: DocumentTexts) -> DocumentTexts:
        """Return the texts of the document with the lines that they have in the file.

        A text that is not found has none: one of another file would mislead.
        """
        return texts._replace(
            containers=tuple(map(self._container, texts.containers)),
            figures=tuple(map(self._container, texts.figures)),
            stays=tuple(map(self.stay, texts.stays)),
        )

    def _container(self, each: Container) -> Container:
        lines = self._texts.get(_words(each))
        line = None
        if lines:
            line = lines.popleft() if len(lines) > 1 else lines[0]
        place = Location(each.whole.location.docname, line)
        whole = replace(each.whole, location=place)
        segments = (
            whole if segment is each.whole else replace(segment, location=place)
            for segment in each.segments
        )
        return replace(each, whole=whole, segments=tuple(segments))

    def stay(self, each: Stay) -> Stay:
        """Return a text that stays, with its line if one line alone begins like it."""
        text = " ".join(each.text.split())
        found = [
            number
            for number, line in enumerate(self._raw, 1)
            if line and text.startswith(line)
        ]
        line = found[0] if len(found) == 1 else None
        return each._replace(location=Location(each.location.docname, line))


def _words(text: Container) -> str:
    return _SIGNS.sub("", inline_codes.plain(text.whole.source)).casefold()


def register(app: Sphinx) -> None:
    """Add the transform."""
    app.add_transform(NameMarkdownLines)
