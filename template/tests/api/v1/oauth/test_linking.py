import pytest
from httpx2 import AsyncClient

from tests.api.v1.oauth.conftest import SignIn
from tests.api.v1.oauth.provider import Provider
from tests.factories.people import People

IDENTITIES, LINK = "/api/v1/auth/identities", "/api/v1/auth/oidc/link"


async def start_linking(client: AsyncClient, provider: Provider) -> str:
    """Return where the browser comes back, to link to the user whom the client is signed in as."""
    return provider.consent((await client.post(LINK)).json()["authorization_url"])


@pytest.fixture
async def grace(people: People) -> AsyncClient:
    return await people.sign_up("grace@example.com")


async def test_linked_identity_signs_in_its_user(
    ada: AsyncClient, sign_in: SignIn, provider: Provider
) -> None:
    for _ in range(2):
        linked = await ada.get(await start_linking(ada, provider))
        assert linked.status_code == 200, linked.text

    assert (await sign_in()).status_code == 200
    assert len((await ada.get(IDENTITIES)).json()) == 1


async def test_identity_of_somebody_else_is_not_linked(
    sign_in: SignIn, grace: AsyncClient, provider: Provider
) -> None:
    await sign_in()

    answer = await grace.get(await start_linking(grace, provider))

    assert answer.status_code == 409
    assert (await grace.get(IDENTITIES)).json() == []


async def test_nothing_is_linked_to_who_signed_out_meanwhile(
    ada: AsyncClient, provider: Provider
) -> None:
    back = await start_linking(ada, provider)
    await ada.post("/api/v1/auth/logout")

    assert (await ada.get(back)).status_code == 401


async def test_abandoned_link_does_not_turn_a_sign_in_into_one(
    grace: AsyncClient, provider: Provider
) -> None:
    await grace.post(LINK)
    start = await grace.get("/api/v1/auth/oidc/login")

    answer = await grace.get(provider.consent(start.headers["location"]))

    assert answer.status_code == 200
    assert (await grace.get(IDENTITIES)).json() == []


async def test_linking_takes_a_signed_in_user(client: AsyncClient) -> None:
    assert (await client.post(LINK)).status_code == 401
    assert (await client.get(IDENTITIES)).status_code == 401


async def test_identities_are_unlinked_by_their_owner_alone(
    ada: AsyncClient, grace: AsyncClient, provider: Provider
) -> None:
    await ada.get(await start_linking(ada, provider))
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
    await client.get(await start_linking(client, provider))

    assert refused.status_code == 409
    assert (await client.delete(path)).status_code == 204
