"""What extensions write on a page at the very end: titles that they keep, and labels.

The environment keeps these texts in the source language, since extensions look for them
there: a filter may ask for a title. So the words are replaced on the page, once it is
complete, in those of its texts that were not there before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from docutils import nodes

from amts_sphinx.doctree import conf_strings
from amts_sphinx.doctree.classify import is_untranslated
from amts_sphinx.doctree.records import records
from amts_sphinx.doctree.sites import FOREIGN, is_foreign

if TYPE_CHECKING:
    from sphinx.application import Sphinx

    from amts_sphinx.edition.plan import EditionPlan

#: Before and after all that others do with a page.
_FIRST: Final = 0
_LAST: Final = 9999
#: In these a text is no prose.
_CODE: Final = (nodes.literal, nodes.FixedTextElement, nodes.raw, nodes.math)


def register(app: Sphinx, plan: EditionPlan) -> None:
    """Have the words replaced on each page, if there are any."""
    titles = {
        record.text.strip(): conf_strings.translated(record.text.strip(), plan.targets)
        for record in records(app.env)
    }
    named = plan.written.get("amts_strings", ())
    labels = {text: plan.strings[text] for text in named if text in plan.strings}
    words = Words({**labels, **titles}, {*titles})
    if not words.targets:
        return
    before: WeakKeyDictionary[nodes.document, list[nodes.Text]] = WeakKeyDictionary()

    def note(_: Sphinx, doctree: nodes.document, __: str) -> None:
        before[doctree] = [*doctree.findall(nodes.Text)]

    def replace(_: Sphinx, doctree: nodes.document, __: str) -> None:
        known = {id(text) for text in before.pop(doctree, [])}
        for text in [*doctree.findall(nodes.Text)]:
            if id(text) not in known and not _stays(text, plan):
                made = words.replaced(text.astext())
                if made != text.astext():
                    text.parent.replace(text, nodes.Text(made))
        for node in filter(is_foreign, doctree.findall(nodes.Element)):
            for name in FOREIGN:
                if node.get(name) in words.targets:
                    node[name] = words.targets[node[name]]

    app.connect("doctree-resolved", note, priority=_FIRST)
    app.connect("doctree-resolved", replace, priority=_LAST)


def _stays(text: nodes.Text, plan: EditionPlan) -> bool:
    node: nodes.Element | None = text.parent
    while node is not None:
        if isinstance(node, _CODE) or is_untranslated(node, plan.rules):
            return True
        node = node.parent
    return False


class Words:
    """Replaces known words in texts.

    A text that is as a whole one of them is replaced, with or without a colon; a title
    of several words is found within a text, too, such as "R1: A title (open)".
    """

    def __init__(self, targets: dict[str, str], titles: set[str]) -> None:
        """Take the targets of words.

        :param titles: those of them that may be in a text with other words
        """
        self.targets = {
            key.strip(): target.strip()
            for key, target in targets.items()
            if key.strip() and target.strip() not in {"", key.strip()}
        }
        inside = sorted(
            (re.escape(t) for t in titles if t in self.targets and len(t.split()) > 1),
            key=lambda each: (-len(each), each),
        )
        self._inside = re.compile(rf"(?<!\w)(?:{'|'.join(inside) or '(?!)'})(?!\w)")

    def replaced(self, text: str) -> str:
        """Return *text* with the targets of what is known in it."""
        whole = text.strip()
        for bare in (whole, whole.rstrip(" :")):
            if bare in self.targets:
                return text.replace(bare, self.targets[bare])
        return self._inside.sub(lambda match: self.targets[match[0]], text)
