import json

import pytest
from httpx2 import AsyncClient, Response

from tests.api.v1.oauth.conftest import Provider, SignIn
from tests.factories.users import UserFactory, auth_headers

ADDRESSES = [
    {"email": "old@example.com", "primary": False, "verified": True},
    {"email": "ada@example.com", "primary": True, "verified": True},
]


async def read_me(client: AsyncClient, answer: Response) -> dict[str, object]:
    client.headers |= auth_headers(answer)
    user: dict[str, object] = (await client.get("/api/v1/users/me")).json()
    return user


async def test_new_person_gets_an_account(sign_in: SignIn, client: AsyncClient) -> None:
    user = await read_me(client, await sign_in())

    assert (user["email"], user["full_name"]) == ("ada@example.com", "Ada")
    assert user.get("email_verified", True)  # shown where addresses are verified at all


async def test_known_person_comes_back_whatever_the_address_is_now(
    sign_in: SignIn, client: AsyncClient, provider: Provider
) -> None:
    first = await read_me(client, await sign_in())
    provider.claims |= {"email": "other@example.com", "email_verified": False}

    assert await read_me(client, await sign_in()) == first


async def test_github_says_by_its_api_who_somebody_is(
    sign_in: SignIn, client: AsyncClient, provider: Provider
) -> None:
    user = {"id": 1, "name": None, "email": "x@example.com"}
    provider.answers["/user"] = 200, json.dumps(user)
    provider.answers["/user/emails"] = 200, json.dumps(ADDRESSES)

    assert (await read_me(client, await sign_in("github")))["email"] == "ada@example.com"
    [identity] = (await client.get("/api/v1/auth/identities")).json()
    assert (identity["issuer"], identity["subject"]) == ("https://github.com", "1")


@pytest.mark.parametrize(
    "claims",
    [{"email_verified": value} for value in (False, "true", None)] + [{"email": "no address"}],
)
async def test_account_needs_an_address_that_the_provider_has_verified(
    sign_in: SignIn, provider: Provider, claims: dict[str, object]
) -> None:
    provider.claims |= claims

    answer = await sign_in()

    assert answer.status_code == 403
    assert "has not verified" in answer.json()["detail"]


async def test_account_with_the_same_address_is_left_alone(
    sign_in: SignIn, users: UserFactory
) -> None:
    ada = await users.register("ada@example.com")

    answer = await sign_in()

    assert answer.status_code == 409
    assert "sign in, then link" in answer.json()["detail"]
    assert (await ada.get("/api/v1/auth/identities")).json() == []


async def test_closed_account_stays_closed(sign_in: SignIn, users: UserFactory) -> None:
    await sign_in()
    await users.update("ada@example.com", is_active=False)

    assert (await sign_in()).status_code == 403
