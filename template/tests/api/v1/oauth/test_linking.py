import pytest
from httpx2 import AsyncClient

from app.crud.identity import UNMATCHED
from tests.api.v1.oauth.conftest import Provider, SignIn, start_linking
from tests.factories.users import UserFactory, auth_headers

IDENTITIES, LINK = "/api/v1/auth/identities", "/api/v1/auth/oidc/link"


async def test_linked_identity_signs_in_its_user(
    ada: AsyncClient, sign_in: SignIn, provider: Provider
) -> None:
    for _ in range(2):
        linked = await ada.get(await start_linking(ada, provider))
        assert linked.status_code == 200, linked.text

    assert (await sign_in()).status_code == 200
    assert len((await ada.get(IDENTITIES)).json()) == 1


async def test_identity_of_somebody_else_is_not_linked(
    sign_in: SignIn, ada: AsyncClient, provider: Provider
) -> None:
    provider.claims["email"] = "grace@example.com"
    await sign_in()

    answer = await ada.get(await start_linking(ada, provider))

    assert answer.status_code == 409
    assert answer.json()["detail"] == "This identity belongs to another account."
    assert (await ada.get(IDENTITIES)).json() == []


async def test_linking_takes_a_signed_in_user(client: AsyncClient) -> None:
    assert (await client.post(LINK)).status_code == 401
    assert (await client.get(IDENTITIES)).status_code == 401


async def test_identities_are_unlinked_by_their_owner_alone(
    users: UserFactory, ada: AsyncClient, provider: Provider
) -> None:
    grace = await users.register("grace@example.com")
    await ada.get(await start_linking(ada, provider))
    [identity] = (await ada.get(IDENTITIES)).json()
    path = f"{IDENTITIES}/{identity['id']}"

    assert (await grace.delete(path)).status_code == 404
    assert (await ada.delete(path)).status_code == 204
    assert (await ada.get(IDENTITIES)).json() == []


@pytest.mark.parametrize("no_password", ["", f"$argon2id$v=19$m=65536,t=3,p=4{UNMATCHED}digest"])
async def test_only_way_to_sign_in_stays(
    sign_in: SignIn, client: AsyncClient, users: UserFactory, provider: Provider, no_password: str
) -> None:
    client.headers |= auth_headers(await sign_in())
    await users.update("ada@example.com", hashed_password=no_password)
    [identity] = (await client.get(IDENTITIES)).json()
    path = f"{IDENTITIES}/{identity['id']}"

    refused = await client.delete(path)
    provider.claims["sub"] = "another"
    await client.get(await start_linking(client, provider))

    assert refused.status_code == 409
    assert (await client.delete(path)).status_code == 204
