"""A stand-in for the library fxtranslate: it translates word by word, by a JSON file.

It has the manners of the real one: an object belongs to its thread, an error inside is
no ``Exception``, what the vocabulary lacks vanishes, a wrong vocabulary says nothing.
"""

from __future__ import annotations

import json
import os
import re
import threading


class PanicException(BaseException):
    """What the real library raises."""


class Translator:
    """Translates by a dictionary."""

    def __init__(self, model: bytes, src_vocab: bytes, trg_vocab: bytes) -> None:
        if not model.startswith(b"{"):
            raise ValueError("invalid model")
        if not trg_vocab:
            raise PanicException
        said = json.loads(model)
        self._words: dict[str, str] = said["words"]
        self._alphabet: str = said["alphabet"]
        self._dumb = b"Z" not in src_vocab
        self._thread = threading.get_ident()

    def translate(self, text: str) -> str:
        """Translate a sentence."""
        if threading.get_ident() != self._thread or "PANIC" in text:
            raise PanicException
        if "DEATH" in text:
            os._exit(1)
        if self._dumb:
            return ""
        kept = "".join(sign for sign in text if sign in self._alphabet)
        return re.sub(r"[^\W\d_]+", self._word, " ".join(kept.split()))

    def _word(self, match: re.Match[str]) -> str:
        word = match[0]
        said = self._words.get(word.lower(), word)
        return said.capitalize() if word[0].isupper() else said
