import pytest
from httpx2 import URL, AsyncClient

from app.config import Settings
from tests.api.v1.oauth.conftest import Provider
from tests.servers import settings_error

PRODUCTION = {"environment": "production", "public_url": "https://example.com/base"}


async def test_providers_are_those_with_settings(client: AsyncClient) -> None:
    assert (await client.get("/api/v1/auth/providers")).json() == ["oidc", "github"]
    for name in ("google", "unknown"):
        assert (await client.get(f"/api/v1/auth/{name}/login")).status_code == 404
        assert (await client.get(f"/api/v1/auth/{name}/callback")).status_code == 404


@pytest.mark.parametrize("changes", [PRODUCTION])
async def test_flow_is_kept_in_a_cookie_that_scripts_and_other_routes_do_not_see(
    provider: Provider, client: AsyncClient
) -> None:
    answer = await client.get("/api/v1/auth/oidc/login")

    query = URL(answer.headers["location"]).params
    cookie = set(answer.headers["set-cookie"].lower().split("; "))
    assert query["redirect_uri"] == "https://example.com/base/api/v1/auth/oidc/callback"
    assert {"httponly", "secure", "samesite=lax", "max-age=600"} < cookie
    assert "path=/base/api/v1/auth" in cookie


@pytest.mark.parametrize("insecure", ["public_url", "oidc_issuer"])
def test_production_insists_on_https(settings: Settings, insecure: str) -> None:
    values = PRODUCTION | {"google_client_id": "id", insecure: "http://example.com"}

    assert "PUBLIC_URL and OIDC_ISSUER" in settings_error(settings, **values)


@pytest.mark.parametrize("name", ["google", "github"])
def test_name_of_another_provider_is_refused(settings: Settings, name: str) -> None:
    assert "OIDC_NAME" in settings_error(settings, oidc_name=name)
