from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response
from pydantic import SecretStr

from tests.factories.people import PASSWORD, bearer, is_signed_in
from tests.redis import NO_REDIS
from tests.servers import Serve

LOGIN, FORM, SIGN_UP = "/api/v1/auth/login", "/api/v1/auth/token", "/api/v1/users"
JSON, TEXT, MULTIPART = "application/json", "text/plain", "multipart/form-data; boundary=x"


async def attempt(client: AsyncClient, path: str, email: str = "ada@example.com") -> Response:
    if path == FORM:
        return await client.post(path, data={"username": email, "password": PASSWORD})
    return await client.post(path, json={"email": email, "password": PASSWORD})


@pytest.mark.parametrize("alias", [" Ada@Example.com", "ada@\uff45xample.com"])
async def test_guessing_at_one_account_ends_for_the_one_who_guesses(
    serve: Serve, redis_url: SecretStr, alias: str
) -> None:
    changes: dict[str, Any] = {"redis_url": redis_url, "rate_limit_account_attempts": "2/day"}

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
    async with serve(rate_limit_attempts="3/day") as client:
        for path, email, status in (
            (SIGN_UP, "ada@example.com", 201),
            (LOGIN, "ada@example.com", 200),
            (FORM, "bob@example.com", 401),
            (LOGIN, "carol@example.com", 429),
            (SIGN_UP, "dora@example.com", 429),
        ):
            assert (await attempt(client, path, email)).status_code == status


async def test_guessing_at_the_password_of_a_session_ends_wherever_it_comes_from(
    serve: Serve, redis_url: SecretStr
) -> None:
    changes: dict[str, Any] = {"redis_url": redis_url, "rate_limit_account_attempts": "2/day"}
    guess = {"current_password": "wrong", "new_password": PASSWORD}
    statuses = []

    async with serve(uuid4().hex, **changes) as client:
        await attempt(client, SIGN_UP)
        headers = bearer(await attempt(client, LOGIN))
    for _ in range(3):
        async with serve(uuid4().hex, **changes) as eve:
            answer = await eve.put(f"{SIGN_UP}/me/password", json=guess, headers=headers)
            statuses.append(answer.status_code)

    assert statuses == [403, 403, 429]


async def test_nobody_signs_in_while_attempts_cannot_be_counted(serve: Serve) -> None:
    async with serve() as client:
        await attempt(client, SIGN_UP)
        headers = bearer(await attempt(client, LOGIN))

    async with serve(redis_url=NO_REDIS) as client:
        for path in (LOGIN, FORM, SIGN_UP):
            assert (await attempt(client, path)).status_code == 503
        assert await is_signed_in(client, headers)


@pytest.mark.parametrize("path", [LOGIN, FORM, SIGN_UP])
@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        *((body, JSON) for body in (b"", b"[]", b"{}", b'{"email": 5}', rb'{"email": "\ud800"}')),
        *((body, TEXT) for body in (b"", b"{", b"\xff", b"[" * 9_000)),
        (b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na', MULTIPART),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_attempt_that_names_no_account_is_only_invalid_but_counts(
    serve: Serve, path: str, content: bytes, media_type: str
) -> None:
    async with serve(rate_limit_attempts="1/day") as client:
        for status in (422, 429):
            headers = {"Content-Type": media_type}
            answer = await client.post(path, content=content, headers=headers)
            assert answer.status_code == status


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 9_000])
async def test_body_that_nobody_can_read_is_no_server_error(
    client: AsyncClient, content: bytes
) -> None:
    answer = await client.post(LOGIN, content=content, headers={"Content-Type": JSON})

    assert answer.status_code in {400, 422}
