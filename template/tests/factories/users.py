"""People, and clients that are signed in as them."""

from dataclasses import dataclass

import pytest
from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.models.user import User, UserRole

PASSWORD = "correct horse battery staple"


@dataclass
class People:
    """Makes users of the running application."""

    transport: ASGITransport
    engine: AsyncEngine

    async def sign_up(self, email: str = "ada@example.com", **values: str) -> AsyncClient:
        """Return a client that is signed in as a new user."""
        async with AsyncClient(transport=self.transport, base_url="http://test") as client:
            body = {"email": email, "password": PASSWORD} | values
            response = await client.post("/api/v1/users", json=body)
        assert response.status_code == 201, response.text
        return await self.sign_in(email)

    async def sign_in(self, email: str = "ada@example.com") -> AsyncClient:
        """Return another client that is signed in as this user."""
        client = AsyncClient(transport=self.transport, base_url="http://test")
        client.headers |= bearer(await login(client, email))
        return client

    async def sign_up_admin(self) -> AsyncClient:
        """Return a client that is signed in as a new administrator."""
        client = await self.sign_up("root@example.com")
        await self.change("root@example.com", role=UserRole.ADMIN)
        return client

    async def change(self, email: str, **values: object) -> None:
        """Change what the database says of a user."""
        async with self.engine.begin() as connection:
            await connection.execute(update(User).where(User.email == email).values(**values))


@pytest.fixture
def people(transport: ASGITransport, engine: AsyncEngine) -> People:
    """Return who makes users of the running application."""
    return People(transport, engine)


async def login(
    client: AsyncClient, email: str = "ada@example.com", password: str = PASSWORD
) -> Response:
    """Return what a client is answered that signs in."""
    body = {"email": email, "password": password}
    return await client.post("/api/v1/auth/login", json=body)


def bearer(answer: Response) -> dict[str, str]:
    """Return the headers of who was answered with tokens."""
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def id_of(client: AsyncClient) -> str:
    """Return the id of the user whom a client is signed in as."""
    user_id: str = (await client.get("/api/v1/users/me")).json()["id"]
    return user_id


async def is_signed_in(client: AsyncClient, headers: dict[str, str] | None = None) -> bool:
    """Return whether a client still is signed in, or who has these headers."""
    answer = await client.get("/api/v1/users/me", headers=headers)
    assert answer.status_code in {200, 401}
    return answer.status_code == 200
