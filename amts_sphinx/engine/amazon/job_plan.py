"""A plan: what one batch job is to do, before it is asked for."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from amts_sphinx.engine.amazon import limits, markup, prices
from amts_sphinx.engine.aws.index import entry_of
from amts_sphinx.engine.aws.journal import JournalEntry, key_of

if TYPE_CHECKING:
    from amts_sphinx.engine.amazon.client import Client


def use_of(
    source: str,
    adapts: bool,  # noqa: FBT001 - in the order of a plan's fields
    terminology: str,
    settings: tuple[tuple[str, str], ...],
    revision: int,
    *,
    scope: str,
) -> str:
    """Return what two jobs have in common if one can use the other's results.

    The content of the parallel data is no part of it: see the engine's fingerprint.

    :param scope: of an experiment, which shares with nobody else
    """
    what = [source, adapts, terminology, settings, revision]
    said = json.dumps([*what, scope] if scope else what)  # as 0.1 had it
    return hashlib.sha256(said.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class JobPlan:
    """A job that is to be."""

    source: str
    targets: tuple[str, ...]
    #: Coded, each once.
    texts: tuple[str, ...]
    #: Names at the service; empty for none.
    parallel_data: str
    terminology: str
    settings: tuple[tuple[str, str], ...]
    #: See ``AmazonOptions.revision``.
    revision: int = 0
    #: Counts jobs of this plan that ended, and left nothing.
    attempt: int = 0
    #: Bytes of a document, at most.
    portion: int = limits.DOCUMENT
    #: See :func:`use_of`.
    scope: str = ""

    @cached_property
    def use(self) -> str:
        """What two plans have in common if one can use the other's results."""
        adapts = bool(self.parallel_data)
        return use_of(
            self.source,
            adapts,
            self.terminology,
            self.settings,
            self.revision,
            scope=self.scope,
        )

    @cached_property
    def documents(self) -> dict[str, list[str]]:
        """The texts of each document, by its name."""
        pieces = {markup.paragraph(text): text for text in self.texts}
        return {
            f"{number:05}.html": [pieces[piece] for piece in portion]
            for number, portion in enumerate(limits.portions(pieces, self.portion), 1)
        }

    def data(self, document: str) -> bytes:
        """Return a document."""
        return markup.document(markup.paragraph(t) for t in self.documents[document])

    def hash(self, client: Client) -> str:
        """Return what tells this request from all others, 64 hexadecimal digits."""
        options = client.options
        where = [client.region, options.bucket, options.owner, options.role_arn]
        what = [self.targets, self.parallel_data, self.attempt, self.portion]
        texts = [key_of(text) for text in self.texts]
        said = json.dumps([where, self.use, what, texts, options.kms_key])
        return hashlib.sha256(said.encode()).hexdigest()

    def entry(self, client: Client) -> JournalEntry:
        """Return how the journal notes this."""
        characters = prices.characters(self.texts) * len(self.targets)
        pair = self.source, self.targets
        return entry_of(self, client, self.hash(client), pair, characters)
