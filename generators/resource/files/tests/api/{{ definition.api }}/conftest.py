import pytest
from httpx2 import AsyncClient

from tests.factories.people import People


@pytest.fixture
async def ada(people: People) -> AsyncClient:
    return await people.sign_up()


@pytest.fixture
async def admin(people: People) -> AsyncClient:
    return await people.sign_up_admin()
