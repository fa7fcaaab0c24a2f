from asyncio import gather
from datetime import UTC, datetime, timedelta

from httpx2 import AsyncClient, Response
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.models.session import RefreshToken
from tests.factories.people import PASSWORD

LOGIN = {"email": "ada@example.com", "password": PASSWORD}
EXPIRED = {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}


async def log_in(client: AsyncClient, **values: str) -> Response:
    return await client.post("/api/v1/auth/login", json=LOGIN | values)


async def refresh(client: AsyncClient, token: str) -> Response:
    return await client.post("/api/v1/auth/refresh", json={"refresh_token": token})


async def test_refresh_token_is_exchanged_for_a_new_pair(
    ada: AsyncClient, client: AsyncClient
) -> None:
    first = (await log_in(client)).json()

    second = (await refresh(client, first["refresh_token"])).json()

    bearer = {"Authorization": f"Bearer {second['access_token']}"}
    assert second["refresh_token"] != first["refresh_token"]
    assert (await client.get("/api/v1/users/me", headers=bearer)).status_code == 200
    assert (await refresh(client, second["refresh_token"])).status_code == 200


async def test_reused_refresh_token_ends_the_whole_session(
    ada: AsyncClient, client: AsyncClient
) -> None:
    first = (await log_in(client)).json()
    second = (await refresh(client, first["refresh_token"])).json()

    stolen = await refresh(client, first["refresh_token"])

    bearer = {"Authorization": f"Bearer {second['access_token']}"}
    assert stolen.status_code == 401
    assert (await client.get("/api/v1/users/me", headers=bearer)).status_code == 401
    assert (await refresh(client, second["refresh_token"])).status_code == 401
    assert (await ada.get("/api/v1/users/me")).status_code == 200


async def test_refresh_token_is_spent_once_however_often_it_comes_at_the_same_time(
    ada: AsyncClient, client: AsyncClient
) -> None:
    token = (await log_in(client)).json()["refresh_token"]

    answers = await gather(*(refresh(client, token) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_refresh_token_expires(
    ada: AsyncClient, client: AsyncClient, engine: AsyncEngine
) -> None:
    token = (await log_in(client)).json()["refresh_token"]
    async with engine.begin() as connection:
        await connection.execute(update(RefreshToken).values(EXPIRED))

    assert (await refresh(client, token)).status_code == 401
    assert (await refresh(client, "unknown")).status_code == 401
