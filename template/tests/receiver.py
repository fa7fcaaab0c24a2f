"""A server of a test's own, which keeps what it is sent."""

from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple


class Receiver(NamedTuple):
    """The address of a running server, and the bodies that it has received."""

    address: str
    bodies: list[bytes]


@contextmanager
def open_receiver() -> Generator[Receiver]:
    """Yield a running server."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield Receiver(f"127.0.0.1:{server.server_port}", bodies)
        server.shutdown()
