from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response
from pydantic import SecretStr
from structlog.testing import capture_logs

from tests.factories.users import (
    auth_headers,
    is_logged_in,
    login,
    register,
    request_tokens,
)
from tests.redis_server import NO_REDIS
from tests.servers import Serve

LOGIN, FORM, REGISTER = "/api/v1/auth/login", "/api/v1/auth/token", "/api/v1/users"


async def send(client: AsyncClient, path: str, email: str = "ada@example.com") -> Response:
    if path == LOGIN:
        return await login(client, email)
    if path == FORM:
        return await request_tokens(client, email)
    return await register(client, email)


@pytest.mark.parametrize("alias", [" Ada@Example.com", "ada@\uff45xample.com"])
async def test_attempts_on_one_user_are_limited_per_address(
    serve: Serve, redis_url: SecretStr, alias: str
) -> None:
    changes: dict[str, Any] = {"redis_url": redis_url, "login_rate_limit_per_email": "2/day"}

    async with serve(uuid4().hex, **changes) as eve:
        await send(eve, LOGIN)
        second = await send(eve, FORM, alias)
        third = await send(eve, LOGIN)
        other = await send(eve, LOGIN, "bob@example.com")
    async with serve(uuid4().hex, **changes) as ada:
        elsewhere = await send(ada, LOGIN)

    assert (second.status_code, second.headers["RateLimit-Remaining"]) == (401, "0")
    assert third.status_code == 429
    assert int(third.headers["Retry-After"]) > 0
    assert (other.status_code, elsewhere.status_code) == (401, 401)


async def test_attempts_on_many_users_are_limited_per_address(serve: Serve) -> None:
    async with serve(auth_rate_limit="3/day") as client:
        for path, email, status in (
            (REGISTER, "ada@example.com", 201),
            (LOGIN, "ada@example.com", 200),
            (FORM, "bob@example.com", 401),
            (LOGIN, "carol@example.com", 429),
            (REGISTER, "dora@example.com", 429),
        ):
            assert (await send(client, path, email)).status_code == status


async def test_password_changes_are_limited_per_user(serve: Serve) -> None:
    body = {"current_password": "wrong", "new_password": "correct horse battery"}
    async with serve(password_change_rate_limit="4/day") as client:
        await send(client, REGISTER)
        headers = auth_headers(await send(client, LOGIN))
        statuses = [
            (await client.put("/api/v1/users/me/password", json=body, headers=headers)).status_code
            for _ in range(5)
        ]

    assert statuses == [403] * 4 + [429]


async def test_logins_are_rejected_while_redis_is_down(serve: Serve) -> None:
    async with serve() as client:
        await send(client, REGISTER)
        headers = auth_headers(await send(client, LOGIN))

    async with serve(redis_url=NO_REDIS) as client:
        with capture_logs() as logs:
            for path in (LOGIN, FORM, REGISTER):
                assert (await send(client, path)).status_code == 503
        assert "Redis does not answer" in [line["event"] for line in logs]
        assert await is_logged_in(client, headers)
