from httpx2 import AsyncClient

from tests.api.v1.oauth.conftest import OAuthLogin, Provider, start_linking
from tests.factories.users import UserFactory, auth_headers

IDENTITIES, LINK = "/api/v1/auth/identities", "/api/v1/auth/oidc/link"


async def test_linked_identity_logs_in_its_user(
    ada: AsyncClient, oauth_login: OAuthLogin, provider: Provider
) -> None:
    for _ in range(2):
        linked = await ada.get(await start_linking(ada, provider))
        assert linked.status_code == 200, linked.text

    assert (await oauth_login()).status_code == 200
    assert len((await ada.get(IDENTITIES)).json()) == 1


async def test_identity_of_another_user_is_not_linked(
    oauth_login: OAuthLogin, ada: AsyncClient, provider: Provider
) -> None:
    provider.claims["email"] = "grace@example.com"
    await oauth_login()

    response = await ada.get(await start_linking(ada, provider))

    assert response.status_code == 409
    assert response.json()["detail"] == "Identity already linked to another user."
    assert (await ada.get(IDENTITIES)).json() == []


async def test_linking_requires_authentication(client: AsyncClient) -> None:
    assert (await client.post(LINK)).status_code == 401
    assert (await client.get(IDENTITIES)).status_code == 401


async def test_only_the_owner_unlinks_an_identity(
    users: UserFactory, ada: AsyncClient, provider: Provider
) -> None:
    grace = await users.register("grace@example.com")
    await ada.get(await start_linking(ada, provider))
    [identity] = (await ada.get(IDENTITIES)).json()
    path = f"{IDENTITIES}/{identity['id']}"

    assert (await grace.delete(path)).status_code == 404
    assert (await ada.delete(path)).status_code == 204
    assert (await ada.get(IDENTITIES)).json() == []


async def test_only_login_method_cannot_be_unlinked(
    oauth_login: OAuthLogin, client: AsyncClient, provider: Provider
) -> None:
    client.headers |= auth_headers(await oauth_login())
    [identity] = (await client.get(IDENTITIES)).json()
    path = f"{IDENTITIES}/{identity['id']}"

    rejected = await client.delete(path)
    provider.claims["sub"] = "another"
    await client.get(await start_linking(client, provider))

    assert rejected.status_code == 409
    assert rejected.json()["detail"] == "Cannot unlink the only login method."
    assert (await client.delete(path)).status_code == 204
