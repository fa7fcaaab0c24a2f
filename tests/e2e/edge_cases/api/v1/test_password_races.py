# Needs app/core/security.py
"""Concurrent changes while a password is verified."""

from collections.abc import Awaitable, Callable

import pytest
from httpx2 import AsyncClient

from app.core.security import PasswordHasher
from app.dependencies import AppState
from tests.factories.users import UserFactory, login

Meanwhile = list[Callable[[], Awaitable[None]]]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Return a list of functions to call right after a password has been verified."""
    verify, callbacks = PasswordHasher.verify, Meanwhile()

    async def verify_slowly(
        self: PasswordHasher, password: str, hashed: str | None
    ) -> tuple[bool, str | None]:
        result = await verify(self, password, hashed)
        for callback in callbacks:
            await callback()
        return result

    monkeypatch.setattr(PasswordHasher, "verify", verify_slowly)
    return callbacks


async def test_login_fails_if_the_password_changes_meanwhile(
    client: AsyncClient, users: UserFactory, state: AppState, meanwhile: Meanwhile
) -> None:
    new_hash = await state.password_hasher.hash("another long password")

    async def change_password() -> None:
        await users.update("ada@example.com", hashed_password=new_hash)

    await users.register()
    meanwhile.append(change_password)

    assert (await login(client)).status_code == 401
