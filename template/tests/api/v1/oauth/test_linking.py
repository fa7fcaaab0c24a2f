from datetime import timedelta

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from app.models.entity import utc_now
from app.models.identity import Identity
from tests.api.v1.oauth.conftest import OAuthLogin, Provider, start_linking
from tests.api.v1.oauth.provider import CLAIMS
from tests.api.v1.test_recent_login import age_sessions, is_login_required
from tests.factories.users import PASSWORD, UserFactory, auth_headers
from tests.problems import error_detail

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
    assert error_detail(response) == "Identity already linked to another user."
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
    assert error_detail(rejected) == "Cannot unlink the only login method."
    assert (await client.delete(path)).status_code == 204


async def test_linking_and_unlinking_require_a_recent_login(
    ada: AsyncClient, provider: Provider, engine: AsyncEngine
) -> None:
    await ada.get(await start_linking(ada, provider))
    [identity] = (await ada.get(IDENTITIES)).json()
    await age_sessions(engine)

    assert is_login_required(await ada.post(LINK))
    assert is_login_required(await ada.delete(f"{IDENTITIES}/{identity['id']}"))


async def end_other_sessions(client: AsyncClient, action: str) -> Response:
    if action == "log out everywhere":
        return await client.delete("/api/v1/auth/sessions")
    change = {"current_password": PASSWORD, "new_password": "another long password"}
    return await client.put("/api/v1/users/me/password", json=change)


@pytest.mark.parametrize("action", ["log out everywhere", "change the password"])
async def test_ending_sessions_unlinks_identities_that_they_may_have_linked(
    users: UserFactory, ada: AsyncClient, oauth_login: OAuthLogin, provider: Provider, action: str
) -> None:
    for subject, age in (("long ago", 31), ("today", 0)):
        provider.claims["sub"] = subject
        await ada.get(await start_linking(ada, provider))
        linked_at = utc_now() - timedelta(days=age)
        async with users.engine.begin() as connection:
            aged = update(Identity).where(Identity.subject == subject)
            await connection.execute(aged.values(created_at=linked_at))

    assert (await end_other_sessions(await users.login(), action)).status_code == 204

    provider.claims["sub"] = "today"
    assert (await oauth_login()).status_code == 409
    provider.claims["sub"] = "long ago"
    assert (await oauth_login()).status_code == 200


async def test_logging_out_everywhere_keeps_the_identity_of_the_registration(
    oauth_login: OAuthLogin, client: AsyncClient, provider: Provider
) -> None:
    client.headers |= auth_headers(await oauth_login())
    provider.claims["sub"] = "another"
    await client.get(await start_linking(client, provider))

    await client.delete("/api/v1/auth/sessions")

    provider.claims["sub"] = CLAIMS["sub"]
    client.headers |= auth_headers(await oauth_login())
    assert len((await client.get(IDENTITIES)).json()) == 1
