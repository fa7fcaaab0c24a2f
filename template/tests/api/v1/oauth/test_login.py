import json

import pytest
from httpx2 import AsyncClient, Response

from tests.api.v1.oauth.conftest import OAuthLogin, Provider
from tests.factories.users import UserFactory, auth_headers
from tests.problems import error_detail

ADDRESSES = [
    {"email": "old@example.com", "primary": False, "verified": True},
    {"email": "ada@example.com", "primary": True, "verified": True},
]


async def read_me(client: AsyncClient, login: Response) -> dict[str, object]:
    client.headers |= auth_headers(login)
    user: dict[str, object] = (await client.get("/api/v1/users/me")).json()
    return user


async def test_first_login_creates_a_user(oauth_login: OAuthLogin, client: AsyncClient) -> None:
    user = await read_me(client, await oauth_login())

    assert (user["email"], user["full_name"]) == ("ada@example.com", "Ada")
    assert user.get("email_verified", True)  # only where addresses are verified


async def test_known_identity_logs_in_after_its_address_has_changed(
    oauth_login: OAuthLogin, client: AsyncClient, provider: Provider
) -> None:
    first = await read_me(client, await oauth_login())
    provider.claims |= {"email": "other@example.com", "email_verified": False}

    assert await read_me(client, await oauth_login()) == first


async def test_github_api_provides_the_user_info(
    oauth_login: OAuthLogin, client: AsyncClient, provider: Provider
) -> None:
    user = {"id": 1, "name": None, "email": "x@example.com"}
    provider.responses["/user"] = 200, json.dumps(user)
    provider.responses["/user/emails"] = 200, json.dumps(ADDRESSES)

    assert (await read_me(client, await oauth_login("github")))["email"] == "ada@example.com"
    [identity] = (await client.get("/api/v1/auth/identities")).json()
    assert (identity["issuer"], identity["subject"]) == ("https://github.com", "1")


@pytest.mark.parametrize(
    "claims",
    [{"email_verified": value} for value in (False, "true", None)] + [{"email": "no address"}],
)
async def test_new_user_needs_an_address_that_the_provider_has_verified(
    oauth_login: OAuthLogin, provider: Provider, claims: dict[str, object]
) -> None:
    provider.claims |= claims

    response = await oauth_login()

    assert response.status_code == 403
    assert error_detail(response) == "The provider has not verified your e-mail address."


async def test_registered_address_is_not_linked_automatically(
    oauth_login: OAuthLogin, users: UserFactory
) -> None:
    ada = await users.register("ada@example.com")

    response = await oauth_login()

    assert response.status_code == 409
    assert error_detail(response).startswith("E-mail address already registered.")
    assert (await ada.get("/api/v1/auth/identities")).json() == []


async def test_inactive_user_cannot_log_in(oauth_login: OAuthLogin, users: UserFactory) -> None:
    await oauth_login()
    await users.update("ada@example.com", is_active=False)

    assert (await oauth_login()).status_code == 403
