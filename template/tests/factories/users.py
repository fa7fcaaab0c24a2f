"""A factory of users, and clients that are logged in as them."""

from dataclasses import dataclass

import pytest
from httpx2 import ASGITransport, AsyncClient, Response
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.exceptions import AUTH_SCHEME
from app.models.user import User, UserRole

PASSWORD = "correct horse battery staple"


@dataclass
class UserFactory:
    """Registers users through the API, and logs them in."""

    transport: ASGITransport
    engine: AsyncEngine

    async def register(self, email: str = "ada@example.com", **values: str) -> AsyncClient:
        """Register a user; return a client that is logged in as this user."""
        async with AsyncClient(transport=self.transport, base_url="http://test") as client:
            response = await register(client, email, **values)
        assert response.status_code == 201, response.text
        return await self.login(email)

    async def login(self, email: str = "ada@example.com") -> AsyncClient:
        """Return a new client that is logged in as this user, with a session of its own."""
        client = AsyncClient(transport=self.transport, base_url="http://test")
        client.headers |= auth_headers(await login(client, email))
        return client

    async def register_admin(self) -> AsyncClient:
        """Register an administrator; return a client that is logged in."""
        client = await self.register("root@example.com")
        await self.update("root@example.com", role=UserRole.ADMIN)
        return client

    async def update(self, email: str, **values: object) -> None:
        """Update the row of a user in the database."""
        async with self.engine.begin() as connection:
            await connection.execute(update(User).where(User.email == email).values(**values))


@pytest.fixture
def users(transport: ASGITransport, engine: AsyncEngine) -> UserFactory:
    """Return a factory of users of the running application."""
    return UserFactory(transport, engine)


@pytest.fixture
async def ada(users: UserFactory) -> AsyncClient:
    """Return a client that is logged in as a new user."""
    return await users.register()


@pytest.fixture
async def admin(users: UserFactory) -> AsyncClient:
    """Return a client that is logged in as a new administrator."""
    return await users.register_admin()


async def register(
    client: AsyncClient, email: str = "ada@example.com", /, **values: object
) -> Response:
    """Return the response to a registration."""
    body = {"email": email, "password": PASSWORD} | values
    return await client.post("/api/v1/users", json=body)


async def login(
    client: AsyncClient, email: str = "ada@example.com", password: str = PASSWORD
) -> Response:
    """Return the response to a login."""
    body = {"email": email, "password": password}
    return await client.post("/api/v1/auth/login", json=body)


async def request_tokens(client: AsyncClient, email: str = "ada@example.com") -> Response:
    """Return the response to a login by form, which has an access token and a refresh token."""
    form = {"username": email, "password": PASSWORD}
    return await client.post("/api/v1/auth/token", data=form)


def auth_headers(response: Response) -> dict[str, str]:
    """Return the headers that send the access token of a login response."""
    assert response.status_code == 200, response.text
    return token_headers(response.json()["access_token"])


def token_headers(access_token: str) -> dict[str, str]:
    """Return the headers that send an access token."""
    return {"Authorization": f"{AUTH_SCHEME} {access_token}"}


async def get_user_id(client: AsyncClient) -> str:
    """Return the id of the user of a client."""
    user_id: str = (await client.get("/api/v1/users/me")).json()["id"]
    return user_id


async def is_logged_in(client: AsyncClient, headers: dict[str, str] | None = None) -> bool:
    """Return whether the access token of a client, or of these headers, is accepted."""
    response = await client.get("/api/v1/users/me", headers=headers)
    assert response.status_code in {200, 401}
    return response.status_code == 200
