"""Any server with OpenAI's chat completions: Ollama, llama.cpp, vLLM, a provider.

The standard library is enough. A key comes from the environment alone. No text of the
book, and no key, gets into an error.
"""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from amts_sphinx.core.errors import (
    EngineRejectedError,
    EngineReplyError,
    EngineUnavailableError,
)
from amts_sphinx.engine.llm.chat import Reply, TryLaterError, persist

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from amts_sphinx.engine.llm.chat import Throttle
    from amts_sphinx.engine.llm.prompt import Message

_ACCESS: Final = frozenset({401, 402, 403})
_MISSING: Final = 404
#: The service may do it later.
_LATER: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529})
_SLOWER: Final = frozenset({429, 503, 529})
#: Bytes of an answer that are read, at most.
_LARGEST: Final = 2**22


class OpenAiChat:
    """A model behind ``<url>/chat/completions``."""

    def __init__(
        self,
        url: str,
        model: str,
        key_variable: str,
        throttle: Throttle,
        *,
        patience: float,
        timeout: float,
    ) -> None:
        """Nothing is sent yet.

        :param url: the base, as ``http://localhost:11434/v1``
        :param key_variable: the variable of the environment that holds the key
        :param patience: seconds that are waited for one request, in all
        :param timeout: seconds that one answer may take
        """
        self._url = f"{url.rstrip('/')}/chat/completions"
        self._model = model
        self._variable = key_variable
        self._throttle = throttle
        self._patience = patience
        self._timeout = timeout
        self._takes_schema = True
        parts = urllib.parse.urlsplit(url)
        self.where = "" if _is_local(parts.hostname or "") else parts.netloc
        self._plain = parts.scheme == "http"

    def ask(
        self,
        messages: Sequence[Message],
        most: int,
        schema: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Return the model's answer."""
        body: dict[str, Any] = {
            "model": self._model,
            "messages": list(messages),
            "temperature": 0,
            "max_tokens": most,
        }
        if schema is None or not self._takes_schema:
            return self._send(body)
        form = {"name": "translations", "strict": True, "schema": dict(schema)}
        try:
            return self._send(
                {
                    **body,
                    "response_format": {"type": "json_schema", "json_schema": form},
                }
            )
        except EngineRejectedError:
            # An older server: the conversation shows the form as well.
            reply = self._send(body)
            self._takes_schema = False
            return reply

    def _send(self, body: Mapping[str, Any]) -> Reply:
        request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
            self._url, json.dumps(body).encode(), self._headers(), method="POST"
        )
        return persist(
            lambda: _read(self._open(request)),
            self._throttle,
            self._patience,
            self._url,
        )

    def _open(self, request: urllib.request.Request) -> bytes:
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:  # noqa: S310
                return bytes(answer.read(_LARGEST))
        except urllib.error.HTTPError as exc:
            with exc:
                raise self._refused(exc) from exc
        except (OSError, HTTPException) as exc:
            why = getattr(exc, "reason", None) or exc
            raise TryLaterError(f"{type(why).__name__}: {why}") from exc

    def _refused(self, exc: urllib.error.HTTPError) -> Exception:
        """Return the error for a status that is none of success."""
        if exc.code in _LATER:
            after = _seconds(exc.headers.get("Retry-After"))
            return TryLaterError(
                f"status {exc.code}", busy=exc.code in _SLOWER, after=after
            )
        what = f"{self._url} refuses the request: status {exc.code}"
        if exc.code in _ACCESS:
            held = "is set" if os.environ.get(self._variable) else "is not set"
            return EngineUnavailableError(
                f"{what}; the key comes from the environment variable"
                f" {self._variable}, which {held}"
            )
        if exc.code == _MISSING:
            return EngineUnavailableError(
                f"{what}; see amts_llm.url, and whether it has a model {self._model!r}"
            )
        return EngineRejectedError(what)

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "User-Agent": "amts_sphinx"}
        key = os.environ.get(self._variable, "")
        if key and self._plain and self.where:
            raise EngineUnavailableError(
                f"amts_llm.url must begin with https://, or {self.where} gets the key"
                " in plain text"
            )
        return {**headers, "Authorization": f"Bearer {key}"} if key else headers


def _read(data: bytes) -> Reply:
    """Return the answer in a reply of the server.

    :raises TryLaterError: it is not whole
    :raises EngineReplyError: it is no answer at all
    """
    try:
        said = json.loads(data)
    except ValueError as exc:
        raise TryLaterError("the reply is no JSON") from exc
    try:
        choice = said["choices"][0]
        text = choice["message"]["content"]
        usage = said.get("usage") or {}
        cut = choice.get("finish_reason") == "length"
        asked = int(usage.get("prompt_tokens") or 0)
        spoken = int(usage.get("completion_tokens") or 0)
        return Reply(str(text or ""), asked, spoken, cut)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as exc:
        raise EngineReplyError(
            "the server's reply has not the form of a chat completion"
        ) from exc


def _seconds(text: str | None) -> float | None:
    """Return what ``Retry-After`` says in seconds; ``None`` where it does not."""
    try:
        seconds = float(text or "")
    except ValueError:
        return None  # a date, which no such service sends
    return seconds if 0 <= seconds < float("inf") else None


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
