from datetime import timedelta

from httpx2 import AsyncClient, Response
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.exceptions import AUTH_SCHEME
from app.models.auth_session import AuthSession
from app.models.entity import utc_now
from tests.factories.users import (
    PASSWORD,
    UserFactory,
    get_user_id,
    request_tokens,
    token_headers,
)

ME = "/api/v1/users/me"


async def age_sessions(engine: AsyncEngine) -> None:
    """Make every session eleven minutes old."""
    created_at = utc_now() - timedelta(minutes=11)
    async with engine.begin() as connection:
        await connection.execute(update(AuthSession).values(created_at=created_at))


def is_login_required(response: Response) -> bool:
    """Return whether the response asks for a login, as RFC 9470 specifies."""
    challenge = response.headers.get("WWW-Authenticate", "")
    expected = f'{AUTH_SCHEME} error="insufficient_user_authentication", max_age="600"'
    return response.status_code == 401 and challenge == expected


async def test_deleting_oneself_requires_a_recent_login(
    users: UserFactory, ada: AsyncClient, engine: AsyncEngine
) -> None:
    await age_sessions(engine)

    assert is_login_required(await ada.delete(ME))
    assert is_login_required(await ada.delete(f"/api/v1/users/{await get_user_id(ada)}"))
    assert (await (await users.login()).delete(ME)).status_code == 204


async def test_refreshing_a_session_is_no_recent_login(
    users: UserFactory, client: AsyncClient, engine: AsyncEngine
) -> None:
    await users.register()
    pair = (await request_tokens(client)).json()
    await age_sessions(engine)

    refresh = {"refresh_token": pair["refresh_token"]}
    token = (await client.post("/api/v1/auth/refresh", json=refresh)).json()["access_token"]

    assert is_login_required(await client.delete(ME, headers=token_headers(token)))


async def test_changing_what_administrators_may_change_requires_a_recent_login(
    ada: AsyncClient, admin: AsyncClient, engine: AsyncEngine
) -> None:
    path = f"/api/v1/users/{await get_user_id(ada)}"
    await age_sessions(engine)

    for change in ({"email": "eve@example.com"}, {"role": "admin"}, {"is_active": False}):
        assert is_login_required(await admin.patch(path, json=change))
    assert (await ada.patch(path, json={"role": "admin"})).status_code == 403
    assert (await admin.patch(path, json={"full_name": "Ada"})).status_code == 200


async def test_changing_the_password_requires_the_current_one(
    ada: AsyncClient, engine: AsyncEngine
) -> None:
    await age_sessions(engine)
    change = {"current_password": PASSWORD, "new_password": "another long password"}

    wrong = await ada.put(f"{ME}/password", json=change | {"current_password": "wrong"})

    assert wrong.status_code == 403
    assert (await ada.put(f"{ME}/password", json=change)).status_code == 204
