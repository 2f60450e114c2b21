"""What the scripts of pages show: no word of it is empty in an edition.

Sphinx makes the file of these words from its catalogues. Where a catalogue lacks a
message, the file has an empty one, and a reader who searches is told nothing. The rule
for plurals gives ``true`` in many languages, where a number is meant: then the script
of the search ends with an error.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core import atomic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sphinx.application import Sphinx

_FILE: Final = "_static/translations.js"


def register(app: Sphinx, strings: Mapping[str, str]) -> None:
    """Have the file completed once the pages are written.

    :param strings: what Sphinx's catalogue lacks, each with its target
    """
    app.connect("build-finished", partial(_complete, strings))


def _complete(
    strings: Mapping[str, str], app: Sphinx, exception: Exception | None
) -> None:
    path = Path(app.outdir, _FILE)
    if exception is None and path.is_file():
        text = path.read_text("utf-8")
        made = completed(text, strings)
        if made != text:
            atomic.keep(path, made.encode())


def completed(text: str, strings: Mapping[str, str]) -> str:
    """Return the file with the words of *strings*; what has none is left in English.

    :param text: the file as Sphinx has it, a call with a catalogue as JSON
    """
    start, end = text.find("{"), text.rfind("}") + 1
    try:
        catalogue: dict[str, Any] = json.loads(text[start:end])
        messages: dict[str, Any] = catalogue["messages"]
        rule = str(catalogue["plural_expr"])
    except (ValueError, KeyError, TypeError):
        return text  # another version of Sphinx may write another file
    found = {
        key: strings.get(key, "") if _is_empty(words) else words
        for key, words in messages.items()
    }
    catalogue["messages"] = {key: words for key, words in found.items() if words}
    if not rule.startswith("+"):
        catalogue["plural_expr"] = f"+({rule})"
    made = json.dumps(catalogue, ensure_ascii=True, indent=4, sort_keys=True)
    return f"{text[:start]}{made}{text[end:]}"


def _is_empty(words: Any) -> bool:
    """Tell whether a message lacks its words, or one of its plurals does."""
    return not words or (isinstance(words, list) and not all(words))
