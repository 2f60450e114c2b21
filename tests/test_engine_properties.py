"""Every engine on thousands of odd texts: no exception, no damaged code, blanks kept.

What is looked at is what a build would publish: the engine's answers, mended and set as
:mod:`amts_sphinx.translate` does it. ``AMTS_EXAMPLES=10000 pytest`` tries that many
other texts with each engine; the suite tries a few hundred, always the same.
"""

from __future__ import annotations

import hashlib
import random
import re
from typing import TYPE_CHECKING, Any, Final

import bedrock_server
import pytest
from amazon_book import BUCKET, engine_for
from bedrock_driver import BATCH
from bedrock_driver import engine_of as bedrock_engine
from corpus_toys import ES, pairs, units
from firefox_models import (
    EN_ES,
    EN_PT,
    ES_EN,
    REAL,
    make_model,
    needs_real,
    use_stand_in,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from llm_server import Server, spanish
from odd_texts import FEW_HUNDRED, coded_texts
from test_engine_apertium import needs_apertium, stand_in

from amts_sphinx.core import inline_codes
from amts_sphinx.core.units import LanguagePair, Location, Request, Segment
from amts_sphinx.endpoint import Options, serve
from amts_sphinx.engine import apertium, create_engine
from amts_sphinx.text import code_borders, entities
from amts_sphinx.text.typography import profile_for
from amts_sphinx.translate import quotes, request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from amts_sphinx.endpoint import Served
    from amts_sphinx.engine.protocol import Engine

#: Texts that are asked for at a time, at most.
_MOST: Final = 12
#: As many texts as elsewhere, some at a time.
PORTIONS: Final = settings(
    FEW_HUNDRED,
    max_examples=max(20, FEW_HUNDRED.max_examples // (_MOST // 2)),
    suppress_health_check=list(HealthCheck),
)
TEXTS: Final = st.lists(coded_texts(), min_size=1, max_size=_MOST, unique=True)
#: Learnt by the engines that learn.
TERMS: Final[Mapping[str, str]] = {"big book": "libro grande", "pump": "bomba"}


def careless(coded: str) -> str:
    """Translate as a careless model does: the same text always in the same way."""
    seed = hashlib.sha256(coded.encode("utf-8", "surrogatepass")).digest()
    chance = random.Random(seed)
    pieces = re.split(r"(<[^>]*>|\s+)", spanish(coded))
    for _ in range(chance.choice([0, 0, 1, 2])):
        at = chance.randrange(len(pieces))
        pieces[at] = chance.choice(["", pieces[at] * 2, " ", "&"])
    return "".join(pieces)


def published(
    engine: Engine, texts: list[str], pair: LanguagePair
) -> dict[str, str | None]:
    """Return what a build publishes for each text; ``None``: the text itself."""
    place = Location("page", 1)
    segments = {text: Segment(text, "paragraph", place) for text in texts}
    around = [texts[:1], texts[-1:]]
    asked = {
        text: Request(text, "paragraph", place, *map(tuple, around)) for text in texts
    }
    reply = request.ask(engine, segments, asked, pair)
    assert reply.failure is None
    assert reply.targets.keys() | reply.refusals.keys() == segments.keys()
    profile = profile_for(pair.target)
    found: dict[str, str | None] = dict.fromkeys(reply.refusals)
    for text, answer in reply.targets.items():
        target = entities.resolve(text, answer.target)
        target = quotes.localised(target, *pair)
        found[text] = profile.apply(target, text)
    return found


def check(engine: Engine, texts: list[str], pair: LanguagePair = ES) -> None:
    """Have the engine translate, and look at every text."""
    with_words = [text for text in texts if inline_codes.has_words(text)]
    rules = code_borders.rules_for(pair.target)
    for source, target in published(engine, with_words, pair).items():
        if target is None:
            continue
        told = f"{source!r} became {target!r}"
        assert inline_codes.verify(source, target) == "", told
        assert not inline_codes.emptied(source, target), told
        assert code_borders.faults(target, source, rules) == [], told
        assert target.strip(), told
    for source in {*texts} - {*with_words}:
        (made,) = engine.translate([Request(source)], pair, print)
        assert made.target in {None, source}


@PORTIONS
@given(TEXTS, st.sampled_from(["es", "zh", "th", "ar", "tr", "ko"]))
def test_pseudo(texts: list[str], language: str) -> None:
    for options in ({}, {"style": "cjk"}, {"reorder": True, "expansion": 2}):
        check(create_engine("pseudo", options), texts, LanguagePair("en", language))


@pytest.fixture(scope="module", params=["es", "zh"])
def corpus(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Any:
    """Return an engine that says all that it can, however little it knows."""
    pair = LanguagePair("en", request.param)
    frank = {"min_pairs": 1, "min_support": -10, "max_unknown": 1, "beam": 3}
    home = tmp_path_factory.mktemp("models")
    engine: Any = create_engine("corpus", frank)
    return engine.train(pair, units(pairs(pair, 60), pair), home, TERMS), pair


@PORTIONS
@given(texts=TEXTS)
def test_corpus(corpus: tuple[Engine, LanguagePair], texts: list[str]) -> None:
    check(corpus[0], texts, corpus[1])


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return what makes an engine with the stand-in for the library."""
    folder = tmp_path_factory.mktemp("models")
    make_model(folder, "en-es", EN_ES)
    make_model(folder, "es-en", ES_EN)
    make_model(folder, "en-pt", EN_PT)

    def make(pair: LanguagePair, **options: object) -> Engine:
        engine: Any = create_engine("firefox", {"models": str(folder), **options})
        made: Engine = engine.train(pair, [], folder, TERMS)
        return made

    with pytest.MonkeyPatch.context() as patch:
        use_stand_in(patch)
        engines = [
            (make(ES), ES),
            (make(ES, binding_terms=True), ES),
            (make(LanguagePair("es", "pt")), LanguagePair("es", "pt")),
        ]
        yield engines


@PORTIONS
@given(texts=TEXTS)
def test_firefox(firefox: list[tuple[Engine, LanguagePair]], texts: list[str]) -> None:
    for engine, pair in firefox:
        check(engine, texts, pair)


@pytest.fixture(scope="module", params=["en", "pt"])
def real(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Any:
    """Return an engine with a real model."""
    pair = LanguagePair(request.param, {"en": "pt", "pt": "en"}[request.param])
    engine: Any = create_engine("firefox", {"models": str(REAL)})
    return engine.train(pair, [], tmp_path_factory.mktemp("none"), {}), pair


@pytest.mark.slow
@needs_real
@PORTIONS
@given(texts=TEXTS)
def test_a_real_model(real: tuple[Engine, LanguagePair], texts: list[str]) -> None:
    check(real[0], texts, real[1])


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Return a server that answers carelessly."""
    served = Server()
    served.answer = careless
    yield served
    served.close()


@pytest.fixture(scope="module", params=[1, 4])
def llm(request: pytest.FixtureRequest, server: Server, tmp_path_factory: Any) -> Any:
    """Return an engine that asks one by one, or in batches."""
    options = {"url": server.url, "model": "toy", "batch": request.param}
    home = tmp_path_factory.mktemp("llm")
    engine: Any = create_engine("llm", options)
    return engine.train(ES, units(pairs(ES, 20), ES), home, TERMS)


@PORTIONS
@given(texts=TEXTS)
def test_llm(llm: Engine, texts: list[str]) -> None:
    check(llm, texts)


@pytest.mark.parametrize("mode", ["converse", "batch"])
def test_bedrock(mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job for whatever is asked, or each text by itself."""
    monkeypatch.setattr(bedrock_server, "MINIMUM", 1)
    with bedrock_server.serve() as served:
        served.account.answer = careless
        for name, value in served.environment().items():
            monkeypatch.setenv(name, value)
        engine: Engine = bedrock_engine(tmp_path, batch_minimum=1)
        if mode == "converse":
            alone: Any = create_engine("bedrock", {**BATCH, "mode": mode})
            engine = alone.train(ES, units(pairs(ES, 20), ES), tmp_path, TERMS)

        @PORTIONS
        @given(TEXTS)
        def some(texts: list[str]) -> None:
            check(engine, texts)

        some()


@pytest.fixture(scope="module")
def service() -> Iterator[Served]:
    """Return an endpoint, and lead this process there."""
    with (
        serve(Options(buckets=(BUCKET,), min_pairs=20)) as endpoint,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in endpoint.environment().items():
            patch.setenv(name, value)
        yield endpoint


@pytest.mark.parametrize("mode", ["realtime", "batch"])
def test_amazon(service: Served, mode: str, tmp_path: Path) -> None:
    assert service.url
    engine = engine_for(
        home=tmp_path, prefix=f"p{mode}", learnt=0, mode=mode, poll=0.05
    )

    @PORTIONS
    @given(TEXTS)
    def some(texts: list[str]) -> None:
        check(engine, texts)

    some()


def test_apertium(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program drops a word, doubles a code, and moves one."""
    monkeypatch.setattr(apertium, "which", str)
    engine = stand_in(
        tmp_path,
        r"sed -E -e 's/pump/bomba/g' -e 's/ 3 / /' -e 's/(70xqz)(.*A)/\1\2 \1/'"
        r" -e 's/(<b id=.2.>)(\w+)/\2 \1/'",
    )

    @PORTIONS
    @given(TEXTS)
    def some(texts: list[str]) -> None:
        check(engine, texts)

    some()


@pytest.mark.slow
@needs_apertium
@PORTIONS
@given(texts=TEXTS)
def test_the_real_apertium(texts: list[str]) -> None:
    check(create_engine("apertium", {}), texts)
