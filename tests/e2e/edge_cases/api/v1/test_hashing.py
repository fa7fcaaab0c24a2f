# Needs app/core/security.py
"""What may happen while a password is checked, which takes long."""

from collections.abc import Awaitable, Callable

import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.security import PasswordHasher
from tests.factories.users import People, login

Meanwhile = list[Callable[[], Awaitable[None]]]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Return what happens right after a password has been checked: nothing yet."""
    verify, happenings = PasswordHasher.verify, Meanwhile()

    async def verify_slowly(
        self: PasswordHasher, password: str, hashed: str | None
    ) -> tuple[bool, str | None]:
        result = await verify(self, password, hashed)
        for happen in happenings:
            await happen()
        return result

    monkeypatch.setattr(PasswordHasher, "verify", verify_slowly)
    return happenings


async def test_signing_in_holds_no_connection_while_hashing(
    client: AsyncClient, people: People, engine: AsyncEngine, meanwhile: Meanwhile
) -> None:
    statuses: list[str] = []

    async def look_at_the_pool() -> None:
        statuses.append(engine.pool.status())

    await people.sign_up()
    meanwhile.append(look_at_the_pool)

    assert (await login(client)).status_code == 200
    assert "Checked out connections: 0" in statuses[0]


async def test_old_password_does_not_outlive_a_change_that_happens_meanwhile(
    client: AsyncClient, people: People, meanwhile: Meanwhile
) -> None:
    async def change_password() -> None:
        await people.change("ada@example.com", hashed_password="another")

    await people.sign_up()
    meanwhile.append(change_password)

    assert (await login(client)).status_code == 401
