# Needs tests/api/test_login_rate_limit.py
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient
from pydantic import SecretStr

from tests.api.test_login_rate_limit import FORM, LOGIN, REGISTER, send
from tests.factories.users import PASSWORD, auth_headers
from tests.servers import Serve

JSON, TEXT, MULTIPART = "application/json", "text/plain", "multipart/form-data; boundary=x"


async def test_password_changes_are_limited_per_user_from_all_addresses(
    serve: Serve, redis_url: SecretStr
) -> None:
    changes: dict[str, Any] = {"redis_url": redis_url, "password_change_rate_limit": "2/day"}
    guess = {"current_password": "wrong", "new_password": PASSWORD}
    statuses = []

    async with serve(uuid4().hex, **changes) as client:
        await send(client, REGISTER)
        headers = auth_headers(await send(client, LOGIN))
    for _ in range(3):
        async with serve(uuid4().hex, **changes) as eve:
            response = await eve.put(f"{REGISTER}/me/password", json=guess, headers=headers)
            statuses.append(response.status_code)

    assert statuses == [403, 403, 429]


@pytest.mark.parametrize("path", [LOGIN, FORM, REGISTER])
@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        *((body, JSON) for body in (b"", b"[]", b"{}", b'{"email": 5}', rb'{"email": "\ud800"}')),
        *((body, TEXT) for body in (b"", b"{", b"\xff", b"[" * 9_000)),
        (b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na', MULTIPART),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_request_without_an_address_is_invalid_but_counted(
    serve: Serve, path: str, content: bytes, media_type: str
) -> None:
    async with serve(auth_rate_limit="1/day") as client:
        for status in (422, 429):
            headers = {"Content-Type": media_type}
            response = await client.post(path, content=content, headers=headers)
            assert response.status_code == status


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 9_000])
async def test_unreadable_body_is_no_server_error(client: AsyncClient, content: bytes) -> None:
    response = await client.post(LOGIN, content=content, headers={"Content-Type": JSON})

    assert response.status_code in {400, 413, 422}


async def test_only_the_field_that_the_route_reads_is_counted(serve: Serve) -> None:
    async with serve(login_rate_limit_per_email="1/day") as client:
        for number, status in enumerate((401, 429)):
            form = {"username": "ada@example.com", "password": "x", "email": f"{number}@x.org"}
            assert (await client.post(FORM, data=form)).status_code == status


async def test_json_media_types_are_read_as_json(serve: Serve) -> None:
    async with serve(login_rate_limit_per_email="1/day") as client:
        for media_type, status in (("application/json", 401), ("application/form+json", 429)):
            body = b'{"email": "ada@example.com", "password": "wrong"}'
            response = await client.post(LOGIN, content=body, headers={"Content-Type": media_type})
            assert response.status_code == status
