# Needs app/api/attempts.py
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient
from pydantic import SecretStr

from tests.api.test_attempts import FORM, LOGIN, SIGN_UP, attempt
from tests.factories.users import PASSWORD, bearer
from tests.servers import Serve

JSON, TEXT, MULTIPART = "application/json", "text/plain", "multipart/form-data; boundary=x"


async def test_guessing_at_the_password_of_a_session_ends_wherever_it_comes_from(
    serve: Serve, redis_url: SecretStr
) -> None:
    changes: dict[str, Any] = {"redis_url": redis_url, "login_rate_limit_per_account": "2/day"}
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
    async with serve(login_rate_limit="1/day") as client:
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


async def test_account_is_the_one_that_the_route_means(serve: Serve) -> None:
    async with serve(login_rate_limit_per_account="1/day") as client:
        for number, status in enumerate((401, 429)):
            form = {"username": "ada@example.com", "password": "x", "email": f"{number}@x.org"}
            assert (await client.post(FORM, data=form)).status_code == status


async def test_other_names_of_json_are_json(serve: Serve) -> None:
    async with serve(login_rate_limit_per_account="1/day") as client:
        for media_type, status in (("application/json", 401), ("application/form+json", 429)):
            body = b'{"email": "ada@example.com", "password": "wrong"}'
            answer = await client.post(LOGIN, content=body, headers={"Content-Type": media_type})
            assert answer.status_code == status
