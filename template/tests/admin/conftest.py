from collections.abc import AsyncGenerator

import pytest
from httpx2 import ASGITransport, AsyncClient

from tests.factories.users import PASSWORD, UserFactory

LOGIN = {"username": "root@example.com", "password": PASSWORD}


@pytest.fixture
async def browser(transport: ASGITransport) -> AsyncGenerator[AsyncClient]:
    async with AsyncClient(
        transport=transport, base_url="http://test", headers={"Origin": "http://test"}
    ) as browser:
        yield browser


@pytest.fixture
async def root(users: UserFactory, browser: AsyncClient) -> AsyncClient:
    await users.register_admin()
    response = await browser.post("/admin/login", data=LOGIN)
    assert response.headers["Location"] == "http://test/admin/"
    return browser
