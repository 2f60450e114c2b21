"""The library that runs the models, and its errors.

Its objects belong to the thread that made them, and while one translates no other
thread of Python runs. What it cannot bear it raises as a ``PanicException``, which is
no ``Exception``.
"""

from __future__ import annotations

import threading
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
#: The translators of the main thread, by their kind and what they are made from. One
#: must end in the thread that it began in, and the collector of garbage runs in any.
_LIVING: Final[dict[tuple[type, int], Any]] = {}


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
    is_main = threading.current_thread() is threading.main_thread()
    key = fxtranslate.Translator, hash(data)
    made: Any = _LIVING.get(key) if is_main else None
    try:
        if made is None:
            made = fxtranslate.Translator(
                model=data.model,
                src_vocab=data.source_vocabulary,
                trg_vocab=data.target_vocabulary,
            )
        if is_main:
            _LIVING[key] = made
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
