"""What the engine needs of a service: a conversation in, an answer out."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from amts_sphinx.core.errors import EngineUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from amts_sphinx.engine.llm.prompt import Message

#: Seconds before the second attempt; each further one doubles that, up to the most.
_FIRST: Final = 1.0
_LONGEST: Final = 60.0
#: Waits; in tests no time passes.
sleep: Callable[[float], None] = time.sleep


class Reply(NamedTuple):
    """What a model answered, and what that cost."""

    text: str
    #: Tokens, as the service counts them; 0 where it does not say.
    asked: int = 0
    said: int = 0
    #: Whether the answer is not whole: it reached its greatest length, or a filter of
    #: the service ended it.
    cut: bool = False


class Chat(Protocol):
    """A service with a model."""

    #: Where texts are sent, for people; empty: they stay on this machine.
    where: str

    def ask(
        self,
        messages: Sequence[Message],
        most: int,
        schema: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Return the model's answer.

        It tries again, within bounds, what may pass.

        :param most: tokens that the answer may have
        :param schema: the JSON schema of the answer
        :raises EngineError: it failed for good
        """


class Throttle:
    """How many requests are under way at once: fewer when the service says so."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = float(most)
        self._active = 0
        self._free = threading.Condition()

    def __enter__(self) -> None:
        with self._free:
            while self._active >= max(1, int(self._limit)):
                self._free.wait()
            self._active += 1

    def __exit__(self, *_: object) -> None:
        with self._free:
            self._active -= 1
            self._free.notify_all()

    def slower(self) -> None:
        """Halve the number: the service refused a request for now."""
        with self._free:
            self._limit = max(1.0, self._limit / 2)

    def faster(self) -> None:
        """Let a little more through: a request went well."""
        with self._free:
            self._limit = min(float(self._most), self._limit + 1 / self._limit)
            self._free.notify_all()


class TryLaterError(Exception):
    """A request failed that may go well later; the text holds nothing of the book."""

    def __init__(
        self, why: str, *, busy: bool = False, after: float | None = None
    ) -> None:
        """Say why.

        :param busy: whether the service wants fewer requests
        :param after: seconds that it asks to wait
        """
        super().__init__(why)
        self.busy = busy
        self.after = after


def persist(
    send: Callable[[], Reply], throttle: Throttle, patience: float, where: str
) -> Reply:
    """Send a request, again and again while it may go well later.

    :param send: raises :class:`TryLaterError`
    :param patience: seconds that it is tried again, attempts and pauses together
    :param where: the service, for people
    :raises EngineUnavailableError: it has failed for too long
    """
    waited, pause = 0.0, _FIRST
    while True:
        with throttle:
            began = time.monotonic()
            try:
                reply = send()
            except TryLaterError as exc:
                later = exc
                waited += int(time.monotonic() - began)
            else:
                throttle.faster()
                return reply
        if later.busy:
            throttle.slower()
        wait = pause if later.after is None else later.after
        if waited + wait > patience:
            raise EngineUnavailableError(
                f"{where} fails again and again: {later}"
            ) from later
        sleep(wait)
        # A service that says 0 is not asked without end.
        waited += max(wait, _FIRST)
        pause = min(_LONGEST, pause * 2)
