"""Any server with OpenAI's chat completions: Ollama, llama.cpp, vLLM, a provider.

The standard library is enough. A key comes from the environment alone. No text of the
book, and no key, gets into an error.
"""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
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
_BAD_REQUEST: Final = 400
#: What the service counts: tokens in and out.
_COUNTED: Final = ("prompt", "completion")
_REDIRECTS: Final = range(300, 400)
#: Bytes of an answer that are read, at most, and of the words of a refusal.
_LARGEST, _WORDS, _PIECE = 2**22, 2**16, 2**16
#: What some models do not take, and what they take in its place.
_UNTAKEN: Final = {"max_tokens": "max_completion_tokens", "temperature": ""}
#: Why an answer ends that is not whole: the published reasons, then some servers' own.
_CUT: Final = frozenset(
    {
        *("length", "content_filter", "tool_calls", "function_call"),
        *("max_tokens", "model_length", "insufficient_system_resource", "error"),
    }
)


class _UntakenError(Exception):
    """The model does not take a part of the request that it can do without."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nobody to another address: the key and the text are for this one."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Have the redirect reported as what the server answered."""


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
        self._untaken: frozenset[str] = frozenset()
        parts = urllib.parse.urlsplit(url)
        self.where = "" if _is_local(parts.hostname or "") else parts.netloc
        self._plain = parts.scheme == "http"
        # What is meant for this machine is not for a proxy.
        handlers = [] if self.where else [urllib.request.ProxyHandler({})]
        self._opener = urllib.request.build_opener(_NoRedirect, *handlers)

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
        while True:
            sent = _taken(body, self._untaken)
            request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
                self._url, json.dumps(sent).encode(), self._headers(), method="POST"
            )

            def send(request: urllib.request.Request = request) -> Reply:
                return _read(self._open(request))

            try:
                return persist(send, self._throttle, self._patience, self._url)
            except _UntakenError as exc:
                name = str(exc)
                if name not in sent:
                    raise EngineRejectedError(
                        f"{self._url} refuses the request: status {_BAD_REQUEST}"
                    ) from exc
                self._untaken |= {name}

    def _open(self, request: urllib.request.Request) -> bytes:
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return _whole(answer, self._timeout)
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
        if exc.code in _REDIRECTS:
            return EngineUnavailableError(
                f"{what}, which leads to another address; neither the text nor the key"
                " follows it: name the server's own address in amts_llm.url"
            )
        if exc.code == _BAD_REQUEST and (name := _untaken(exc)):
            return _UntakenError(name)
        if exc.code == _MISSING:
            return EngineUnavailableError(
                f"{what}; see amts_llm.url, and whether it has a model {self._model!r}"
            )
        return EngineRejectedError(what)

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "User-Agent": "amts_sphinx"}
        key = os.environ.get(self._variable, "").strip()
        if not (key.isascii() and key.isprintable()):
            # Whoever sends it would quote it in an error.
            raise EngineUnavailableError(
                f"the environment variable {self._variable} holds no key: it has line"
                " ends, or letters beyond ASCII, in it"
            )
        if key and self._plain and self.where:
            raise EngineUnavailableError(
                f"amts_llm.url must begin with https://, or {self.where} gets the key"
                " in plain text"
            )
        return {**headers, "Authorization": f"Bearer {key}"} if key else headers


def _taken(body: Mapping[str, Any], untaken: frozenset[str]) -> dict[str, Any]:
    """Return a request with what the model takes in place of what it does not."""
    names = {name: _UNTAKEN[name] if name in untaken else name for name in body}
    return {names[name]: value for name, value in body.items() if names[name]}


def _untaken(refusal: urllib.error.HTTPError) -> str:
    """Return the part of a request that a model does not take, where it says so."""
    try:
        said = json.loads(refusal.read(_WORDS))["error"]
        name, words = str(said.get("param")), str(said.get("message"))
    except (OSError, HTTPException, ValueError, LookupError, TypeError, AttributeError):
        return ""
    if name not in _UNTAKEN:
        name = next((each for each in _UNTAKEN if f"'{each}'" in words), "")
    return name


def _whole(answer: HTTPResponse, seconds: float) -> bytes:
    """Return the body of an answer, up to the greatest length.

    :raises TimeoutError: it has not ended in time, though something always came
    """
    end = time.monotonic() + seconds
    found = bytearray()
    while len(found) < _LARGEST and (piece := answer.read1(_PIECE)):
        found += piece
        if time.monotonic() > end:
            raise TimeoutError(f"the answer has not ended after {seconds:,.0f} seconds")
    return bytes(found)


def _read(data: bytes) -> Reply:
    """Return the answer in a reply of the server.

    :raises TryLaterError: it is not whole
    :raises EngineReplyError: it is no answer at all
    """
    try:
        said = json.loads(data)
    except (ValueError, RecursionError) as exc:
        raise TryLaterError("the reply is no JSON") from exc
    try:
        choice = said["choices"][0]
        text = _text(choice["message"].get("content"))
        usage = said.get("usage") or {}
        cut = choice.get("finish_reason") in _CUT
        asked, spoken = (_count(usage.get(f"{n}_tokens")) for n in _COUNTED)
    except (KeyError, IndexError, TypeError, AttributeError) as exc:
        raise EngineReplyError(
            "the server's reply has not the form of a chat completion"
        ) from exc
    return Reply(text, asked, spoken, cut)


def _text(content: object) -> str:
    """Return the text of a message: a string, or parts as some servers send them.

    A message that has none, a refusal or the call of a tool, is empty.

    :raises TypeError: it has another form, which is not to be taken for words
    """
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, list):
        return "".join(
            part["text"] for part in content if part.get("type", "text") == "text"
        )
    raise TypeError(type(content).__name__)


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def _seconds(text: str | None) -> float | None:
    """Return the seconds that ``Retry-After`` names, itself or by the time of day."""
    try:
        seconds = float(text or "")
    except ValueError:
        seconds = _until(text or "")
    return seconds if 0 <= seconds < float("inf") else None


def _until(date: str) -> float:
    """Return the seconds until a time of day; less than 0: it is none, or is past."""
    try:
        then = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return -1.0
    if then.tzinfo is None:
        then = then.replace(tzinfo=timezone.utc)
    return (then - datetime.now(timezone.utc)).total_seconds()


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
