import pytest
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.factories import People


@pytest.fixture
def people(transport: ASGITransport, engine: AsyncEngine) -> People:
    return People(transport, engine)


@pytest.fixture
async def ada(people: People) -> AsyncClient:
    return await people.sign_up()


@pytest.fixture
async def admin(people: People) -> AsyncClient:
    return await people.sign_up_admin()
