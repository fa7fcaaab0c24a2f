from datetime import UTC, datetime, timedelta

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from app.exceptions import AUTH_SCHEME
from app.models.auth_session import AuthSession
from tests.factories.users import (
    PASSWORD,
    UserFactory,
    auth_headers,
    get_user_id,
    is_logged_in,
    login,
    request_tokens,
    token_headers,
)
from tests.problems import error_detail

SESSIONS, TOKEN = "/api/v1/auth/sessions", "/api/v1/auth/token"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
EXPIRED = {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}


async def test_login_returns_a_valid_access_token(ada: AsyncClient, client: AsyncClient) -> None:
    response = await login(client)

    assert await is_logged_in(client, auth_headers(response))


async def test_login_by_form_returns_a_token_pair(ada: AsyncClient, client: AsyncClient) -> None:
    pair = (await request_tokens(client)).json()

    assert (pair["token_type"], pair["expires_in"]) == ("bearer", 900)
    assert await is_logged_in(client, token_headers(pair["access_token"]))


@pytest.mark.parametrize(("name", "status"), [("ADA@example.com", 200), ("null\x00byte", 401)])
async def test_login_accepts_an_oauth2_form(
    ada: AsyncClient, client: AsyncClient, name: str, status: int
) -> None:
    response = await client.post(TOKEN, data={"username": name, "password": PASSWORD})

    assert response.status_code == status


async def test_fields_of_a_form_are_limited(client: AsyncClient) -> None:
    fields = await client.post(TOKEN, content="&" * 1000, headers=FORM)

    assert fields.status_code == 413


async def test_bodies_of_auth_routes_are_small(client: AsyncClient) -> None:
    response = await client.post("/api/v1/auth/refresh", json={"refresh_token": "a" * 16_384})

    assert response.status_code == 413
    assert error_detail(response) == "Content Too Large"


async def test_log_line_contains_the_user_id(ada: AsyncClient) -> None:
    user_id = await get_user_id(ada)

    with capture_logs([merge_contextvars]) as lines:
        await ada.get(SESSIONS)

    assert [line["user_id"] for line in lines] == [user_id]


async def test_unknown_user_and_wrong_password_get_the_same_response(
    ada: AsyncClient, client: AsyncClient
) -> None:
    wrong = await login(client, password="wrong password")

    for unknown in ("nobody@example.com", "áda@example.com", "ada@exämple.com"):
        response = await login(client, unknown)
        assert response.status_code == wrong.status_code == 401
        assert response.headers["WWW-Authenticate"] == AUTH_SCHEME
        assert response.json() | {"request_id": 1} == wrong.json() | {"request_id": 1}


async def test_expired_session_is_deleted_by_the_next_login(
    users: UserFactory, ada: AsyncClient, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        await connection.execute(update(AuthSession).values(EXPIRED))

    assert not await is_logged_in(ada)
    await users.login()
    async with engine.connect() as connection:
        assert len((await connection.execute(select(AuthSession.id))).all()) == 1


@pytest.mark.parametrize(
    ("method", "path", "logged_in"),
    [("POST", "/api/v1/auth/logout", [False, True]), ("DELETE", SESSIONS, [False, False])],
)
async def test_logout_ends_one_session_or_all_at_once(
    users: UserFactory, ada: AsyncClient, method: str, path: str, logged_in: list[bool]
) -> None:
    phone = await users.login()

    assert (await ada.request(method, path)).status_code == 204

    assert [await is_logged_in(one) for one in (ada, phone)] == logged_in


async def test_sessions_are_listed_and_ended_one_by_one(
    users: UserFactory, ada: AsyncClient
) -> None:
    phone = await users.login()
    eve = await users.register("eve@example.com")
    latest, first = (await phone.get(SESSIONS)).json()
    path = f"{SESSIONS}/{first['id']}"

    foreign = await eve.delete(path)
    assert await is_logged_in(ada)
    own = await phone.delete(path)

    assert latest["user_agent"].startswith("python-httpx")
    assert (foreign.status_code, own.status_code) == (404, 204)
    assert (await is_logged_in(ada), await is_logged_in(phone)) == (False, True)
