import pytest
from httpx2 import AsyncClient, Response

from tests.api.v1.oauth.conftest import SignIn, consent
from tests.api.v1.oauth.provider import Provider
from tests.factories import People

IDENTITIES = "/api/v1/auth/identities"


async def link(client: AsyncClient) -> Response:
    """Link what the provider says to the user whom the client is signed in as."""
    start = await client.post("/api/v1/auth/oidc/link")
    return await client.get(await consent(start.json()["authorization_url"]))


@pytest.fixture
async def grace(people: People) -> AsyncClient:
    return await people.sign_up("grace@example.com")


async def test_linked_identity_signs_in_its_user(
    ada: AsyncClient, sign_in: SignIn, client: AsyncClient
) -> None:
    linked = await link(ada)

    pair = (await sign_in()).json()
    bearer = {"Authorization": f"Bearer {pair['access_token']}"}
    assert linked.status_code == 200, linked.text
    assert (await client.get("/api/v1/users/me", headers=bearer)).json()[
        "email"
    ] == "ada@example.com"
    assert (await link(ada)).status_code == 200
    assert len((await ada.get(IDENTITIES)).json()) == 1


async def test_identity_of_somebody_else_is_not_linked(sign_in: SignIn, grace: AsyncClient) -> None:
    await sign_in()

    answer = await link(grace)

    assert answer.status_code == 409
    assert (await grace.get(IDENTITIES)).json() == []


async def test_nothing_is_linked_to_who_signed_out_meanwhile(ada: AsyncClient) -> None:
    start = await ada.post("/api/v1/auth/oidc/link")
    await ada.post("/api/v1/auth/logout")

    answer = await ada.get(await consent(start.json()["authorization_url"]))

    assert answer.status_code == 401


async def test_abandoned_link_does_not_turn_a_sign_in_into_one(
    grace: AsyncClient,
) -> None:
    await grace.post("/api/v1/auth/oidc/link")
    start = await grace.get("/api/v1/auth/oidc/login")

    answer = await grace.get(await consent(start.headers["location"]))

    assert answer.status_code == 200
    assert (await grace.get(IDENTITIES)).json() == []


async def test_linking_takes_a_signed_in_user(client: AsyncClient) -> None:
    assert (await client.post("/api/v1/auth/oidc/link")).status_code == 401
    assert (await client.get(IDENTITIES)).status_code == 401


async def test_identities_are_unlinked_by_their_owner_alone(
    ada: AsyncClient, grace: AsyncClient
) -> None:
    await link(ada)
    [identity] = (await ada.get(IDENTITIES)).json()
    path = f"{IDENTITIES}/{identity['id']}"

    assert (await grace.delete(path)).status_code == 404
    assert (await ada.delete(path)).status_code == 204
    assert (await ada.get(IDENTITIES)).json() == []


async def test_only_way_to_sign_in_stays(
    sign_in: SignIn, client: AsyncClient, provider: Provider
) -> None:
    pair = (await sign_in()).json()
    client.headers["Authorization"] = f"Bearer {pair['access_token']}"
    [identity] = (await client.get(IDENTITIES)).json()
    path = f"{IDENTITIES}/{identity['id']}"

    refused = await client.delete(path)
    provider.claims["sub"] = "another"
    await link(client)

    assert refused.status_code == 409
    assert (await client.delete(path)).status_code == 204
