"""The engine ``llm``: a model at any OpenAI-compatible server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.errors import EngineUnavailableError
from amts_sphinx.engine.llm.chat import Reply, Throttle
from amts_sphinx.engine.llm.http import OpenAiChat
from amts_sphinx.engine.llm.model_engine import ModelEngine
from amts_sphinx.engine.llm.options import LlmOptions
from amts_sphinx.engine.options import read_options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from amts_sphinx.engine.llm.chat import Chat
    from amts_sphinx.engine.llm.prompt import Message

#: What to do where nothing is configured.
NEEDS: Final = (
    'amts_llm = {"url": "http://localhost:11434/v1", "model": "…"}, with the address of'
    " a server that has OpenAI's chat completions, such as Ollama's"
)


class _Nowhere:
    """Stands for a server as long as none is named."""

    where = ""

    def ask(
        self,
        messages: Sequence[Message],  # noqa: ARG002
        most: int,  # noqa: ARG002
        schema: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Reply:
        """Refuse.

        :raises EngineUnavailableError: always
        """
        raise EngineUnavailableError(f"no model is named; add to conf.py: {NEEDS}")


def create(options: Mapping[str, object]) -> ModelEngine:
    """Make the engine from the value of ``amts_llm``."""
    chosen = read_options(LlmOptions, "amts_llm", options)
    chat: Chat = _Nowhere()
    lacks = f"add to conf.py: {NEEDS}"
    if chosen.url and chosen.model:
        lacks = ""
        chat = OpenAiChat(
            chosen.url,
            chosen.model,
            chosen.key_variable,
            Throttle(chosen.requests),
            patience=chosen.patience,
            timeout=chosen.timeout,
        )
    return ModelEngine("llm", chat, chosen, lacking=lacks)
