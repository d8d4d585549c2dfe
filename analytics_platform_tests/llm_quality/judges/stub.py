"""A chat endpoint on this machine that replies as it is told."""

import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKENS = 1000, 100
"""What every reply says it took, sent and received."""


@dataclass(frozen=True)
class Canned:
    """One reply: a status, headers, a body, and how long it takes."""

    body: bytes = b"{}"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_seconds: float = 0.0


Script = Callable[[int, dict[str, Any]], Canned]
"""The reply to a request, by its number from 0 and its body."""


@dataclass
class Stub:
    """A running endpoint: its address, and the requests that came, with their headers (small letters)."""

    url: str
    requests: list[dict[str, Any]]
    headers: list[dict[str, str]]


def chat(
    content: str, *, finish: str = "stop", tokens: tuple[int, int] | None = TOKENS, **message: str
) -> Canned:
    """A chat completion with this content."""
    body: dict[str, Any] = {
        "id": "stub",
        "object": "chat.completion",
        "created": 1,
        "model": "stub",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": content, **message},
            }
        ],
    }
    if tokens is not None:
        body["usage"] = {
            "prompt_tokens": tokens[0],
            "completion_tokens": tokens[1],
            "total_tokens": sum(tokens),
        }
    return Canned(json.dumps(body).encode(), headers={"content-type": "application/json"})


def verdict(score: object = 1, probability: object = 0.9, **more: object) -> Canned:
    """A reply in its form, unless told otherwise."""
    return chat(json.dumps({"rationale": "Because.", "score": score, "probability": probability, **more}))


def in_turn(*replies: Canned) -> Script:
    """One reply after the other, the last for ever."""
    return lambda number, _: replies[min(number, len(replies) - 1)]


@contextmanager
def endpoint(script: Script) -> Generator[Stub]:
    """Serve a script on a free port."""
    stub = Stub("", [], [])
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            with lock:
                number = len(stub.requests)
                stub.requests.append(json.loads(content))
                stub.headers.append({name.lower(): value for name, value in self.headers.items()})
            reply = script(number, stub.requests[number])
            time.sleep(reply.delay_seconds)
            try:
                self.send_response(reply.status)
                for name, value in {**reply.headers, "content-length": str(len(reply.body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
