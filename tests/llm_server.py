"""A strict stand-in for a server with OpenAI's chat completions, on this machine.

It refuses what the published schema of the request does not allow, so that a mistake of
ours is an error here too, and it can misbehave in the ways that real servers do.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from firefox_models import EN_ES
from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from collections.abc import Callable

KEY: Final = "sk-test-123"
_TEXT: Final = {"type": "string", "minLength": 1}
_TURN: Final = {
    "type": "object",
    "properties": {"role": {"enum": ["system", "user", "assistant"]}, "content": _TEXT},
    "required": ["role", "content"],
    "additionalProperties": False,
}
#: What we send of the request, in the words of the published schema.
REQUEST: Final = {
    "type": "object",
    "properties": {
        "model": _TEXT,
        "messages": {"type": "array", "minItems": 2, "items": _TURN},
        "temperature": {"type": "number", "minimum": 0, "maximum": 2},
        "max_tokens": {"type": "integer", "minimum": 1},
        "max_completion_tokens": {"type": "integer", "minimum": 1},
        "response_format": {
            "type": "object",
            "properties": {
                "type": {"const": "json_schema"},
                "json_schema": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
                        "strict": {"type": "boolean"},
                        "schema": {"type": "object"},
                    },
                    "required": ["name", "schema"],
                    "additionalProperties": False,
                },
            },
            "required": ["type", "json_schema"],
            "additionalProperties": False,
        },
    },
    "required": ["model", "messages"],
    "additionalProperties": False,
}


def spanish(coded: str) -> str:
    """Translate the words of a coded text one by one."""

    def word(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        said = EN_ES.get(match[0].lower(), f"{match[0]}o")
        return said.capitalize() if match[0][0].isupper() else said

    return re.sub(r"(<[^>]*>|&\w+;)|[^\W\d_]{2,}", word, coded)


class Fault(NamedTuple):
    """What the server does in place of an answer, once."""

    status: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - nobody changes it
    #: Makes the content of the answer from the good one.
    content: Callable[[str], object] | None = None
    #: The whole body, as it is sent.
    body: bytes | None = None
    finish: str = "stop"


class Server:
    """The server, with what it was asked."""

    def __init__(self, *, takes_schema: bool = True, key: str = "") -> None:
        self.faults: list[Fault | None] = []
        self.requests: list[dict[str, Any]] = []
        self.always: Fault | None = None
        self.answer: Callable[[str], str] = spanish
        #: The keys of those who ask for a page, as after a redirect.
        self.heard: list[str] = []
        #: Bytes of the body that are sent at a time, and the seconds between them.
        self.drip: tuple[int, float] | None = None
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                with server.lock:
                    status, headers, body = server.reply(
                        self.path, data, self.headers.get("Authorization", "")
                    )
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                size, pause = server.drip or (len(body) or 1, 0.0)
                with contextlib.suppress(OSError):
                    for start in range(0, len(body), size):
                        self.wfile.write(body[start : start + size])
                        time.sleep(pause)

            def do_GET(self) -> None:
                server.heard.append(self.headers.get("Authorization", ""))
                self.send_response(404)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Say nothing."""

        self.lock = threading.Lock()
        self.takes_schema = takes_schema
        self.key = key
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop it."""
        self.server.shutdown()
        self.server.server_close()

    def reply(
        self, path: str, data: bytes, authorization: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body."""
        if path != "/v1/chat/completions":
            return 404, {}, b"{}"
        if self.key and authorization != f"Bearer {self.key}":
            return 401, {}, b'{"error": {"message": "Incorrect API key provided"}}'
        said = json.loads(data)
        problems = [e.message for e in Draft202012Validator(REQUEST).iter_errors(said)]
        roles = [turn["role"] for turn in said["messages"]]
        turns = ["user", "assistant"] * len(roles)
        if roles != ["system", *turns[: len(roles) - 1]] or roles[-1] != "user":
            problems.append(f"roles in a wrong order: {roles}")
        if "response_format" in said and not self.takes_schema:
            problems.append("response_format is not supported")
        if problems:
            return 400, {}, json.dumps({"error": {"message": problems}}).encode()
        self.requests.append(said)
        fault = self.faults.pop(0) if self.faults else self.always
        content: object = self._content(said)
        if fault is None:
            fault = Fault()
        if fault.content:
            content = fault.content(str(content))
        body = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "model": said["model"],
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": content},
                    "finish_reason": fault.finish,
                }
            ],
            "usage": {"prompt_tokens": 100, "completion_tokens": 10},
        }
        sent = json.dumps(body).encode() if fault.body is None else fault.body
        return fault.status, fault.headers, sent

    def _content(self, said: dict[str, Any]) -> str:
        asked = said["messages"][-1]["content"].rpartition("\n")[2]
        system = said["messages"][0]["content"]
        if "JSON object" in system:
            texts = json.loads(asked)
            made = {key: self.answer(text) for key, text in texts.items()}
            return json.dumps(made, ensure_ascii=False)
        return self.answer(asked)

    def asked(self) -> list[str]:
        """Return the last message of each request."""
        return [each["messages"][-1]["content"] for each in self.requests]
