# Needs app/core/oauth.py
import json

import pytest
from httpx2 import ASGITransport, AsyncClient
from pwdlib import PasswordHash

from tests.api.v1.oauth.conftest import Provider, SignIn, start_linking
from tests.api.v1.oauth.provider import ADA, DISCOVERY
from tests.api.v1.oauth.test_linking import IDENTITIES, LINK
from tests.api.v1.oauth.test_sign_in import read_me
from tests.factories.users import login

NONSENSE = '{"status": "maintenance"}'


@pytest.mark.parametrize("subject", ["", "with\x00nul", "ends in a space ", "ä", "x" * 256, 7])
async def test_subject_that_no_database_would_keep_apart_is_refused(
    sign_in: SignIn, provider: Provider, subject: object
) -> None:
    provider.claims["sub"] = subject

    assert (await sign_in()).status_code in {401, 502}


@pytest.mark.parametrize(
    ("path", "answer"),
    [(DISCOVERY, (503, "")), (DISCOVERY, (200, NONSENSE)), ("/keys", (200, NONSENSE))],
)
async def test_provider_that_was_down_or_made_no_sense_is_asked_again(
    sign_in: SignIn, provider: Provider, path: str, answer: tuple[int, str]
) -> None:
    provider.answers[path] = answer
    broken = await sign_in()
    provider.answers.clear()

    assert (broken.status_code, (await sign_in()).status_code) == (502, 200)


async def test_abandoned_link_does_not_turn_a_sign_in_into_one(
    ada: AsyncClient, provider: Provider
) -> None:
    provider.claims["email"] = "grace@example.com"
    await ada.post(LINK)
    start = await ada.get("/api/v1/auth/oidc/login")

    answer = await ada.get(provider.consent(start.headers["location"]))

    assert answer.status_code == 200
    assert (await ada.get(IDENTITIES)).json() == []


async def test_subjects_that_differ_in_case_are_different_people(
    sign_in: SignIn, client: AsyncClient, provider: Provider
) -> None:
    provider.claims["sub"] = "ada"
    await sign_in()
    provider.claims |= {"sub": "ADA", "email": "other@example.com"}

    assert (await read_me(client, await sign_in()))["email"] == "other@example.com"


async def test_nothing_is_linked_to_who_signed_out_meanwhile(
    ada: AsyncClient, provider: Provider
) -> None:
    back = await start_linking(ada, provider)
    await ada.post("/api/v1/auth/logout")

    assert (await ada.get(back)).status_code == 401


async def test_address_may_come_from_userinfo(
    sign_in: SignIn, client: AsyncClient, provider: Provider
) -> None:
    provider.claims = {"sub": ADA["sub"]}
    provider.answers["/user"] = 200, json.dumps(ADA | {"sub": "somebody else"})
    refused = await sign_in()
    provider.answers["/user"] = 200, json.dumps(ADA)

    assert refused.status_code == 403
    assert (await read_me(client, await sign_in()))["email"] == "ada@example.com"


@pytest.mark.parametrize("password", ["", "the password of the dummy hash"])
async def test_user_without_a_password_cannot_log_in_with_one(
    sign_in: SignIn, client: AsyncClient, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_in()
    monkeypatch.setattr(PasswordHash, "verify_and_update", lambda *_: (True, None))

    assert (await login(client, password=password)).status_code == 401


async def test_number_that_nobody_can_count_to_is_a_bad_gateway(
    sign_in: SignIn, provider: Provider
) -> None:
    provider.answers["/token"] = 200, '{"access_token": "a", "expires_in": 1e999}'

    assert (await sign_in()).status_code == 502


async def test_sign_in_starts_below_a_prefix_and_in_another_version_too(
    client: AsyncClient, provider: Provider, transport: ASGITransport
) -> None:
    transport.root_path = "/base"

    answer = await client.get("/base/api/v1/auth/oidc/login")

    assert answer.status_code == 302
    assert "oauth=" in answer.headers["Set-Cookie"]
