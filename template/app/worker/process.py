"""The event loop and the application state of a worker process."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from contextvars import copy_context
from typing import TypeVar

from celery import signals

from app.config import Settings, get_settings
from app.dependencies import AppState
from app.factory import open_state

T = TypeVar("T")


class WorkerProcess:
    """Runs coroutines in one event loop, with connections that they share."""

    state: AppState

    def open(self, settings: Settings) -> None:
        """Start the event loop and open the application state."""
        self._runner, self._stack = asyncio.Runner(), AsyncExitStack()
        self.state = self._runner.run(self._stack.enter_async_context(open_state(settings)))

    def close(self) -> None:
        """Close the application state and the event loop."""
        self._runner.run(self._stack.aclose())
        self._runner.close()

    def run(self, coroutine: Coroutine[None, None, T]) -> T:
        """Run a coroutine with the context of its task, such as the request id."""
        return self._runner.run(coroutine, context=copy_context())


worker_process = WorkerProcess()


@signals.worker_process_init.connect
def open_process(**_: object) -> None:
    """Open this process when it starts."""
    worker_process.open(get_settings())


@signals.worker_process_shutdown.connect
def close_process(**_: object) -> None:
    """Close this process when it stops."""
    worker_process.close()
