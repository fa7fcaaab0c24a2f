"""Factory of users that rows refer to, which uses the API."""

from itertools import count
from typing import Any

from httpx2 import AsyncClient

from tests.factories.users import register

USERS = "/api/v1/users"

numbers = count(1)


async def create_user(client: AsyncClient) -> dict[str, Any]:
    """Register a user and return the response."""
    response = await register(client, f"user{next(numbers)}@example.com")
    assert response.status_code == 201, response.text
    user: dict[str, Any] = response.json()
    return user
