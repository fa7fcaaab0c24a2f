# Needs app/core/oauth.py
import json

import pytest
from httpx2 import ASGITransport, AsyncClient
from pwdlib import PasswordHash

from tests.api.v1.oauth.conftest import OAuthLogin, Provider, start_linking
from tests.api.v1.oauth.provider import CLAIMS, DISCOVERY
from tests.api.v1.oauth.test_linking import IDENTITIES, LINK
from tests.api.v1.oauth.test_login import read_me
from tests.factories.users import login

NONSENSE = '{"status": "maintenance"}'


@pytest.mark.parametrize("subject", ["", "with\x00nul", "ends in a space ", "ä", "x" * 256, 7])
async def test_subject_that_databases_compare_differently_is_rejected(
    oauth_login: OAuthLogin, provider: Provider, subject: object
) -> None:
    provider.claims["sub"] = subject

    assert (await oauth_login()).status_code in {401, 502}


@pytest.mark.parametrize(
    ("path", "failure"),
    [(DISCOVERY, (503, "")), (DISCOVERY, (200, NONSENSE)), ("/keys", (200, NONSENSE))],
)
async def test_metadata_is_fetched_again_after_a_failure(
    oauth_login: OAuthLogin, provider: Provider, path: str, failure: tuple[int, str]
) -> None:
    provider.responses[path] = failure
    broken = await oauth_login()
    provider.responses.clear()

    assert (broken.status_code, (await oauth_login()).status_code) == (502, 200)


async def test_abandoned_linking_does_not_affect_the_next_login(
    ada: AsyncClient, provider: Provider
) -> None:
    provider.claims["email"] = "grace@example.com"
    await ada.post(LINK)
    start = await ada.get("/api/v1/auth/oidc/login")

    response = await ada.get(provider.consent(start.headers["location"]))

    assert response.status_code == 200
    assert (await ada.get(IDENTITIES)).json() == []


async def test_subjects_are_case_sensitive(
    oauth_login: OAuthLogin, client: AsyncClient, provider: Provider
) -> None:
    provider.claims["sub"] = "ada"
    await oauth_login()
    provider.claims |= {"sub": "ADA", "email": "other@example.com"}

    assert (await read_me(client, await oauth_login()))["email"] == "other@example.com"


async def test_nothing_is_linked_after_logout(ada: AsyncClient, provider: Provider) -> None:
    callback_url = await start_linking(ada, provider)
    await ada.post("/api/v1/auth/logout")

    assert (await ada.get(callback_url)).status_code == 401


async def test_address_may_come_from_the_userinfo_endpoint(
    oauth_login: OAuthLogin, client: AsyncClient, provider: Provider
) -> None:
    provider.claims = {"sub": CLAIMS["sub"]}
    provider.responses["/user"] = 200, json.dumps(CLAIMS | {"sub": "another subject"})
    rejected = await oauth_login()
    provider.responses["/user"] = 200, json.dumps(CLAIMS)

    assert rejected.status_code == 403
    assert (await read_me(client, await oauth_login()))["email"] == "ada@example.com"


@pytest.mark.parametrize("password", ["", "the password of the dummy hash"])
async def test_user_without_a_password_cannot_log_in_with_one(
    oauth_login: OAuthLogin, client: AsyncClient, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await oauth_login()
    monkeypatch.setattr(PasswordHash, "verify_and_update", lambda *_: (True, None))

    assert (await login(client, password=password)).status_code == 401


async def test_number_out_of_range_is_a_bad_gateway(
    oauth_login: OAuthLogin, provider: Provider
) -> None:
    provider.responses["/token"] = 200, '{"access_token": "a", "expires_in": 1e999}'

    assert (await oauth_login()).status_code == 502


async def test_login_works_behind_a_path_prefix(
    client: AsyncClient, provider: Provider, transport: ASGITransport
) -> None:
    transport.root_path = "/base"

    response = await client.get("/base/api/v1/auth/oidc/login")

    assert response.status_code == 302
    assert "oauth=" in response.headers["Set-Cookie"]
