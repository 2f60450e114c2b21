"""The contract of engines bites: each broken promise is noticed by its test."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from engine_calls import translated

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import (
    EngineUnavailableError,
    LanguagePairError,
    MarkupError,
)
from amts_sphinx.core.units import LanguagePair, Translation
from amts_sphinx.engine.contract import EngineContract
from amts_sphinx.engine.protocol import Bill, quiet
from amts_sphinx.engine.registry import create_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from amts_sphinx.core.units import Request
    from amts_sphinx.engine.protocol import Commission, Engine, Progress

ES = LanguagePair("en", "es")
_WORD = re.compile(r"(<[^>]*>|&\w+;)")


def shout(coded: str) -> str:
    pieces = _WORD.split(coded)
    return "".join(p if _WORD.match(p) else p.upper() for p in pieces)


@dataclass
class Sound:
    """Keeps every promise; each engine below breaks one."""

    fingerprint: str = "sound/1"
    pairs: frozenset[LanguagePair] = frozenset([ES])
    seen: dict[str, str] = field(default_factory=dict)

    def target(self, request: Request) -> str | None:
        """Return the target of one request."""
        return shout(request.source)

    def check(self, pair: LanguagePair) -> None:
        """Refuse other pairs."""
        if pair not in self.pairs:
            raise LanguagePairError(f"no {pair}")

    def translate(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> list[Translation]:
        """Translate."""
        self.check(pair)
        progress(f"{len(requests)} texts")
        return [Translation(self.target(r), self.fingerprint) for r in requests]

    def makers(self, source: str) -> list[str]:
        """Return itself."""
        assert source is not None
        return [self.fingerprint]

    def bill(self, requests: Sequence[Request], pair: LanguagePair) -> Bill:
        """Return a price for each character."""
        assert pair
        count = sum(len(request.source) for request in requests)
        return Bill(count, count * 1e-6, "a dollar a million", "tokens")

    def begin(self, commissions: Sequence[Commission]) -> None:
        """Start."""
        for each in commissions:
            each.progress("begun")


class TestSound(EngineContract):
    """The contract, kept."""

    @pytest.fixture
    def engine(self) -> Engine:
        """Return the engine to test."""
        return Sound()

    @pytest.fixture
    def failing_engine(self) -> Engine:
        """Return an engine that cannot work."""
        return Sound(pairs=frozenset())


def rewriting(change: Callable[[str], str | None]) -> type[Sound]:
    """Return the class of an engine that changes its good targets."""

    class Rewriting(Sound):
        def target(self, request: Request) -> str | None:
            return change(shout(request.source))

    return Rewriting


def answering(change: Callable[[list[Any], Sequence[Request]], Any]) -> type[Sound]:
    """Return the class of an engine that changes its good answers."""

    class Answering(Sound):
        def translate(
            self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
        ) -> list[Translation]:
            made: Any = change(super().translate(requests, pair, progress), requests)
            found: list[Translation] = made
            return found

    return Answering


class Gossip(Sound):
    """Tells everybody what is in the book."""

    def translate(
        self, requests: Sequence[Request], pair: LanguagePair, progress: Progress
    ) -> list[Translation]:
        """Translate, aloud."""
        for request in requests:
            progress(f"now {request.source[:20]!r}")
        return super().translate(requests, pair, progress)


class Nosy(Sound):
    """Takes its neighbours in."""

    def target(self, request: Request) -> str | None:
        """Put the text before in front."""
        before = [text for text in request.before if "<" not in text]
        return " ".join([*before, shout(request.source)])


class Counting(Sound):
    """Keeps what others can read."""

    def target(self, request: Request) -> str | None:
        """Remember the request."""
        self.seen[request.source] = "seen"
        return super().target(request)


class Growing(Sound):
    """Is another engine after each request."""

    def target(self, request: Request) -> str | None:
        """Change the fingerprint."""
        self.fingerprint += "+"
        return super().target(request)


class Boastful(Sound):
    """Translates whatever it is asked for."""

    def check(self, pair: LanguagePair) -> None:
        """Refuse nothing."""


class Stranger(Sound):
    """Has other makers than it says."""

    def makers(self, source: str) -> list[str]:
        """Return somebody else."""
        assert source is not None
        return ["somebody/else"]


class Greedy(Sound):
    """Takes money for nothing."""

    def bill(self, requests: Sequence[Request], pair: LanguagePair) -> Bill:
        """Return a price that has a base."""
        return super().bill(requests, pair)._replace(dollars=1.0)


class Hasty(Sound):
    """Cannot begin with nothing."""

    def begin(self, commissions: Sequence[Commission]) -> None:
        """Start on the first."""
        commissions[0].progress("begun")


def _drop(made: list[Any], _: Sequence[Request]) -> Any:
    return made[:-1]


def _texts(made: list[Any], _: Sequence[Request]) -> Any:
    return [each.target for each in made]


def _sorted(made: list[Any], _: Sequence[Request]) -> Any:
    return sorted(made)


def _no_maker(made: list[Any], _: Sequence[Request]) -> Any:
    return [each._replace(maker="") for each in made]


def _by_place(made: list[Any], _: Sequence[Request]) -> Any:
    return [e._replace(target=f"{e.target}{n}") for n, e in enumerate(made)]


#: The name of a test, and an engine that must not pass it.
BROKEN: list[tuple[str, type[Sound]]] = [
    ("an_empty_batch", answering(lambda made, asked: None if not asked else made)),
    ("codes_survive", rewriting(lambda t: t.replace("</g>", ""))),
    ("codes_survive", rewriting(lambda t: f"{t} <")),
    ("codes_survive", rewriting(inline_codes.plain)),
    ("codes_survive", answering(_drop)),
    ("codes_survive", answering(_texts)),
    ("codes_survive", answering(_no_maker)),
    ("codes_survive", answering(lambda made, _: tuple(made))),
    ("order_is_kept", answering(_sorted)),
    ("order_is_kept", answering(_by_place)),
    ("a_repeated_request", answering(_by_place)),
    ("texts_without_words_stay", rewriting(lambda t: f"{t}!")),
    ("a_line_stays_a_line", rewriting(lambda t: f"{t}\n")),
    ("very_long_texts", rewriting(lambda t: t[:500])),
    ("neighbours_are_not_translated", Nosy),
    ("requests_are_left_alone", answering(lambda made, a: a.clear() or made)),  # type: ignore[attr-defined]
    ("the_fingerprint", Growing),
    ("no_state_changes", Counting),
    ("the_makers", Stranger),
    ("the_pairs_are_honest", Boastful),
    ("progress_takes_lines", Gossip),
    ("the_bill", Greedy),
]


@pytest.mark.parametrize(("name", "kind"), BROKEN)
def test_a_broken_promise_is_noticed(name: str, kind: type[Sound]) -> None:
    engine = kind()
    with pytest.raises((AssertionError, MarkupError)):
        getattr(EngineContract(), f"test_{name}")(engine)


def test_a_beginning_that_fails_is_noticed() -> None:
    with pytest.raises(IndexError):
        EngineContract().test_what_is_begun_is_done(Hasty())


def test_an_error_without_a_type_is_noticed(request: pytest.FixtureRequest) -> None:
    class Contract(EngineContract):
        failing_engine = None

    with pytest.raises(AssertionError, match=r"ValueError.* is no AmtsError"):
        Contract().test_errors_are_typed(request)


@pytest.fixture
def failing_engine() -> Engine:
    """Return an engine that fails as nobody should."""

    class Failing(Sound):
        def target(self, request: Request) -> str | None:
            raise ValueError(request.source)

    return Failing()


def test_every_promise_has_a_breach() -> None:
    tests = {name for name in vars(EngineContract) if name.startswith("test_")}
    others = {"what_is_begun_is_done", "errors_are_typed"}
    assert tests == {f"test_{name}" for name in {n for n, _ in BROKEN} | others}


def test_it_is_imported_without_pytest() -> None:
    program = (
        "import sys; sys.modules['pytest'] = None;"
        "from amts_sphinx.engine.contract import EngineContract;"
        "print(EngineContract.pair)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout == "en → es\n"


# The engines that other tests build with.


@pytest.fixture(autouse=True)
def _engines(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(request.config.rootpath / "tests" / "engines"))


class TestRecording(EngineContract):
    """The contract, by the engine that notes what it is asked."""

    @pytest.fixture
    def engine(self) -> Engine:
        """Return the engine to test."""
        return create_engine("recording", {})

    @pytest.fixture
    def failing_engine(self) -> Engine:
        """Return an engine that cannot work."""
        return create_engine("recording", {"fails_for": "es"})


def test_the_damaging_engine_breaks_one_promise_only() -> None:
    engine = create_engine("damaging", {})
    contract = EngineContract()
    contract.test_order_is_kept(engine)
    contract.test_the_makers(engine)
    with pytest.raises((AssertionError, MarkupError)):
        contract.test_codes_survive(engine)


def test_the_engine_that_fails_says_for_whom() -> None:
    engine = create_engine("recording", {"fails_for": "es"})
    with pytest.raises(EngineUnavailableError, match="no line to the service for es"):
        translated(engine, ["One."], ES, quiet)
