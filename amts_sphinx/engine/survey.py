"""Which engines can translate a language pair here, and what the others lack."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, runtime_checkable

from amts_sphinx.core.errors import AmtsError
from amts_sphinx.engine.protocol import Learner
from amts_sphinx.engine.registry import create_engine, engine_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from amts_sphinx.core.units import LanguagePair
    from amts_sphinx.engine.protocol import Engine

#: Engines that translate nothing for readers.
_NO_READERS: Final = frozenset({"known", "none", "pseudo"})
#: What an engine of ours is for, in a few words.
_ABOUT: Final = {
    "amazon": "Amazon Translate, paid",
    "apertium": "rule-based, on this machine; drafts",
    "bedrock": "language models at Amazon, paid",
    "corpus": "learns from what people translated; drafts",
    "ctranslate2": "neural, OPUS-MT and Argos models, on this machine; drafts",
    "firefox": "neural, on this machine; drafts",
    "known": "asks nobody: what engines translated before",
    "llm": "a language model, local or not",
    "none": "translates nothing",
    "pseudo": "foreign-looking text, for tests",
}


@runtime_checkable
class Frank(Protocol):
    """An engine that knows what it lacks."""

    def lacks(self, pair: LanguagePair) -> str:
        """Return what must be done before it can translate *pair*; empty: nothing.

        Neither the network nor a service is asked.
        """


class Offer(NamedTuple):
    """What one engine can do about a language pair."""

    name: str
    pair: LanguagePair
    #: What it is, in a few words; empty for an engine of another package.
    about: str
    #: What must be done before it can translate; empty: it can, now.
    lacks: str

    @property
    def helps_readers(self) -> bool:
        """Whether what it makes can be read."""
        return self.name not in _NO_READERS

    @property
    def line(self) -> str:
        """The line of ``conf.py`` that has it translate into this language."""
        return f'amts_engine = {{"{self.pair.target}": "{self.name}"}}'


def offers(
    pair: LanguagePair,
    options_of: Callable[[str], Mapping[str, object]],
    taught: Callable[[Learner], Engine | None] | None = None,
) -> list[Offer]:
    """Return what each engine can do about *pair*, those that can do it now first.

    :param options_of: the options of an engine by its name
    :param taught: as for :func:`lacks`
    """
    found = []
    for name in engine_names():
        need = lacks(name, pair, options_of(name), taught)
        found.append(Offer(name, pair, _ABOUT.get(name, ""), need))
    return sorted(found, key=lambda offer: (bool(offer.lacks), offer.name))


def lacks(
    name: str,
    pair: LanguagePair,
    options: Mapping[str, object],
    taught: Callable[[Learner], Engine | None] | None = None,
) -> str:
    """Return what an engine needs before it can translate *pair*; empty: nothing.

    :param taught: has an engine learn, or returns ``None``; then, and without it, what
        there is to learn is not asked
    """
    if name in {"amazon", "bedrock"} and find_spec("boto3") is None:
        return "pip install './amts_sphinx[amazon]'"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nobody has chosen it yet
            engine = create_engine(name, options)
            if taught and isinstance(engine, Learner):
                engine = taught(engine) or engine
            if isinstance(engine, Frank):
                return engine.lacks(pair)
            return _lacks_pair(engine, pair)
    except AmtsError as exc:
        return str(exc)
    except Exception as exc:  # noqa: BLE001 - an engine that is not used stops nothing
        return f"it fails: {exc!r}"


def _lacks_pair(engine: Engine, pair: LanguagePair) -> str:
    pairs = engine.pairs
    return "" if pairs is None or pair in pairs else f"it has no {pair}"
