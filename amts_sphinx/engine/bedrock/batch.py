"""The texts of a book through batch jobs of Amazon Bedrock."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING

from amts_sphinx.core.errors import EngineReplyError
from amts_sphinx.engine.aws.batch import TextJobs
from amts_sphinx.engine.bedrock import conversation
from amts_sphinx.engine.bedrock.jobs import MOST_RECORDS, JobPlan
from amts_sphinx.engine.llm.model_engine import FirstAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from amts_sphinx.engine.aws.journal import JournalEntry
    from amts_sphinx.engine.bedrock.options import BedrockOptions
    from amts_sphinx.engine.llm.prompt import Message
    from amts_sphinx.engine.protocol import Progress


@dataclass(frozen=True, kw_only=True)
class ConversationJobs(TextJobs):
    """The batch jobs of one direction."""

    options: BedrockOptions
    #: Who asks: jobs of others have other translations.
    maker: str
    #: Returns what the model is told of a text, and the tokens that it may answer.
    conversation: Callable[[str], tuple[Sequence[Message], int]] = field(compare=False)

    @cached_property
    def use(self) -> str:
        """What two jobs have in common if one can use the other's results.

        The examples are no part of it: see the engine's fingerprint.
        """
        said = json.dumps([self.maker, *self.pair, self.scope])
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def unpaid(self, texts: Sequence[str]) -> list[str]:
        """Return those of *texts* that no job has taken."""
        return super().new(texts)

    def new(self, texts: Sequence[str]) -> list[str]:
        """Return those of *texts* for which a job is to be started: enough, or none."""
        found = self.unpaid(texts)
        return found if len(found) >= self.options.batch_minimum else []

    def start(self, texts: Sequence[str], progress: Progress) -> JournalEntry | None:
        """Start a job for as many of *texts* as one takes."""
        some = list(texts[:MOST_RECORDS])
        return self.start_one(some, lambda: self._plans(some), progress)

    def _plans(self, texts: Sequence[str]) -> Iterator[JobPlan]:
        """Yield plans of one job, each with another name."""
        conversations = {text: self.conversation(text) for text in texts}
        for attempt in count():
            yield JobPlan(
                self.options, self.pair, self.use, tuple(texts), conversations, attempt
            )


def first_answer(record: str) -> FirstAnswer | None:
    """Return what the model said in a record; ``None``: it said nothing of use."""
    said = json.loads(record)
    try:
        reply = conversation.reply(said["modelOutput"])
        return FirstAnswer(reply, conversation.examples(said["modelInput"]))
    except (EngineReplyError, KeyError, TypeError, ValueError):
        return None
