"""The library that runs the models, and its errors.

Its objects belong to the thread that made them, and while one translates no other
thread of Python runs. What it cannot bear it raises as a ``PanicException``, which is
no ``Exception``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.errors import EngineUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from amts_sphinx.engine.firefox.models import ModelBytes

_MISSING: Final = (
    "the engine 'firefox' needs the package fxtranslate;"
    " pip install './amts_sphinx[firefox]'"
)
_PANIC: Final = "PanicException"


def load(data: ModelBytes, where: object = "its files") -> Callable[[str], str]:
    """Return a function that translates one plain sentence, in this thread only.

    It returns an empty text where the library fails.

    :param where: where the model is, for people
    :raises EngineUnavailableError: the library is not there, or refuses the files
    """
    try:
        import fxtranslate
    except ImportError as exc:
        raise EngineUnavailableError(_MISSING) from exc
    try:
        made: Any = fxtranslate.Translator(
            model=data.model,
            src_vocab=data.source_vocabulary,
            trg_vocab=data.target_vocabulary,
        )
    except BaseException as exc:
        if not isinstance(exc, Exception) and type(exc).__name__ != _PANIC:
            raise
        raise EngineUnavailableError(
            f"{where}: the model cannot be used: {exc}"
        ) from exc

    def say(text: str) -> str:
        try:
            return str(made.translate(text))
        except BaseException as exc:
            if not isinstance(exc, Exception) and type(exc).__name__ != _PANIC:
                raise
            return ""

    return say
