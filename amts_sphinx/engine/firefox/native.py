"""The library that runs the models: its errors, and the proof that it works.

Its objects belong to the thread that made them, and while one translates no other
thread of Python runs. What it cannot bear it raises as a ``PanicException``, which is
no ``Exception``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from babel import Locale, UnknownLocaleError

from amts_sphinx.core.errors import EngineUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.engine.firefox.models import Leg, ModelBytes

_MISSING: Final = (
    "the engine 'firefox' needs the package fxtranslate;"
    " pip install 'amts_sphinx[firefox]'"
)
_PANIC: Final = "PanicException"
#: Letters by which a name is known again, whatever its ending.
_STEM: Final = 3


def load(data: ModelBytes) -> Callable[[str], str]:
    """Return a function that translates one plain sentence, in this thread only.

    It returns an empty text where the library fails.

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
        raise EngineUnavailableError(f"the model cannot be used: {exc}") from exc

    def say(text: str) -> str:
        try:
            return str(made.translate(text))
        except BaseException as exc:
            if not isinstance(exc, Exception) and type(exc).__name__ != _PANIC:
                raise
            return ""

    return say


def prove(say: Callable[[str], str], pair: LanguagePair, leg: Leg) -> None:
    """Translate the names of days and months, which every language has.

    A vocabulary of another model makes fluent rubbish, or nothing, without an error.

    :raises EngineUnavailableError: none of the names comes back
    """
    asked, expected = (_names(tag) for tag in pair)
    if not asked or not expected:
        return
    said = say(f"{', '.join(asked)}.").lower()
    if not any(stem in said for name in expected for stem in _stems(name)):
        raise EngineUnavailableError(
            f"{leg.folder}: the model does not know the days of the week; its files are"
            " damaged, or do not belong together"
        )


def _names(tag: str) -> list[str]:
    """Return the names of the days and of some months, in several forms."""
    try:
        locale = Locale.parse(tag.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return []
    days = [locale.days["format"]["wide"][number] for number in range(4)]
    months = [locale.months["format"]["wide"][number] for number in (1, 3, 7)]
    return [*map(str, days), *map(str, months)]


def _stems(name: str) -> list[str]:
    lowered = name.lower()
    if len(lowered) > _STEM:
        return [lowered[: max(_STEM, len(lowered) // 2)]]
    # 星期一 is 周一 too: what they share is the number.
    return [lowered, *([] if lowered.isascii() else [lowered[-1]])]
