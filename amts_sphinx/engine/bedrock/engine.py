"""The engine ``bedrock``: what :mod:`amts_sphinx.engine.llm` does, at Amazon.

Credentials come from the AWS configuration or the environment, as for every program
that uses boto3.
"""

from __future__ import annotations

from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.errors import (
    EngineError,
    EngineRejectedError,
    EngineUnavailableError,
)
from amts_sphinx.engine.bedrock import conversation
from amts_sphinx.engine.bedrock.options import BedrockOptions
from amts_sphinx.engine.llm.chat import Throttle, TryLaterError, persist
from amts_sphinx.engine.llm.model_engine import ModelEngine
from amts_sphinx.engine.options import read_options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from amts_sphinx.engine.llm.chat import Reply
    from amts_sphinx.engine.llm.prompt import Message

#: What to do where nothing is configured.
NEEDS: Final = (
    'amts_bedrock = {"model": "…", "region": "…"}, with the id of a model, or of an'
    " inference profile, that the account has access to"
)
#: The errors of the service that pass, and whether fewer requests would help.
_LATER: Final = {
    "InternalServerException": False,
    "ModelErrorException": False,
    "ModelNotReadyException": True,
    "ModelTimeoutException": False,
    "ServiceUnavailableException": True,
    "ThrottlingException": True,
}
#: What the user must do about others.
_ACTIONS: Final = {
    "AccessDeniedException": "the AWS identity may not use this model; allow"
    " bedrock:InvokeModel, and ask for access to the model in the console",
    "ExpiredTokenException": "the credentials have expired; log in again",
    "ResourceNotFoundException": "there is no such model in this region",
    "ServiceQuotaExceededException": "a quota of the account is used up",
    "UnrecognizedClientException": "the access key is not known",
}
_INSTALL: Final = (
    "the engine 'bedrock' needs boto3; pip install './amts_sphinx[amazon]'"
)


class ConverseChat:
    """A model behind the Converse API of Bedrock."""

    def __init__(self, options: BedrockOptions) -> None:
        """Nothing is sent, or looked for, yet."""
        self._options = options
        self._throttle = Throttle(options.requests)
        self.where = "Amazon Bedrock"

    def ask(
        self,
        messages: Sequence[Message],
        most: int,
        schema: Mapping[str, Any] | None = None,  # noqa: ARG002 - Converse takes none
    ) -> Reply:
        """Return the model's answer."""
        request = {
            "modelId": self._options.model,
            **conversation.body(messages, most),
        }
        client = self._client
        return persist(
            lambda: _send(client, request),
            self._throttle,
            self._options.patience,
            self.where,
        )

    @cached_property
    def _client(self) -> Any:
        """The client of boto3; our own retries are the only ones.

        :raises EngineUnavailableError: boto3 or the configuration is missing
        """
        try:
            import boto3
            from botocore.config import Config
            from botocore.exceptions import BotoCoreError
        except ImportError as exc:
            raise EngineUnavailableError(_INSTALL) from exc
        options = self._options
        config = Config(
            retries={"total_max_attempts": 1},
            read_timeout=options.timeout,
            max_pool_connections=options.requests,
        )
        try:
            session = boto3.Session(
                profile_name=options.profile or None,
                region_name=options.region or None,
            )
            return session.client("bedrock-runtime", config=config)
        except BotoCoreError as exc:
            raise EngineUnavailableError(
                f"Amazon Bedrock: {exc}; see amts_bedrock.region and .profile"
            ) from exc


def _send(client: Any, request: Mapping[str, Any]) -> Reply:
    """Send one request.

    :raises TryLaterError: it may go well later
    :raises EngineError: it will not
    """
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        HTTPClientError,
    )
    from botocore.exceptions import (
        ConnectionError as LostError,
    )

    try:
        said = client.converse(**request)
    except ClientError as exc:
        raise _error_of(str(exc.response.get("Error", {}).get("Code", ""))) from exc
    except (HTTPClientError, LostError) as exc:
        raise TryLaterError(type(exc).__name__) from exc
    except BotoCoreError as exc:
        raise EngineUnavailableError(
            f"Amazon Bedrock: {type(exc).__name__}; see the AWS configuration"
        ) from exc
    return conversation.reply(said)


def _error_of(code: str) -> TryLaterError | EngineError:
    """Return the error to raise for one of the service."""
    if code in _LATER:
        return TryLaterError(code, busy=_LATER[code])
    if code in _ACTIONS:
        return EngineUnavailableError(f"Amazon Bedrock: {_ACTIONS[code]} ({code})")
    return EngineRejectedError(f"Amazon Bedrock refuses the request: {code}")


def create(options: Mapping[str, object]) -> ModelEngine:
    """Make the engine from the value of ``amts_bedrock``."""
    chosen = read_options(BedrockOptions, "amts_bedrock", options)
    lacks = "" if chosen.model else f"add to conf.py: {NEEDS}"
    chat = ConverseChat(chosen)
    if chosen.mode == "converse" or not chosen.model or find_spec("botocore") is None:
        return ModelEngine("bedrock", chat, chosen, lacking=lacks)
    from amts_sphinx.engine.bedrock.batch_engine import BatchEngine

    return BatchEngine(chat, chosen)
