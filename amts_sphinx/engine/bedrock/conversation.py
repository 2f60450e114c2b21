"""A conversation as the Converse API has it, alone or as a record of a batch job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.errors import EngineReplyError
from amts_sphinx.engine.llm.chat import Reply
from amts_sphinx.engine.llm.examples import Example

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from amts_sphinx.engine.llm.prompt import Message


#: Why an answer ends that is whole; none is told by some models in batch jobs.
_WHOLE: Final = frozenset({"end_turn", "stop_sequence", None})


def body(messages: Sequence[Message], most: int) -> dict[str, Any]:
    """Return the body of a request, without the model.

    :param messages: the first is the system part
    :param most: tokens that the answer may have
    """
    return {
        "system": [{"text": turn["content"]} for turn in messages[:1]],
        "messages": [
            {"role": turn["role"], "content": [{"text": turn["content"]}]}
            for turn in messages[1:]
        ],
        "inferenceConfig": {"maxTokens": most, "temperature": 0.0},
    }


def examples(request: Mapping[str, Any]) -> list[Example]:
    """Return the examples in the body of a request: all turns but the last.

    :raises KeyError: it has another form
    :raises TypeError: it has another form
    """
    texts = [
        "".join(str(part["text"]) for part in turn["content"])
        for turn in request["messages"]
    ]
    return [Example(*both) for both in zip(texts[:-1:2], texts[1::2], strict=True)]


def reply(said: Mapping[str, Any]) -> Reply:
    """Return the answer in the body of a reply.

    :raises EngineReplyError: it has another form
    """
    try:
        content = said["output"]["message"]["content"]
        text = "".join(part.get("text", "") for part in content)
        usage = said.get("usage", {})
        # Filters and guardrails put words of their own in place of an answer.
        cut = said.get("stopReason") not in _WHOLE
        asked, told = (int(usage.get(f"{n}Tokens", 0)) for n in ("input", "output"))
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise EngineReplyError(
            "Amazon Bedrock: the reply has not the form of a conversation"
        ) from exc
    return Reply(text, asked, told, cut)
