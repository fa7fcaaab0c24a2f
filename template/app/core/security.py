"""Passwords: hashed with Argon2id, off the event loop, a few at a time."""

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.config import Settings
from app.exceptions import ServiceUnavailable

LONGEST_QUEUE = 50
DUMMY_PASSWORD = "compared with when there is no user, to take as long"  # noqa: S105
T = TypeVar("T")


class PasswordHasher:
    """Hashes and checks passwords (OWASP Password Storage Cheat Sheet)."""

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHash(
            [
                Argon2Hasher(
                    memory_cost=settings.argon2_memory_kib,
                    time_cost=settings.argon2_time_cost,
                )
            ]
        )
        self._slots = CapacityLimiter(settings.password_hashing_slots)
        self._queue = 0
        self._nobody = self._hasher.hash(DUMMY_PASSWORD)

    async def hash(self, password: str) -> str:
        """Return the hash to store.

        Raises:
            ServiceUnavailable: Too many passwords wait already.
        """
        return await self._run(self._hasher.hash, password)

    async def verify(self, password: str, hashed: str | None) -> tuple[bool, str | None]:
        """Return whether the password fits, and a new hash where the stored one is outdated.

        Where there is no user, or no password, nothing fits.

        Raises:
            ServiceUnavailable: Too many passwords wait already.
        """
        verify = self._hasher.verify_and_update
        fits, renewed = await self._run(verify, password, hashed or self._nobody)
        return fits and bool(hashed), renewed

    async def _run(self, function: Callable[..., T], *arguments: str) -> T:
        if self._queue >= LONGEST_QUEUE:
            raise ServiceUnavailable
        self._queue += 1
        try:
            return await to_thread.run_sync(function, *arguments, limiter=self._slots)
        finally:
            self._queue -= 1
