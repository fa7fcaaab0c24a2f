from string import ascii_letters

import pytest
from pwdlib import PasswordHash
from pydantic import SecretStr

from app.config import Settings
from app.core.security import PasswordHasher
from tests.servers import refusal


async def test_right_password_fits_and_any_other_does_not(settings: Settings) -> None:
    password_hasher = PasswordHasher(settings)
    hashed = await password_hasher.hash("contraseña de una niña")

    assert await password_hasher.verify("contraseña de una niña", hashed) == (True, None)
    assert await password_hasher.verify("contrasena de una nina", hashed) == (False, None)


async def test_missing_user_costs_as_much_as_a_wrong_password(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    password_hasher = PasswordHasher(settings)
    costs: list[str] = []

    def count(self: PasswordHash, password: str, hashed: str) -> tuple[bool, None]:
        costs.append(hashed.rpartition("$")[0].rpartition("$")[0])
        return True, None

    hashed = await password_hasher.hash("a password")
    monkeypatch.setattr(PasswordHash, "verify_and_update", count)

    assert (await password_hasher.verify("a password", hashed))[0] is True
    assert (await password_hasher.verify("a password", None))[0] is False
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    "secret",
    ["B20CnRoBQyH35", "B20CnRoBQyH35-change-me-M_eU-TAy", 3 * "abcdefghijkl", ascii_letters],
)
def test_secret_that_is_not_random_is_refused_everywhere(settings: Settings, secret: str) -> None:
    assert "SECRET_KEY" in refusal(settings, secret_key=SecretStr(secret))
