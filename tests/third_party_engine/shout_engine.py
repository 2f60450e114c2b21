import re
from dataclasses import dataclass

from amts_sphinx.engine import Translation, read_options

MARKUP = re.compile(r"(<[^>]*>|&\w+;)")  # inline codes and escaped signs: they stay


@dataclass(frozen=True)
class Shout:
    fingerprint = "shout/1"
    pairs = None

    def translate(self, requests, pair, progress):
        return [Translation(shout(r.source), self.fingerprint) for r in requests]


def shout(coded):
    pieces = MARKUP.split(coded)
    return "".join(p if MARKUP.match(p) else p.upper() for p in pieces)


def create(options):
    return read_options(Shout, "amts_shout", options)
