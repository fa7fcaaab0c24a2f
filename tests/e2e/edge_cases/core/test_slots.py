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


async def test_password_is_rejected_when_the_queue_is_full(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(security, "MAX_QUEUE_LENGTH", 2)
    password_hasher = PasswordHasher(settings)

    results = await gather(*map(password_hasher.hash, "abcdef"), return_exceptions=True)

    rejected = [result for result in results if isinstance(result, ServiceUnavailable)]
    assert len(rejected) == 4
