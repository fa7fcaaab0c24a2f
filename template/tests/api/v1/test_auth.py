from datetime import UTC, datetime, timedelta

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from app.models.auth_session import AuthSession
from tests.factories.users import PASSWORD, People, bearer, id_of, is_signed_in, login

SESSIONS, TOKEN = "/api/v1/auth/sessions", "/api/v1/auth/token"
EXPIRED = {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}


async def test_login_returns_a_pair_that_works(ada: AsyncClient, client: AsyncClient) -> None:
    answer = await login(client)

    pair = answer.json()
    me = await client.get("/api/v1/users/me", headers=bearer(answer))
    assert (pair["token_type"], pair["expires_in"]) == ("bearer", 900)
    assert me.json()["email"] == "ada@example.com"


@pytest.mark.parametrize(("name", "status"), [("ADA@example.com", 200), ("null\x00byte", 401)])
async def test_login_works_with_the_form_of_the_documentation(
    ada: AsyncClient, client: AsyncClient, name: str, status: int
) -> None:
    answer = await client.post(TOKEN, data={"username": name, "password": PASSWORD})

    assert answer.status_code == status


async def test_log_says_who_calls(ada: AsyncClient) -> None:
    user_id = await id_of(ada)

    with capture_logs([merge_contextvars]) as lines:
        await ada.get(SESSIONS)

    assert [line["user_id"] for line in lines] == [user_id]


async def test_unknown_user_and_wrong_password_get_the_same_answer(
    ada: AsyncClient, client: AsyncClient
) -> None:
    wrong = await login(client, password="wrong password")

    for unknown in ("nobody@example.com", "áda@example.com", "ada@exämple.com"):
        answer = await login(client, unknown)
        assert answer.status_code == wrong.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json() | {"request_id": 1} == wrong.json() | {"request_id": 1}


async def test_session_expires_and_the_next_login_removes_it(
    people: People, ada: AsyncClient, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        await connection.execute(update(AuthSession).values(EXPIRED))

    assert not await is_signed_in(ada)
    await people.sign_in()
    async with engine.connect() as connection:
        assert len((await connection.execute(select(AuthSession.id))).all()) == 1


@pytest.mark.parametrize(
    ("method", "path", "signed_in"),
    [("POST", "/api/v1/auth/logout", [False, True]), ("DELETE", SESSIONS, [False, False])],
)
async def test_signing_out_acts_at_once_here_or_everywhere(
    people: People, ada: AsyncClient, method: str, path: str, signed_in: list[bool]
) -> None:
    phone = await people.sign_in()

    assert (await ada.request(method, path)).status_code == 204

    assert [await is_signed_in(one) for one in (ada, phone)] == signed_in


async def test_sessions_are_listed_and_ended_one_by_one(people: People, ada: AsyncClient) -> None:
    phone = await people.sign_in()
    eve = await people.sign_up("eve@example.com")
    latest, first = (await phone.get(SESSIONS)).json()
    path = f"{SESSIONS}/{first['id']}"

    foreign = await eve.delete(path)
    assert await is_signed_in(ada)
    own = await phone.delete(path)

    assert latest["user_agent"].startswith("python-httpx")
    assert (foreign.status_code, own.status_code) == (404, 204)
    assert (await is_signed_in(ada), await is_signed_in(phone)) == (False, True)
