import pytest
from httpx2 import AsyncClient

from tests.factories.users import People


@pytest.fixture
async def ada(people: People) -> AsyncClient:
    return await people.sign_up()


@pytest.fixture
async def admin(people: People) -> AsyncClient:
    return await people.sign_up_admin()
