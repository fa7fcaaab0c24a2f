"""Password hashing with Argon2id, in threads and a few passwords at a time."""

import os
import sys
from asyncio import get_running_loop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from secrets import token_urlsafe
from threading import get_native_id
from time import perf_counter
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.config import Settings
from app.exceptions import ServiceUnavailable

MAX_WAIT_SECONDS = 1
T = TypeVar("T")


class PasswordHasher:
    """Hashes and verifies passwords (OWASP Password Storage Cheat Sheet)."""

    def __init__(self, settings: Settings) -> None:
        argon2 = Argon2Hasher(
            memory_cost=settings.argon2_memory_kib, time_cost=settings.argon2_time_cost
        )
        self._hasher = PasswordHash([argon2])
        self._slots = settings.password_hashing_slots
        self._threads = ThreadPoolExecutor(self._slots, initializer=lower_priority)
        self._queue_length = 0
        started_at = perf_counter()
        self._dummy_hash = self._hasher.hash(token_urlsafe())
        self._duration = perf_counter() - started_at  # of hashing one password, on average

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False)

    async def hash(self, password: str) -> str:
        """Return the hash of a password.

        Raises:
            ServiceUnavailable: If passwords would have to wait for longer than a second.
        """
        return await self._run(self._hasher.hash, password)

    async def verify(self, password: str, hashed: str | None) -> tuple[bool, str | None]:
        """Return whether the password is right, and a new hash if the stored one is outdated.

        Without a stored hash the password is wrong, and verifying it takes equally long.

        Raises:
            ServiceUnavailable: If passwords would have to wait for longer than a second.
        """
        verified, new_hash = await self._run(
            self._hasher.verify_and_update, password, hashed or self._dummy_hash
        )
        return verified and bool(hashed), new_hash

    async def _run(self, function: Callable[..., T], *arguments: str) -> T:
        wait = self._queue_length * self._duration / self._slots
        if wait > MAX_WAIT_SECONDS:
            raise ServiceUnavailable
        self._queue_length += 1
        try:
            loop = get_running_loop()
            return await loop.run_in_executor(self._threads, self._measure, function, *arguments)
        finally:
            self._queue_length -= 1

    def _measure(self, function: Callable[..., T], *arguments: str) -> T:
        started_at = perf_counter()
        result = function(*arguments)
        self._duration += (perf_counter() - started_at - self._duration) / 10
        return result


def lower_priority() -> None:
    """Let other threads run before this one, where the system has priorities of threads."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, get_native_id(), 5)
