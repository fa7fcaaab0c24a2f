import pytest
from httpx2 import AsyncClient

from tests.api.v1.oauth.conftest import Provider, SignIn
from tests.api.v1.oauth.provider import DISCOVERY

LOGIN, CALLBACK = "/api/v1/auth/oidc/login", "/api/v1/auth/oidc/callback"


@pytest.fixture
async def back(client: AsyncClient, provider: Provider) -> str:
    return provider.consent((await client.get(LOGIN)).headers["location"])


async def test_flow_needs_its_state_and_its_cookie(client: AsyncClient, back: str) -> None:
    assert (await client.get(f"{back}x")).status_code == 401
    assert (await client.get(CALLBACK)).status_code == 401
    client.cookies.clear()
    assert (await client.get(back)).status_code == 401


async def test_callback_works_once(client: AsyncClient, back: str) -> None:
    cookie = {"Cookie": f"oauth={client.cookies['oauth']}"}

    assert (await client.get(back)).status_code == 200
    assert "oauth" not in client.cookies
    assert (await client.get(back)).status_code == 401
    assert (await client.get(back, headers=cookie)).status_code == 401


async def test_user_who_does_not_agree_is_not_signed_in(client: AsyncClient, back: str) -> None:
    answer = await client.get(f"{CALLBACK}?error=access_denied&error_description=no")

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


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
async def test_id_token_must_be_fresh_and_meant_for_us(
    sign_in: SignIn, provider: Provider, claims: dict[str, object]
) -> None:
    provider.claims |= claims

    assert (await sign_in()).status_code == 401


@pytest.mark.parametrize(
    ("algorithm", "key"), [("RS256", "unpublished"), ("RS512", "published"), ("none", "published")]
)
async def test_id_token_must_be_signed_by_the_provider_as_we_allow(
    sign_in: SignIn, provider: Provider, algorithm: str, key: str
) -> None:
    provider.algorithm, provider.key = algorithm, key

    assert (await sign_in()).status_code == 401


@pytest.mark.parametrize("answer", [None, (503, ""), (200, "<h1>"), (200, "[]"), (200, "{}")])
@pytest.mark.parametrize("path", [DISCOVERY, "/token", "/keys"])
async def test_provider_that_makes_no_sense_is_a_bad_gateway(
    sign_in: SignIn, provider: Provider, path: str, answer: tuple[int, str] | None
) -> None:
    if answer is None:
        provider.down.append(path)
    else:
        provider.answers[path] = answer

    response = await sign_in()

    assert response.status_code == 502
    assert response.headers["content-type"] == "application/problem+json"
