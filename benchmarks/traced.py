"""Run a project's application in this process, and print which of its functions requests call."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from collections import Counter
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

USER = {"email": "ada@example.com", "password": "correct horse battery staple"}
REQUESTS: dict[str, dict[str, Any]] = {
    "POST": {"json": {"title": "Item"}},
    "GET": {"params": {"limit": "20"}},
}


class Trace:
    """Counts the calls of functions that are defined in a folder, in the order of first calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = f"{folder.resolve()}{os.sep}"
        self.frames: set[FrameType] = set()  # kept, so that no other call gets the same identity
        self.calls: Counter[tuple[str, str]] = Counter()

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        """Count a call once, however often its coroutine resumes."""
        code = frame.f_code
        own = code.co_filename.startswith(self.folder) and not code.co_name.startswith("<")
        if event == "call" and own and frame not in self.frames:
            self.frames.add(frame)
            path = Path(code.co_filename.removeprefix(self.folder)).with_suffix("")
            self.calls[".".join(path.parts), code.co_qualname] += 1

    def clear(self) -> None:
        """Forget all calls."""
        self.frames.clear()
        self.calls.clear()

    def print(self, title: str) -> None:
        """Print how many functions and modules were called, then each function."""
        modules = {module for module, _ in self.calls}
        print(f"{title}: {len(self.calls)} functions in {len(modules)} modules")
        for (module, function), count in self.calls.items():
            print(f"  {count:3} {module:24} {function}")


async def main() -> None:
    """Log in, send each request once to fill caches, and trace it the second time."""
    trace = Trace(Path.cwd() / "app")
    threading.setprofile(trace)  # synchronous dependencies run in threads
    sys.setprofile(trace)
    app = import_module("app.main").app
    logging.disable(logging.INFO)  # log lines would stand between the results
    httpx = import_module("httpx2")
    lifespan = import_module("asgi_lifespan").LifespanManager
    async with lifespan(app) as running:
        transport = httpx.ASGITransport(running.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            await client.post("/api/v1/users", json=USER)
            response = await client.post("/api/v1/auth/login", json=USER)
            client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
            for method, content in REQUESTS.items():
                await client.request(method, "/api/v1/items", **content)
                trace.clear()
                response = await client.request(method, "/api/v1/items", **content)
                response.raise_for_status()
                trace.print(f"{method} /items")


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    asyncio.run(main())
