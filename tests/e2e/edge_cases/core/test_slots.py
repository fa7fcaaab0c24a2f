# Needs app/core/security.py
from asyncio import gather
from time import sleep

import pytest
from pwdlib import PasswordHash

from app.config import Settings
from app.core import security
from app.core.security import PasswordHasher
from app.exceptions import ServiceUnavailable


async def test_no_more_passwords_are_hashed_at_once_than_there_are_slots(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, most = list[str](), list[int]()

    def hash_slowly(self: PasswordHash, password: str) -> str:
        at_work.append(password)
        sleep(0.01)
        most.append(len(at_work))
        at_work.remove(password)
        return password

    password_hasher = PasswordHasher(settings.model_copy(update={"password_hashing_slots": 2}))
    monkeypatch.setattr(PasswordHash, "hash", hash_slowly)

    await gather(*map(password_hasher.hash, "abcdef"))

    assert max(most) == 2


async def test_long_queue_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "LONGEST_QUEUE", 2)
    password_hasher = PasswordHasher(settings)

    results = await gather(*map(password_hasher.hash, "abcdef"), return_exceptions=True)

    refused = [result for result in results if isinstance(result, ServiceUnavailable)]
    assert len(refused) == 4
