"""A local HTTP server that takes alerts, and answers as it is told."""

import json
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What arrived.

    Attributes:
        address: where it listens.
        refusals: status codes with which the next messages are refused.
        refused: messages answered with such a code, in order.
        accepted: messages answered with 200, in order.
    """

    address: str
    refusals: list[int]
    refused: list[dict[str, Any]] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def receiving(refusals: Sequence[int] = ()) -> Generator[Receiver]:
    """Listen on a free port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = receiver.refusals.pop(0) if receiver.refusals else 200
            (receiver.accepted if status == 200 else receiver.refused).append(message)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}/alerts", list(refusals))
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
