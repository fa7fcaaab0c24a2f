from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response
from pydantic import SecretStr

from tests.factories.users import PASSWORD, bearer, is_signed_in
from tests.redis import NO_REDIS
from tests.servers import Serve

LOGIN, FORM, SIGN_UP = "/api/v1/auth/login", "/api/v1/auth/token", "/api/v1/users"


async def attempt(client: AsyncClient, path: str, email: str = "ada@example.com") -> Response:
    if path == FORM:
        return await client.post(path, data={"username": email, "password": PASSWORD})
    return await client.post(path, json={"email": email, "password": PASSWORD})


@pytest.mark.parametrize("alias", [" Ada@Example.com", "ada@\uff45xample.com"])
async def test_guessing_at_one_account_ends_for_the_one_who_guesses(
    serve: Serve, redis_url: SecretStr, alias: str
) -> None:
    changes: dict[str, Any] = {"redis_url": redis_url, "login_rate_limit_per_account": "2/day"}

    async with serve(uuid4().hex, **changes) as eve:
        await attempt(eve, LOGIN)
        second = await attempt(eve, FORM, alias)
        third = await attempt(eve, LOGIN)
        other = await attempt(eve, LOGIN, "bob@example.com")
    async with serve(uuid4().hex, **changes) as ada:
        elsewhere = await attempt(ada, LOGIN)

    assert (second.status_code, second.headers["RateLimit-Remaining"]) == (401, "0")
    assert third.status_code == 429
    assert int(third.headers["Retry-After"]) > 0
    assert (other.status_code, elsewhere.status_code) == (401, 401)


async def test_guessing_at_many_accounts_ends_too(serve: Serve) -> None:
    async with serve(login_rate_limit="3/day") as client:
        for path, email, status in (
            (SIGN_UP, "ada@example.com", 201),
            (LOGIN, "ada@example.com", 200),
            (FORM, "bob@example.com", 401),
            (LOGIN, "carol@example.com", 429),
            (SIGN_UP, "dora@example.com", 429),
        ):
            assert (await attempt(client, path, email)).status_code == status


async def test_nobody_signs_in_while_attempts_cannot_be_counted(serve: Serve) -> None:
    async with serve() as client:
        await attempt(client, SIGN_UP)
        headers = bearer(await attempt(client, LOGIN))

    async with serve(redis_url=NO_REDIS) as client:
        for path in (LOGIN, FORM, SIGN_UP):
            assert (await attempt(client, path)).status_code == 503
        assert await is_signed_in(client, headers)
