import pytest
from asgi_lifespan import LifespanManager
from httpx2 import URL, ASGITransport, AsyncClient, Response
from pydantic import ValidationError

from app.config import Settings
from app.factory import create_app

HTTPS = {"public_url": "https://api.example.com"}


async def test_providers_are_those_with_settings(client: AsyncClient) -> None:
    assert (await client.get("/api/v1/auth/providers")).json() == ["oidc", "github"]
    for name in ("google", "unknown"):
        assert (await client.get(f"/api/v1/auth/{name}/login")).status_code == 404
        assert (await client.get(f"/api/v1/auth/{name}/callback")).status_code == 404


async def start(settings: Settings) -> Response:
    async with LifespanManager(create_app(settings)) as running:
        transport = ASGITransport(running.app)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get("/api/v1/auth/oidc/login")


async def test_unreachable_provider_is_a_bad_gateway(oauth_settings: Settings) -> None:
    nobody = oauth_settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:1"})

    assert (await start(nobody)).status_code == 502


async def test_flow_is_kept_in_a_cookie_that_scripts_and_other_routes_do_not_see(
    oauth_settings: Settings,
) -> None:
    values = {"environment": "production", "public_url": "https://example.com/base"}

    answer = await start(oauth_settings.model_copy(update=values))

    cookie = set(answer.headers["set-cookie"].lower().split("; "))
    query = URL(answer.headers["location"]).params
    assert answer.status_code == 302
    assert query["redirect_uri"] == "https://example.com/base/api/v1/auth/oidc/callback"
    assert {"httponly", "secure", "samesite=lax", "max-age=600"} < cookie
    assert "path=/base/api/v1/auth" in cookie


@pytest.mark.parametrize("insecure", [{}, HTTPS | {"oidc_issuer": "http://id.example.com"}])
def test_production_insists_on_https(settings: Settings, insecure: dict[str, str]) -> None:
    values = {"environment": "production", "google_client_id": "id"}

    with pytest.raises(ValidationError, match="PUBLIC_URL and OIDC_ISSUER"):
        Settings.model_validate(settings.model_dump() | values | insecure)
