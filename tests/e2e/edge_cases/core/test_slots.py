# Needs app/core/security.py
from asyncio import gather
from time import sleep

import pytest
from pwdlib import PasswordHash

from app.config import Settings
from app.core import security
from app.core.security import PasswordHasher
from app.exceptions import ServiceUnavailable


async def test_number_of_concurrent_hashes_is_limited(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, counts = list[str](), list[int]()

    def hash_slowly(self: PasswordHash, password: str) -> str:
        running.append(password)
        sleep(0.01)
        counts.append(len(running))
        running.remove(password)
        return password

    password_hasher = PasswordHasher(settings.model_copy(update={"password_hashing_slots": 2}))
    monkeypatch.setattr(PasswordHash, "hash", hash_slowly)

    await gather(*map(password_hasher.hash, "abcdef"))

    assert max(counts) == 2


async def test_password_is_rejected_at_once_when_it_would_wait_too_long(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hash_slowly(self: PasswordHash, password: str) -> str:
        sleep(0.1)
        return password

    monkeypatch.setattr(PasswordHash, "hash", hash_slowly)
    monkeypatch.setattr(security, "MAX_WAIT_SECONDS", 0.15)
    password_hasher = PasswordHasher(settings.model_copy(update={"password_hashing_slots": 1}))

    results = await gather(*map(password_hasher.hash, "abcdef"), return_exceptions=True)

    assert results[:2] == ["a", "b"]
    rejected = [result for result in results if isinstance(result, ServiceUnavailable)]
    assert [error.headers for error in rejected] == [{"Retry-After": "5"}] * 4
