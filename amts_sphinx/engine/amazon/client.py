"""The way to Amazon Translate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.engine.amazon.jobs import TranslateJobs
from amts_sphinx.engine.aws import client as aws
from amts_sphinx.engine.aws.clock import SYSTEM
from amts_sphinx.engine.protocol import quiet

if TYPE_CHECKING:
    from collections.abc import Collection

    from amts_sphinx.engine.amazon.options import AmazonOptions
    from amts_sphinx.engine.aws.clock import Clock
    from amts_sphinx.engine.protocol import Progress

_SERVICE: Final = "translate"
_TEXT: Final = "translate_text"


class Client(aws.Client):
    """The service and the bucket, as one set of options reaches them."""

    options: AmazonOptions

    def __init__(
        self, options: AmazonOptions, clock: Clock = SYSTEM, tell: Progress = quiet
    ) -> None:
        """Nothing is reached before it is called.

        :param tell: takes a line on each fault that is borne
        """
        super().__init__(options, TranslateJobs(), clock, tell)

    def connect(self) -> None:
        """Make the clients, before threads do: botocore's sessions are not for them."""
        super().connect()
        self._connections.client(_SERVICE, "adaptive")

    def translate(
        self,
        operation: str,
        doing: str,
        *,
        needs: Collection[str] = (),
        waits: bool = False,
        **parameters: Any,
    ) -> dict[str, Any]:
        """Call the translation service; see :meth:`.aws.client.Client.call`.

        :raises EngineError: it failed for good, or for too long
        """
        mode = "adaptive" if operation == _TEXT else "standard"
        return self.call(
            _SERVICE,
            operation,
            doing,
            needs=needs,
            waits=waits,
            mode=mode,
            **parameters,
        )
