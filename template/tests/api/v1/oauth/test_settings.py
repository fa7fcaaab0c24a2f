import pytest
from httpx2 import URL, AsyncClient

from app.config import Settings
from tests.api.v1.oauth.conftest import Provider
from tests.servers import settings_error

PRODUCTION = {"environment": "production", "public_url": "https://example.com/base"}


async def test_only_configured_providers_exist(client: AsyncClient) -> None:
    assert (await client.get("/api/v1/auth/providers")).json() == ["oidc", "github"]
    for name in ("google", "unknown"):
        assert (await client.get(f"/api/v1/auth/{name}/login")).status_code == 404
        assert (await client.get(f"/api/v1/auth/{name}/callback")).status_code == 404


@pytest.mark.parametrize("changes", [PRODUCTION])
async def test_state_is_stored_in_a_restricted_cookie(
    provider: Provider, client: AsyncClient
) -> None:
    response = await client.get("/api/v1/auth/oidc/login")

    query = URL(response.headers["location"]).params
    cookie = set(response.headers["set-cookie"].lower().split("; "))
    assert query["redirect_uri"] == "https://example.com/base/api/v1/auth/oidc/callback"
    assert {"httponly", "secure", "samesite=lax", "max-age=600"} < cookie
    assert "path=/base/api/v1/auth" in cookie


@pytest.mark.parametrize("insecure", ["public_url", "oidc_issuer"])
def test_production_requires_https(settings: Settings, insecure: str) -> None:
    values = PRODUCTION | {"google_client_id": "id", insecure: "http://example.com"}

    assert f"{insecure.upper()} needs https, as in https://" in settings_error(settings, **values)


@pytest.mark.parametrize(
    "changes",
    [
        {"google_client_id": "id"},
        {"github_client_secret": "secret"},
        {"oidc_client_id": "id"},
        {"oidc_issuer": "https://login.example.com/"},
    ],
)
def test_half_a_provider_is_rejected(settings: Settings, changes: dict[str, str]) -> None:
    assert "must be set together" in settings_error(settings, **changes)


def test_issuer_is_a_url_whose_slash_stays(settings: Settings) -> None:
    issuer = "https://login.example.com/"
    values = settings.model_dump() | {"oidc_client_id": "id", "oidc_issuer": issuer}

    assert Settings.model_validate(values).oidc_issuer == issuer
    error = settings_error(settings, oidc_issuer="login.example.com")
    assert "must be a URL" in error


def test_issuer_may_be_the_url_of_its_metadata(settings: Settings) -> None:
    metadata = "https://login.example.com/.well-known/openid-configuration"
    values = settings.model_dump() | {"oidc_client_id": "id", "oidc_issuer": metadata}

    assert Settings.model_validate(values).oidc_issuer == "https://login.example.com"


@pytest.mark.parametrize("name", ["google", "github", "My company", "a/b"])
def test_oidc_name_is_a_part_of_urls(settings: Settings, name: str) -> None:
    assert "oidc_name" in settings_error(settings, oidc_name=name)


def test_public_url_must_have_the_root_path(settings: Settings) -> None:
    provider = {"google_client_id": "id", "root_path": "/svc"}

    assert "PUBLIC_URL" in settings_error(settings, **provider, public_url="http://test")
