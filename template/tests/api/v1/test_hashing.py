"""Passwords are hashed without a database connection, which other requests may need."""

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.security import PasswordHasher
from tests.factories.users import PASSWORD, UserFactory


@pytest.fixture
def pool_statuses(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which each hashing adds the status of the connection pool."""
    statuses: list[str] = []
    hash_password, verify = PasswordHasher.hash, PasswordHasher.verify

    async def record_hash(self: PasswordHasher, password: str) -> str:
        statuses.append(engine.pool.status())
        return await hash_password(self, password)

    async def record_verify(
        self: PasswordHasher, password: str, hashed: str | None
    ) -> tuple[bool, str | None]:
        statuses.append(engine.pool.status())
        return await verify(self, password, hashed)

    monkeypatch.setattr(PasswordHasher, "hash", record_hash)
    monkeypatch.setattr(PasswordHasher, "verify", record_verify)
    return statuses


async def test_no_connection_is_held_while_a_password_is_hashed(
    users: UserFactory, pool_statuses: list[str]
) -> None:
    ada = await users.register()
    change = {"current_password": PASSWORD, "new_password": "another long password"}
    response = await ada.put("/api/v1/users/me/password", json=change)

    assert response.status_code == 204
    assert len(pool_statuses) == 4  # registration, login, the current and the new password
    assert all("Checked out connections: 0" in status for status in pool_statuses)
