"""Signals that ask the program to stop, so that clean-up code always runs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


@contextmanager
def as_keyboard_interrupt() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into the exception that Ctrl-C raises.

    A signal that the caller was told to ignore (`nohup`) stays ignored.
    """
    with _handling(_interrupt):
        yield


@contextmanager
def reported_to(stop: Callable[[], None]) -> Iterator[None]:
    """Call a function when a signal asks to stop, in place of raising an exception.

    It is called between any two instructions of the main thread.
    """
    with _handling(lambda _number, _frame: stop()):
        yield


@contextmanager
def ignored() -> Iterator[None]:
    """Hold signals back until the block has finished."""
    with _handling(signal.SIG_IGN):
        yield


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _handling(
    handler: signal.Handlers | Callable[[int, FrameType | None], None],
) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.getsignal(number)
        for number in SIGNALS
        if signal.getsignal(number) not in (signal.SIG_IGN, None)
    }
    try:
        for number in before:
            signal.signal(number, handler)
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
