"""How much each score counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of a translation's scores, which are natural logarithms."""

    #: Target given source, and the reverse.
    direct: float = 0.25
    inverse: float = 0.2
    #: The same word by word.
    words_direct: float = 0.1
    words_inverse: float = 0.12
    #: The language model.
    language: float = 0.5
    #: For each target word, and each phrase.
    length: float = 0.85
    phrase: float = -0.15
    #: For each word jumped over.
    distance: float = -0.08
    #: Orientation to the phrase before, and the phrase after.
    before: float = 0.15
    after: float = 0.15
    #: For each word that is not known.
    unknown: float = -5.0
