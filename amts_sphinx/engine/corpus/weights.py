"""How much each score counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of a translation's scores, which are natural logarithms.

    They were found by ``benchmarks/tune_corpus_engine.py`` on ten articles of *Dive
    into Deep Learning*, English to Chinese, that are none of those it is scored on;
    the last one was set, since it seldom makes a difference.
    """

    #: Target given source, and the reverse.
    direct: float = 0.235
    inverse: float = 0.309
    #: The same word by word.
    words_direct: float = 0.309
    words_inverse: float = 0.809
    #: The language model.
    language: float = 0.5
    #: For each target word, and each phrase.
    length: float = 1.029
    phrase: float = -0.228
    #: For each word jumped over.
    distance: float = -0.022
    #: Orientation to the phrase before, and the phrase after.
    before: float = 0.707
    after: float = 0.723
    #: For each word that is not known.
    unknown: float = -1.0
