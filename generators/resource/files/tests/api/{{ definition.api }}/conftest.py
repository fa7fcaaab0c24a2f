import pytest
from httpx2 import AsyncClient

from tests.factories.users import UserFactory


@pytest.fixture
async def ada(users: UserFactory) -> AsyncClient:
    return await users.register()


@pytest.fixture
async def admin(users: UserFactory) -> AsyncClient:
    return await users.register_admin()
