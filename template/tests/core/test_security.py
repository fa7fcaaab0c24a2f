import pytest
from pwdlib import PasswordHash
from pydantic import SecretStr

from app.config import Settings
from app.core.security import PasswordHasher
from tests.servers import settings_error


async def test_only_the_right_password_is_verified(settings: Settings) -> None:
    password_hasher = PasswordHasher(settings)
    hashed = await password_hasher.hash("contraseña de una niña")

    assert await password_hasher.verify("contraseña de una niña", hashed) == (True, None)
    assert await password_hasher.verify("contrasena de una nina", hashed) == (False, None)


async def test_verifying_without_a_hash_costs_as_much_as_with_one(
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


@pytest.mark.parametrize("secret", ["", "B20CnRoBQyH35", "change-me"])
def test_short_secret_is_rejected_in_every_environment(settings: Settings, secret: str) -> None:
    assert "SECRET_KEY" in settings_error(settings, secret_key=SecretStr(secret))


@pytest.mark.parametrize(
    ("change", "variable"),
    [
        ({"argon2_memory_kib": 32}, "ARGON2_MEMORY_KIB"),
        ({"argon2_memory_kib": 32, "argon2_time_cost": 1000}, "ARGON2_MEMORY_KIB"),
        ({"argon2_memory_kib": 19456, "argon2_time_cost": 1}, "ARGON2_TIME_COST"),
        ({"access_token_minutes": 525_600}, "ACCESS_TOKEN_MINUTES"),
        ({"recent_login_minutes": 61}, "RECENT_LOGIN_MINUTES"),
        ({"session_days": 366}, "SESSION_DAYS"),
        ({"refresh_token_days": 366}, "REFRESH_TOKEN_DAYS"),
    ],
)
def test_production_rejects_cheap_hashes_and_long_sessions(
    settings: Settings, change: dict[str, int], variable: str
) -> None:
    assert variable in settings_error(settings, environment="production", **change)
