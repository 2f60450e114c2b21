"""The exceptions whose messages a user of amts_sphinx may read.

Each message is complete by itself: what is wrong, where, and what is allowed::

    AmtsError
        ConfigError                 a value in conf.py or on the command line
            LanguageError           an unknown language
        MarkupError                 coded text whose codes do not nest
        MemoryFileError             the translation memory cannot be used
            NewerMemoryError        it was written by a later version
            DamagedMemoryError      it is not, or no longer, a memory
        InterchangeError            a TMX (XLIFF, PO, CSV) file cannot be read
        EngineError                 the engine cannot translate
            EngineUnavailableError  it is not installed, or does not answer
            LanguagePairError       it does not translate between these languages
            EngineRejectedError     it refuses this request; to retry is useless
            EngineReplyError        it answered, but not what was asked
            EnginePartialError      it cannot go on, but has translated some
            CostLimitError          it would cost more than is allowed
        ScoreError                  texts cannot be compared with these references
        EditionError                one or more editions were not built
        QualityError                an edition misses a limit of amts_fail_under
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx.errors import SphinxError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from amts_sphinx.core.units import Translation


class AmtsError(SphinxError):
    """The base class: the work stops until the user does something."""

    category = "amts"


class ConfigError(AmtsError):
    """A configuration value is not among those allowed."""

    category = "amts configuration"


class LanguageError(ConfigError):
    """A language tag is unknown, or a language cannot be used here."""


class MarkupError(AmtsError):
    """Coded text whose codes do not nest, or that holds stray markup."""


class MemoryFileError(AmtsError):
    """The translation memory cannot be opened, read or written."""

    category = "amts memory"


class NewerMemoryError(MemoryFileError):
    """The memory was written by a later version of amts_sphinx."""


class DamagedMemoryError(MemoryFileError):
    """The file is not a translation memory, or it is damaged."""


class InterchangeError(AmtsError):
    """A file of translation units cannot be read or written."""


class EngineError(AmtsError):
    """The engine cannot translate."""

    category = "amts engine"


class EngineUnavailableError(EngineError):
    """The engine is not installed, not configured or does not answer."""


class LanguagePairError(EngineError):
    """The engine does not translate between these languages."""


class EngineRejectedError(EngineError):
    """The engine refuses this request; the same request would fail again."""


class EngineReplyError(EngineError):
    """The engine's reply is not one translation per request, in order."""


class EnginePartialError(EngineError):
    """The engine cannot go on now, but what it has translated is good."""

    def __init__(
        self, message: str, translations: Sequence[Translation | None]
    ) -> None:
        """:param translations: one for each request, in order; ``None``: not reached"""
        super().__init__(message)
        self.translations = translations


class CostLimitError(EngineError):
    """The request would cost more than ``amts_cost_limit``; nothing was sent."""


class ScoreError(AmtsError):
    """The numbers of hypotheses and references differ, or there are none."""

    category = "amts score"


class EditionError(AmtsError):
    """One or more editions were not built."""

    category = "amts edition"


class QualityError(AmtsError):
    """An edition was built, but misses a limit that ``amts_fail_under`` sets."""

    category = "amts_fail_under"
