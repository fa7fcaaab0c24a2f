from asyncio import gather
from string import ascii_letters
from time import sleep

import pytest
from pwdlib import PasswordHash
from pydantic import SecretStr

from app.config import Settings
from app.core import security
from app.core.security import Passwords
from app.exceptions import ServiceUnavailable
from tests.servers import refusal


async def test_right_password_fits_and_any_other_does_not(settings: Settings) -> None:
    passwords = Passwords(settings)
    hashed = await passwords.hash("contraseña de una niña")

    assert await passwords.verify("contraseña de una niña", hashed) == (True, None)
    assert await passwords.verify("contrasena de una nina", hashed) == (False, None)


async def test_missing_user_costs_as_much_as_a_wrong_password(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = Passwords(settings)
    costs: list[str] = []

    def count(self: PasswordHash, password: str, hashed: str) -> tuple[bool, None]:
        costs.append(hashed.rpartition("$")[0].rpartition("$")[0])
        return True, None

    hashed = await passwords.hash("a password")
    monkeypatch.setattr(PasswordHash, "verify_and_update", count)

    assert (await passwords.verify("a password", hashed))[0] is True
    assert (await passwords.verify("a password", None))[0] is False
    assert costs[0] == costs[1]


async def test_long_queue_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "LONGEST_QUEUE", 2)
    passwords = Passwords(settings)

    results = await gather(*map(passwords.hash, "abcdef"), return_exceptions=True)

    refused = [result for result in results if isinstance(result, ServiceUnavailable)]
    assert len(refused) == 4


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

    passwords = Passwords(settings.model_copy(update={"password_hashing_slots": 2}))
    monkeypatch.setattr(PasswordHash, "hash", hash_slowly)

    await gather(*map(passwords.hash, "abcdef"))

    assert max(most) == 2


@pytest.mark.parametrize(
    "secret",
    ["B20CnRoBQyH35", "B20CnRoBQyH35-change-me-M_eU-TAy", 3 * "abcdefghijkl", ascii_letters],
)
def test_secret_that_is_not_random_is_refused_everywhere(settings: Settings, secret: str) -> None:
    assert "SECRET_KEY" in refusal(settings, secret_key=SecretStr(secret))
