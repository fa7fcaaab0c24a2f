from datetime import UTC, datetime, timedelta

from httpx2 import AsyncClient, Response
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from app.models.auth_session import RefreshToken
from tests.factories.users import is_logged_in, request_tokens, token_headers

EXPIRED = {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}


async def refresh(client: AsyncClient, response: Response) -> Response:
    """Return the response to the refresh token of a token pair."""
    body = {"refresh_token": response.json()["refresh_token"]}
    return await client.post("/api/v1/auth/refresh", json=body)


def pair_headers(response: Response) -> dict[str, str]:
    """Return the headers that send the access token of a token pair."""
    return token_headers(response.json()["access_token"])


async def test_refresh_token_is_exchanged_for_a_new_pair(
    ada: AsyncClient, client: AsyncClient
) -> None:
    first = await request_tokens(client)

    second = await refresh(client, first)

    assert second.json()["refresh_token"] != first.json()["refresh_token"]
    assert await is_logged_in(client, pair_headers(second))
    assert (await refresh(client, second)).status_code == 200


async def test_reused_refresh_token_ends_the_whole_session(
    ada: AsyncClient, client: AsyncClient
) -> None:
    first = await request_tokens(client)
    second = await refresh(client, first)

    with capture_logs() as logs:
        stolen = await refresh(client, first)

    assert stolen.status_code == 401
    assert "refresh token reused" in [line["event"] for line in logs]
    assert not await is_logged_in(client, pair_headers(second))
    assert (await refresh(client, second)).status_code == 401
    assert await is_logged_in(ada)


async def test_expired_refresh_token_is_rejected_and_the_session_continues(
    ada: AsyncClient, client: AsyncClient, engine: AsyncEngine
) -> None:
    pair = await request_tokens(client)
    async with engine.begin() as connection:
        await connection.execute(update(RefreshToken).values(EXPIRED))

    with capture_logs() as logs:
        response = await refresh(client, pair)

    assert response.status_code == 401
    assert "refresh token reused" not in [line["event"] for line in logs]
    assert await is_logged_in(client, pair_headers(pair))


async def test_unknown_refresh_token_is_rejected(client: AsyncClient) -> None:
    unknown = Response(200, json={"refresh_token": "unknown"})

    assert (await refresh(client, unknown)).status_code == 401


async def test_refresh_deletes_the_expired_tokens_of_its_session(
    ada: AsyncClient, client: AsyncClient, engine: AsyncEngine
) -> None:
    second = await refresh(client, await request_tokens(client))
    used = RefreshToken.used_at.is_not(None)
    async with engine.begin() as connection:
        await connection.execute(update(RefreshToken).where(used).values(EXPIRED))

    await refresh(client, second)

    expired = select(func.count()).where(RefreshToken.expires_at <= datetime.now(UTC))
    async with engine.connect() as connection:
        assert await connection.scalar(expired) == 0
        assert await connection.scalar(select(func.count()).select_from(RefreshToken)) == 3
