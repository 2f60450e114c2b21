"""The proof that a model works, and that its files belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from babel import Locale, UnknownLocaleError

from amts_sphinx.core.errors import EngineUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from amts_sphinx.core.units import LanguagePair

#: Letters by which a name is known again, whatever its ending.
_STEM: Final = 3


def prove(say: Callable[[str], str], pair: LanguagePair, where: object) -> None:
    """Translate the names of days and months, which every language has.

    A vocabulary of another model makes fluent rubbish, or nothing, without an error.

    :param where: where the model is, for people
    :raises EngineUnavailableError: none of the names comes back
    """
    asked, expected = (_names(tag) for tag in pair)
    if not asked or not expected:
        return
    said = say(f"{', '.join(asked)}.").lower()
    if not any(stem in said for name in expected for stem in _stems(name)):
        raise EngineUnavailableError(
            f"{where}: the model does not know the days of the week; its files are"
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
