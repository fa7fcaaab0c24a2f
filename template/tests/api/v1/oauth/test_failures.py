from collections.abc import AsyncGenerator

import pytest
from httpx2 import AsyncClient, MockTransport, ReadError, Response

from app.core.oauth import MAX_RESPONSE_BYTES, limit_response
from tests.api.v1.oauth.conftest import OAuthLogin, Provider
from tests.api.v1.oauth.provider import DISCOVERY
from tests.problems import is_problem

LOGIN, CALLBACK = "/api/v1/auth/oidc/login", "/api/v1/auth/oidc/callback"


@pytest.fixture
async def callback_url(client: AsyncClient, provider: Provider) -> str:
    return provider.consent((await client.get(LOGIN)).headers["location"])


async def test_callback_requires_the_state_and_the_cookie(
    client: AsyncClient, callback_url: str
) -> None:
    assert (await client.get(f"{callback_url}x")).status_code == 401
    assert (await client.get(CALLBACK)).status_code == 401
    client.cookies.clear()
    assert (await client.get(callback_url)).status_code == 401


async def test_callback_works_once(client: AsyncClient, callback_url: str) -> None:
    cookie = {"Cookie": f"oauth={client.cookies['oauth']}"}

    assert (await client.get(callback_url)).status_code == 200
    assert "oauth" not in client.cookies
    assert (await client.get(callback_url)).status_code == 401
    assert (await client.get(callback_url, headers=cookie)).status_code == 401


async def test_denied_consent_does_not_log_in(client: AsyncClient, callback_url: str) -> None:
    response = await client.get(f"{CALLBACK}?error=access_denied&error_description=no")

    assert response.status_code == 401
    assert is_problem(response)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "other"},
        {"nonce": None},
        {"exp": 1},
        {"iss": "https://other.example.com"},
        {"aud": "other"},
        {"aud": "other", "azp": "our-app"},
        {"aud": None},
    ],
)
async def test_id_token_with_wrong_claims_is_rejected(
    oauth_login: OAuthLogin, provider: Provider, claims: dict[str, object]
) -> None:
    provider.claims |= claims

    assert (await oauth_login()).status_code == 401


@pytest.mark.parametrize(
    ("algorithm", "key"), [("RS256", "unpublished"), ("RS512", "published"), ("none", "published")]
)
async def test_id_token_with_wrong_signature_is_rejected(
    oauth_login: OAuthLogin, provider: Provider, algorithm: str, key: str
) -> None:
    provider.algorithm, provider.key = algorithm, key

    assert (await oauth_login()).status_code == 401


@pytest.mark.parametrize("failure", [None, (503, ""), (200, "<h1>"), (200, "[]"), (200, "{}")])
@pytest.mark.parametrize("path", [DISCOVERY, "/token", "/keys"])
async def test_provider_that_fails_is_a_bad_gateway(
    oauth_login: OAuthLogin, provider: Provider, path: str, failure: tuple[int, str] | None
) -> None:
    if failure is None:
        provider.unreachable.append(path)
    else:
        provider.responses[path] = failure

    response = await oauth_login()

    assert response.status_code == 502
    assert is_problem(response)


@pytest.mark.parametrize("headers", [{}, {"Content-Encoding": "gzip"}])
async def test_response_that_is_compressed_or_never_ends_is_not_read(
    headers: dict[str, str],
) -> None:
    sent = 0

    async def flood() -> AsyncGenerator[bytes]:
        nonlocal sent
        while True:
            sent += MAX_RESPONSE_BYTES // 2
            yield bytes(MAX_RESPONSE_BYTES // 2)

    transport = MockTransport(lambda _: Response(200, headers=headers, content=flood()))
    hooks = {"response": [limit_response]}
    async with AsyncClient(transport=transport, event_hooks=hooks) as client:
        with pytest.raises(ReadError):
            await client.get("https://login.example.com/keys")

    assert sent <= MAX_RESPONSE_BYTES * 2
