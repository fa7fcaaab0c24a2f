from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from tests.factories import PASSWORD
from tests.servers import NO_REDIS, serve

pytestmark = pytest.mark.usefixtures("engine")


async def log_in(client: AsyncClient, email: str = "ada@example.com") -> Response:
    return await client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})


async def log_in_with_form(client: AsyncClient, email: str = "ada@example.com") -> Response:
    form = {"username": email, "password": PASSWORD}
    return await client.post("/api/v1/auth/token", data=form)


async def sign_up(client: AsyncClient, email: str = "ada@example.com") -> Response:
    return await client.post("/api/v1/users", json={"email": email, "password": PASSWORD})


async def test_guessing_at_one_account_ends_for_the_one_who_guesses(
    settings: Settings, redis_url: SecretStr
) -> None:
    changes: dict[str, Any] = {"redis_url": redis_url, "rate_limit_account_attempts": "2/day"}

    async with serve(settings, uuid4().hex, **changes) as eve:
        tries = [
            await log_in(eve),
            await log_in_with_form(eve, " Ada@Example.com"),
            await log_in(eve),
        ]
        other = await log_in(eve, "bob@example.com")
    async with serve(settings, uuid4().hex, **changes) as ada:
        elsewhere = await log_in(ada)

    assert [response.status_code for response in tries] == [401, 401, 429]
    assert tries[1].headers["RateLimit-Remaining"] == "0"
    assert int(tries[2].headers["Retry-After"]) > 0
    assert other.status_code == 401
    assert elsewhere.status_code == 401


async def test_guessing_at_many_accounts_ends_too(settings: Settings) -> None:
    async with serve(settings, rate_limit_attempts="3/day") as client:
        tries = [
            await sign_up(client),
            await log_in(client),
            await log_in_with_form(client, "bob@example.com"),
            await log_in(client, "carol@example.com"),
            await sign_up(client, "dora@example.com"),
        ]

    assert [response.status_code for response in tries] == [201, 200, 401, 429, 429]


async def test_nobody_signs_in_while_attempts_cannot_be_counted(
    settings: Settings, engine: AsyncEngine
) -> None:
    async with serve(settings) as client:
        await sign_up(client)
        token = (await log_in(client)).json()["access_token"]

    async with serve(settings, redis_url=NO_REDIS) as client:
        refused = [await log_in(client), await log_in_with_form(client), await sign_up(client)]
        me = await client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {token}"})

    assert [response.status_code for response in refused] == [503] * 3
    assert me.status_code == 200


@pytest.mark.parametrize("body", ["[]", "{}", '{"email": 5}', r'{"email": "\ud800"}', "{"])
async def test_attempt_that_names_no_account_is_only_invalid(
    client: AsyncClient, body: str
) -> None:
    headers = {"Content-Type": "application/json"}

    response = await client.post("/api/v1/auth/login", content=body, headers=headers)

    assert response.status_code == 422
