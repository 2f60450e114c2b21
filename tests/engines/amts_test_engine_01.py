"""Engines exactly as people wrote them for amts_sphinx 0.1, with all that it had.

``shout01`` is the one of its documentation; ``full01`` learns, costs money, works in
two ways, makes drafts, reports through attributes and takes a code apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from amts_sphinx.codes import Token, has_words, join, tokens
from amts_sphinx.errors import EnginePartialError, EngineUnavailableError
from amts_sphinx.units import HUMAN

from amts_sphinx.engine import Bill
from amts_sphinx.engine.options import read_options


class Shout:
    fingerprint = "shout/1"

    def translate(self, sources, pair):
        return [source.upper() for source in sources]


def create_shout(options):
    return Shout()


@dataclass(frozen=True)
class FullOptions:
    """What ``amts_full01`` may hold."""

    fails_after: int = 0
    short_of: int = 0


class Full:
    """Before it is trained, and then for one direction."""

    drafts = True

    def __init__(self, options, pair=None, learnt=(), terms=None):
        self.options = options
        self.pair = pair
        self.learnt = list(learnt)
        self.terms = dict(terms or {})
        self.begun = []
        self.otherwise = {}
        self.remark = ""
        self.tell = lambda line: None

    @property
    def fingerprint(self):
        return "full/1/batch"

    def train(self, pair, units, home, terms):
        people = [unit for unit in units if unit.maker == HUMAN]
        return Full(self.options, pair, people, terms)

    def makers(self, source):
        return ["full/1/batch", "full/1/realtime"]

    def bill(self, sources, pair):
        characters = sum(map(len, sources))
        if not characters:
            return Bill(0, 0.0, "nothing")
        return Bill(characters=characters, dollars=0.5, tariff="a tariff")

    def begin(self, commissions):
        for engine, sources, pair in commissions:
            engine.tell(f"{len(sources)} begun for {pair.target}")
            engine.begun.append(list(sources))
        if len({each.pair for each in commissions}) < len(commissions):
            raise EngineUnavailableError("twice the same pair")

    def translate(self, sources, pair):
        self.tell(f"{len(sources)} asked")
        short = [source for source in sources if len(source) < 10]
        self.otherwise = dict.fromkeys(short, "full/1/realtime")
        self.remark = f"it has learnt {len(self.learnt)} units"
        if self.options.fails_after:
            some = sources[: self.options.fails_after]
            raise EnginePartialError("the line is dead", {s: _upper(s) for s in some})
        return [_upper(source) for source in sources[self.options.short_of :]]


def _upper(source):
    if not has_words(source):
        return source
    if source == "No.":
        return None
    return join(
        Token(t.type, t.coded.replace("rain", "RAIN"), t.id) for t in tokens(source)
    )


def create_full(options):
    return Full(read_options(FullOptions, "amts_full01", options))
