"""Passwords are hashed without a database connection, which other requests may need."""

import pytest
from anyio import sleep
from httpx2 import AsyncClient
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.security import PasswordHasher
from app.core.session import RequestSession, release_connection
from app.dependencies import AppState
from app.models.user import User
from tests.factories.users import PASSWORD, UserFactory, login


@pytest.fixture
def held(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return a list to which each hashing adds whether its request holds a connection."""
    held: list[bool] = []
    hash_password, verify = PasswordHasher.hash, PasswordHasher.verify

    async def is_connection_held() -> bool:
        for _ in range(100):
            if "Checked out connections: 0" in engine.pool.status():
                return False
            await sleep(0.01)  # other work may have a connection for a moment
        return True

    async def record_hash(self: PasswordHasher, password: str) -> str:
        held.append(await is_connection_held())
        return await hash_password(self, password)

    async def record_verify(
        self: PasswordHasher, password: str, hashed: str | None
    ) -> tuple[bool, str | None]:
        held.append(await is_connection_held())
        return await verify(self, password, hashed)

    monkeypatch.setattr(PasswordHasher, "hash", record_hash)
    monkeypatch.setattr(PasswordHasher, "verify", record_verify)
    return held


async def test_no_connection_is_held_while_a_password_is_hashed(
    users: UserFactory, held: list[bool]
) -> None:
    ada = await users.register()
    change = {"current_password": PASSWORD, "new_password": "another long password"}
    response = await ada.put("/api/v1/users/me/password", json=change)

    assert response.status_code == 204
    # Registration, login, the current and the new password.
    assert held == [False, False, False, False]


async def test_changes_are_not_lost_before_a_password_is_hashed(state: AppState) -> None:
    async with state.sessionmaker(sync_session_class=RequestSession) as db:
        db.add(User(email="eve@example.com", hashed_password=""))

        with pytest.raises(RuntimeError, match="with changes"):
            await release_connection(db)
        await db.flush()
        with pytest.raises(RuntimeError, match="with changes"):
            await release_connection(db)
        await db.rollback()
        await release_connection(db)
        await db.execute(update(User).values(full_name="Eve"))
        with pytest.raises(RuntimeError, match="with changes"):
            await release_connection(db)


@pytest.mark.parametrize(("password", "status"), [(PASSWORD, 200), ("another long password", 401)])
async def test_login_verifies_again_if_the_hash_has_changed(
    ada: AsyncClient, state: AppState, monkeypatch: pytest.MonkeyPatch, password: str, status: int
) -> None:
    verify = PasswordHasher.verify
    new_hashes = [await state.password_hasher.hash(password)]

    async def verify_slowly(
        self: PasswordHasher, password: str, hashed: str | None
    ) -> tuple[bool, str | None]:
        verified = await verify(self, password, hashed)
        if new_hashes:
            async with state.sessionmaker.begin() as db:
                await db.execute(update(User).values(hashed_password=new_hashes.pop()))
        return verified

    monkeypatch.setattr(PasswordHasher, "verify", verify_slowly)

    assert (await login(ada)).status_code == status
