from datetime import UTC, datetime, timedelta

from httpx2 import AsyncClient, Response
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.models.session import AuthSession
from app.models.user import User
from tests.factories.people import PASSWORD, People
from tests.servers import Serve

LOGIN = {"email": "ada@example.com", "password": PASSWORD}
EXPIRED = {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}


async def log_in(client: AsyncClient, **values: str) -> Response:
    return await client.post("/api/v1/auth/login", json=LOGIN | values)


async def test_login_returns_a_pair_that_works(ada: AsyncClient, client: AsyncClient) -> None:
    pair = (await log_in(client)).json()

    bearer = {"Authorization": f"Bearer {pair['access_token']}"}
    me = await client.get("/api/v1/users/me", headers=bearer)
    assert (pair["token_type"], pair["expires_in"]) == ("bearer", 900)
    assert me.json()["email"] == "ada@example.com"


async def test_login_works_with_the_form_of_the_documentation(
    ada: AsyncClient, client: AsyncClient
) -> None:
    form = {"username": "ADA@example.com", "password": PASSWORD}

    response = await client.post("/api/v1/auth/token", data=form)

    assert response.status_code == 200
    assert response.json()["token_type"] == "bearer"


async def test_form_refuses_what_cannot_be_an_address(client: AsyncClient) -> None:
    form = {"username": "null\x00byte", "password": PASSWORD}

    assert (await client.post("/api/v1/auth/token", data=form)).status_code == 401


async def test_unknown_user_and_wrong_password_get_the_same_answer(
    ada: AsyncClient, client: AsyncClient
) -> None:
    answers = [
        await log_in(client, password="wrong password"),
        await log_in(client, email="nobody@example.com"),
    ]

    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    bodies = [{k: v for k, v in a.json().items() if k != "request_id"} for a in answers]
    assert bodies[0] == bodies[1]


async def test_login_renews_an_outdated_hash(
    ada: AsyncClient, serve: Serve, engine: AsyncEngine
) -> None:
    async with serve(argon2_time_cost=2) as stronger:
        await log_in(stronger)

    async with engine.connect() as connection:
        assert ",t=2," in str(await connection.scalar(select(User.hashed_password)))


async def test_closed_account_cannot_sign_in_and_is_out_at_once(
    people: People, ada: AsyncClient, client: AsyncClient
) -> None:
    await people.change("ada@example.com", is_active=False)

    assert (await log_in(client)).status_code == 401
    assert (await ada.get("/api/v1/users/me")).status_code == 401


async def test_session_expires_and_the_next_login_removes_it(
    people: People, ada: AsyncClient, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        await connection.execute(update(AuthSession).values(EXPIRED))

    assert (await ada.get("/api/v1/users/me")).status_code == 401
    again = await people.sign_in()
    assert len((await again.get("/api/v1/auth/sessions")).json()) == 1


async def test_logout_ends_this_session_at_once_and_no_other(
    people: People, ada: AsyncClient
) -> None:
    other = await people.sign_in()

    assert (await ada.post("/api/v1/auth/logout")).status_code == 204

    assert (await ada.get("/api/v1/users/me")).status_code == 401
    assert (await other.get("/api/v1/users/me")).status_code == 200


async def test_sessions_are_listed_and_ended_one_by_one(people: People, ada: AsyncClient) -> None:
    phone = await people.sign_in()
    sessions = (await phone.get("/api/v1/auth/sessions")).json()

    ended = await phone.delete(f"/api/v1/auth/sessions/{sessions[-1]['id']}")

    assert len(sessions) == 2
    assert sessions[0]["user_agent"].startswith("python-httpx")
    assert ended.status_code == 204
    assert (await ada.get("/api/v1/users/me")).status_code == 401
    assert (await phone.get("/api/v1/users/me")).status_code == 200


async def test_session_of_somebody_else_does_not_exist(people: People, ada: AsyncClient) -> None:
    eve = await people.sign_up("eve@example.com")
    [session] = (await ada.get("/api/v1/auth/sessions")).json()

    assert (await eve.delete(f"/api/v1/auth/sessions/{session['id']}")).status_code == 404
    assert (await ada.get("/api/v1/users/me")).status_code == 200


async def test_all_sessions_end_together(people: People, ada: AsyncClient) -> None:
    phone = await people.sign_in()

    assert (await ada.delete("/api/v1/auth/sessions")).status_code == 204

    for client in (ada, phone):
        assert (await client.get("/api/v1/users/me")).status_code == 401
