"""An HTTP server for tests that records the requests it receives."""

from collections.abc import Generator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple


class Receiver(NamedTuple):
    """The address of a running server, and the requests that it has received."""

    address: str
    bodies: list[bytes]
    headers: list[Message]


@contextmanager
def open_receiver() -> Generator[Receiver]:
    """Yield a running server."""
    bodies: list[bytes] = []
    headers: list[Message] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            headers.append(self.headers)
            self.send_response(200)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield Receiver(f"127.0.0.1:{server.server_port}", bodies, headers)
        server.shutdown()
