"""The corpus engine: what it learns from some hundred sentences, what it refuses."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from corpus_toys import ES, FROM_ZH, TR, ZH, pairs, units, unseen
from engine_calls import requests, translated

from amts_sphinx.core import inline_codes
from amts_sphinx.core.errors import ConfigError
from amts_sphinx.core.units import HUMAN, State, TranslationUnit
from amts_sphinx.engine.corpus import model as models
from amts_sphinx.engine.corpus import worker_pool
from amts_sphinx.engine.corpus.engine import CorpusEngine, create
from amts_sphinx.engine.protocol import quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from amts_sphinx.core.units import LanguagePair

    Trained = Callable[[LanguagePair], CorpusEngine]

COUNT = 400
#: Has the engine say what it can, however little it knows.
FRANK = {"min_support": -10, "max_unknown": 0.6}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def trained(home: Path) -> Trained:
    """Return what makes an engine that has learnt 400 pairs; each is learnt once."""

    def make(pair: LanguagePair) -> CorpusEngine:
        return create(FRANK).train(pair, units(pairs(pair, COUNT), pair), home)

    return make


def unknown(engine: CorpusEngine, texts: Sequence[str]) -> Counter[str]:
    """Return the words of *texts* that stay as they are, and how often."""
    made = engine.translated(texts, ES).values()
    return Counter(word for each in made for word in each.unknown)


def reason(engine: CorpusEngine, text: str) -> str:
    """Return why a text has no translation."""
    (made,) = engine.translate(requests([text]), ES, quiet)
    assert made.target is None
    return made.note


def say(engine: CorpusEngine, source: str, pair: LanguagePair = ES) -> str | None:
    (target,) = translated(engine, [source], pair)
    return target


@pytest.mark.parametrize("pair", [ES, TR, ZH], ids=str)
def test_new_sentences_of_known_words_are_right(
    trained: Trained, pair: LanguagePair
) -> None:
    sources, wanted = zip(*unseen(pair, 60), strict=True)
    assert not set(sources) & {source for source, _ in pairs(pair, COUNT)}
    assert translated(trained(pair), sources, pair) == list(wanted)


def test_chinese_is_a_source_too(trained: Trained) -> None:
    sources, wanted = zip(*unseen(FROM_ZH, 60), strict=True)
    said = translated(trained(FROM_ZH), sources, FROM_ZH)
    plain = [inline_codes.plain(target or "") for target in said]
    # Chinese has no article, so that "the" may stand inside of a code or before it.
    assert plain == [inline_codes.plain(target) for target in wanted]


def test_what_is_no_word_goes_through_untouched(trained: Trained) -> None:
    source = (
        'In <x id="7"/>, the book reads 1,234.5 and https://example.org/a_b?c=d&amp;e '
        "and numpy.array."
    )
    said = say(trained(ES), source)
    assert said is not None
    for kept in ('<x id="7"/>', "1,234.5", "https://example.org/a_b?c=d&amp;e"):
        assert said.count(kept) == source.count(kept)
    assert said.endswith("numpy.array.")


def test_unknown_words_stay_and_are_counted(trained: Trained) -> None:
    engine = trained(ES)
    said = say(engine, "The new Zanzibar reads a book.")
    assert said is not None
    assert sorted(said.split()) == ["El", "Zanzibar", "lee", "libro.", "nuevo", "un"]
    texts = ["The new Zanzibar reads a book.", "A new Zanzibar wants a book."]
    assert unknown(engine, texts) == {"Zanzibar": 2}
    lines: list[str] = []
    translated(engine, texts, ES, lines.append)
    assert lines == [
        "the corpus engine does not know 1 words, which stay as they are in 2 places"
    ]


def test_a_text_of_unknown_words_stays(trained: Trained) -> None:
    engine = trained(ES)
    text = "Colourless green ideas sleep furiously."
    assert reason(engine, text).startswith("too many of its words are unknown")
    assert not unknown(engine, [text])


@pytest.mark.parametrize("pair", [ES, ZH], ids=str)
@pytest.mark.parametrize(
    "text",
    [
        "The new zanzibar reads a quux.",
        'In <x id="1"/>, the zanzibar shows the <g id="2">simple quux</g>.',
        'In <x id="1"/>, the model shows the <g id="2">zanzibar quux</g>.',
        "The big book reads a new network, and zanzibar quux flibber gibbet.",
    ],
)
def test_a_draft_in_two_languages_stays_as_a_whole(
    home: Path, pair: LanguagePair, text: str
) -> None:
    """Half of it in each language is worse than either; so it is below the bar."""
    engine = create({"min_support": -10}).train(
        pair, units(pairs(pair, COUNT), pair), home
    )
    (made,) = engine.translate(requests([text]), pair, quiet)
    assert made.target is None
    assert made.note.startswith("too many of its words are unknown")


def test_a_text_put_together_word_by_word_stays(home: Path) -> None:
    some = units(pairs(ES, COUNT), ES)
    engine = create({"min_support": 1.2}).train(ES, some, home)
    salad = "Book the shows network a big network the."
    assert reason(engine, salad).startswith("only rare translations support one")
    assert not unknown(engine, [salad])
    assert say(create(FRANK).train(ES, some, home), salad) is not None
    # In company, and where there is too little of it to tell.
    assert say(engine, "The book reads a big book.") is not None
    assert say(engine, "Network book.") is not None


def test_a_text_of_words_with_many_translations_stays(tmp_path: Path) -> None:
    usual = [(f"The {w} is new.", f"El {w[::-1]} es nuevo.") for w in _WORDS]
    vague = [
        (f"A {v} sees {w}.", f"Un {v[::-1]}{n} ve {w[::-1]}{n}.")
        for n, (v, w) in enumerate(product(_WORDS[:8], _WORDS[:8]))
    ]
    learnt = units(usual * 3 + vague, ES)
    text = "Every {} {} {} the {}.".format(*_WORDS[:4])
    told = [
        say(
            create({"min_pairs": 1, "min_support": s}).train(ES, learnt, tmp_path), text
        )
        for s in (-10, 0.5)
    ]
    assert told[0] is not None
    assert told[1] is None


def test_an_unknown_form_of_a_word_is_translated_like_a_known_one(
    tmp_path: Path,
) -> None:
    known = [(f"The {w} is new.", f"El {w[::-1]} es nuevo.") for w in _WORDS]
    more = [(f"The {w}s are new.", f"Los {w[::-1]} son nuevos.") for w in _WORDS[:-1]]
    engine = create({"min_pairs": 1}).train(ES, units(known + more, ES), tmp_path)
    text = f"The {_WORDS[-1]}s are new."
    said = say(engine, text)
    assert said is not None
    assert f" {_WORDS[-1][::-1]} son nuevos." in said
    assert not unknown(engine, [text])


_WORDS = [
    "garden",
    "window",
    "pencil",
    "kettle",
    "ladder",
    "button",
    "hammer",
    "candle",
]


def test_too_little_data_translates_nothing(tmp_path: Path) -> None:
    some = units(pairs(ES, 199), ES)
    engine = create({}).train(ES, some, tmp_path)
    assert engine.learnt == 199
    assert translated(engine, ["The book reads.", "3.14"], ES) == [None, "3.14"]
    assert list(tmp_path.iterdir()) == []


def test_only_people_are_believed(tmp_path: Path) -> None:
    unit = units(pairs(ES, 1), ES)[0]
    others = [
        TranslationUnit(unit.source, unit.target, ES, "pseudo/1", State.MACHINE),
        TranslationUnit(unit.source, unit.target, TR, HUMAN, State.REVIEWED),
        TranslationUnit("3.14", "3,14", ES, HUMAN, State.REVIEWED),
        TranslationUnit("A word.", " ", ES, HUMAN, State.REVIEWED),
        TranslationUnit('A <x id="1"/>.', "Un.", ES, HUMAN, State.REVIEWED),
        TranslationUnit("A <x", "Un <x", ES, HUMAN, State.REVIEWED),
    ]
    assert create({}).train(ES, others, tmp_path).learnt == 0
    assert create({}).train(ES, [*others, unit, unit], tmp_path).learnt == 1


def test_sentences_too_long_to_align_do_no_harm(tmp_path: Path) -> None:
    some = [(f"The word {n}. " * 60, f"La palabra {n}. " * 60) for n in range(3)]
    engine = create({"min_pairs": 1}).train(ES, units(some, ES), tmp_path)
    assert say(engine, "The word 7.") is None


def test_another_direction_is_not_translated(trained: Trained) -> None:
    assert translated(trained(ES), ["The book reads a book."], TR) == [None]


def test_more_pairs_than_allowed_are_not_learnt(tmp_path: Path) -> None:
    some = units(pairs(ES, 300), ES)
    first = create({"max_pairs": 250}).train(ES, some, tmp_path)
    other = create({"max_pairs": 250}).train(ES, some[::-1], tmp_path)
    assert first.learnt == 250
    assert first.fingerprint == other.fingerprint


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beam": 0}, r"amts_corpus\.beam must be from 1 to 1000, not 0"),
        ({"max_unknown": 1.5}, r"max_unknown must be from 0 to 1, not 1\.5"),
        ({"min_pairs": "many"}, "min_pairs must be a whole number"),
        ({"depth": 3}, "amts_corpus has no option 'depth'"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        create(options)


# What is kept on disk.


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the number of pairs of each training that is not saved."""
    counts: list[int] = []
    usual = models.train

    def train(texts: Sequence[tuple[str, str]], *args: Any, **options: Any) -> Any:
        counts.append(len(texts))
        return usual(texts, *args, **options)

    monkeypatch.setattr(models, "train", train)
    return counts


def asked(engine: CorpusEngine) -> CorpusEngine:
    """Ask *engine* for something: only then it learns."""
    translated(engine, [unseen(ES, 1)[0][0]], ES)
    return engine


def test_nothing_is_learnt_before_it_is_needed(
    tmp_path: Path, trainings: list[int]
) -> None:
    engine = create({}).train(ES, units(pairs(ES, 220), ES), tmp_path)
    assert engine.fingerprint.startswith("corpus/")
    assert translated(engine, [], ES) == []
    assert trainings == []
    assert list(tmp_path.iterdir()) == []


def test_what_it_lacks_is_told(tmp_path: Path) -> None:
    text = unseen(ES, 1)[0][0]
    lines: list[str] = []
    few = create({}).train(ES, units(pairs(ES, 30), ES), tmp_path)
    translated(few, [text], ES, lines.append)
    assert len(lines) == 1
    assert "only 30 pairs of sentences to learn from, and needs 200" in lines[0]
    assert reason(few, text) == lines[0]
    translated(few, ["3.14"], ES, lines.append)
    enough = create({}).train(ES, units(pairs(ES, 220), ES), tmp_path)
    translated(enough, [text], ES, lines.append)
    assert len(lines) == 1


def test_its_translations_are_drafts(trained: Trained) -> None:
    made = trained(ES).translate(requests(["The book reads.", "3.14"]), ES, quiet)
    assert [each.draft for each in made] == [True, False]
    assert {each.maker for each in made} == {trained(ES).fingerprint}


def test_a_model_is_trained_when_its_data_changes(
    tmp_path: Path, trainings: list[int]
) -> None:
    some = units(pairs(ES, 220), ES)
    first = asked(create({}).train(ES, some, tmp_path))
    assert trainings == [220]
    again = asked(create({"beam": 5}).train(ES, some[::-1], tmp_path))
    assert trainings == [220]
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]
    sources = [source for source, _ in unseen(ES, 30)]
    assert translated(first, sources, ES) == translated(again, sources, ES)
    other = asked(first.train(ES, some[:210], tmp_path))
    assert trainings == [220, 210]
    assert len(list(tmp_path.iterdir())) == 1
    prints = {engine.fingerprint for engine in (create({}), first, again, other)}
    assert len(prints) == 4


def test_the_model_of_another_language_is_left_alone(tmp_path: Path) -> None:
    stranger = tmp_path / "corpus-en-es-MX-0123456789abcdef.npz"
    stranger.write_bytes(b"")
    asked(create({}).train(ES, units(pairs(ES, 200), ES), tmp_path))
    assert stranger.exists()


@pytest.mark.parametrize("damage", ["empty", "short", "changed", "foreign"])
def test_a_damaged_model_is_trained_again(
    tmp_path: Path, trainings: list[int], damage: str
) -> None:
    some = units(pairs(ES, 200), ES)
    before = asked(create({}).train(ES, some, tmp_path))
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    middle = len(whole) // 2
    changed = bytes([whole[middle] ^ 255])
    path.write_bytes(
        {
            "empty": b"",
            "short": whole[:middle],
            "changed": whole[:middle] + changed + whole[middle + 1 :],
            "foreign": b"not a model at all",
        }[damage]
    )
    after = asked(create({}).train(ES, some, tmp_path))
    assert trainings == [200, 200]
    assert path.read_bytes() == whole
    source = unseen(ES, 1)[0][0]
    assert say(after, source) == say(before, source)


def test_every_process_learns_the_same(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; import corpus_toys as c;"
        "from engine_calls import translated;"
        "from amts_sphinx.engine.corpus.engine import create;"
        "e = create({}).train(c.ZH, c.units(c.pairs(c.ZH, 200), c.ZH),"
        " Path(sys.argv[1]));"
        "print(ascii(translated(e, [s for s, _ in c.unseen(c.ZH, 20)], c.ZH)))"
    )
    said: set[str] = set()
    made: set[tuple[str, bytes]] = set()
    for seed in ("1", "2"):
        home = tmp_path / seed
        done = subprocess.run(
            [sys.executable, "-c", program, home],
            check=True,
            capture_output=True,
            text=True,
            env={
                "PYTHONHASHSEED": seed,
                "PYTHONPATH": ":".join([str(Path(__file__).parent), *sys.path]),
            },
        )
        said.add(done.stdout)
        made.update((path.name, path.read_bytes()) for path in home.iterdir())
    assert len(said) == 1
    assert len(made) == 1


# Many texts.


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks safely")
def test_several_processes_say_the_same(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, other = trained(ES), trained(ES)
    sources = [
        f"{source} Zanzibar {n}." for n, (source, _) in enumerate(unseen(ES, 99))
    ]
    monkeypatch.setattr(worker_pool, "cores", lambda: 1)
    alone = translated(engine, sources, ES)
    spread = []
    usual = worker_pool.spread

    def count(*args: Any) -> Any:
        spread.append(args[3])
        return usual(*args)

    monkeypatch.setattr(worker_pool, "cores", lambda: 2)
    monkeypatch.setattr(worker_pool, "spread", count)
    assert translated(other, sources, ES) == alone
    assert spread == [2]
    assert unknown(engine, sources) == {"Zanzibar": 99}


def test_without_processes_the_work_is_done_in_turn(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(worker_pool, "cores", lambda: 2)
    monkeypatch.setattr(worker_pool, "can_fork", lambda: True)
    monkeypatch.setattr(worker_pool, "spread", fail)
    sources, wanted = zip(*unseen(ES, 70), strict=True)
    assert translated(trained(ES), sources, ES) == list(wanted)


# Terms.


def with_terms(home: Path, pair: LanguagePair, **terms: str) -> CorpusEngine:
    some = units(pairs(pair, COUNT), pair)
    return create(FRANK).train(pair, some, home, terms)


def test_a_term_is_said_as_decided(home: Path) -> None:
    engine = with_terms(home, ES, book="Libro-X")
    said = say(engine, "The big BOOK reads a book.")
    assert said is not None
    assert said.count("Libro-X") == 2
    assert "libro" not in said
    assert say(engine, "Book") == "Libro-X"
    assert say(engine, "Books and bookish") != "Libro-X"


def test_a_term_that_says_the_usual_leaves_all_as_it_is(
    home: Path, trained: Trained
) -> None:
    engine = with_terms(home, ES, book="libro", network="tejido", the="el")
    sources, wanted = zip(*unseen(ES, 30), strict=True)
    assert translated(trained(ES), sources, ES) == list(wanted)
    said = translated(engine, sources, ES)
    # What is decided is not given a capital: it is to appear as it is.
    assert [inline_codes.plain(target or "").lower() for target in said] == [
        inline_codes.plain(target).lower() for target in wanted
    ]
    assert (say(engine, "The book reads a book.") or "").startswith("el libro ")


def test_the_longest_term_wins(home: Path) -> None:
    terms = {"deep network": "red profunda", "network": "malla", "Deep": "hondo"}
    engine = create(FRANK).train(ES, units(pairs(ES, COUNT), ES), home, terms)
    said = say(engine, "The deep network shows a deep  network.")
    assert said == "El red profunda muestra un red profunda."
    said = say(engine, "The network shows a deep error.")
    assert said is not None
    assert {"malla", "hondo", "error."} <= set(said.split())


def test_a_term_with_inner_capitals_stands_only_where_it_is_spelt_alike(
    home: Path,
) -> None:
    engine = with_terms(home, ES, booK="Libro-K", book="Libro-X", errOr="fallo")
    said = say(engine, "The booK shows a Book, an error.")
    assert said is not None
    assert said.count("Libro-K") == said.count("Libro-X") == 1
    assert "fallo" not in said


def test_a_term_may_be_unknown_and_special(home: Path) -> None:
    engine = with_terms(home, ES, Zanzibar="A & B <1>")
    said = say(engine, "The Zanzibar shows a book.")
    assert said == "El A &amp; B &lt;1&gt; muestra un libro."
    assert not unknown(engine, ["The Zanzibar shows a book."])


def test_a_term_does_not_cross_a_code(home: Path) -> None:
    terms = {"big book": "tomo"}
    engine = create(FRANK).train(ES, units(pairs(ES, COUNT), ES), home, terms)
    crossed = 'In <x id="1"/>, the book shows the <g id="2">big</g> book.'
    inside = 'In <x id="1"/>, the book shows the <g id="2">big book</g>.'
    assert "tomo" not in (say(engine, crossed) or "")
    assert say(engine, inside) == (
        'En <x id="1"/>, el libro muestra el <g id="2">tomo</g>.'
    )


def test_terms_are_found_in_chinese(home: Path) -> None:
    engine = with_terms(home, FROM_ZH, 模型="Model-X")
    assert say(engine, "大的模型阅读一个模型。", FROM_ZH) == (
        "The big Model-X reads a Model-X."
    )


def test_terms_are_part_of_the_fingerprint_only(
    home: Path, trained: Trained, trainings: list[int]
) -> None:
    plain = trained(ES).fingerprint
    prints = {
        plain,
        with_terms(home, ES, book="tomo").fingerprint,
        with_terms(home, ES, book="volumen").fingerprint,
        with_terms(home, ES, Book="tomo").fingerprint,
    }
    assert len(prints) == 4
    assert with_terms(home, ES).fingerprint == plain
    assert trainings == []
