import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from app.models.user import UserRole
from tests.admin.conftest import LOGIN
from tests.factories.users import UserFactory, get_user_id

USERS = "/admin/user/list"


@pytest.mark.parametrize("path", ["/", "/user/list", "/auth-session/list", "/user/edit/1"])
async def test_pages_redirect_to_the_login_page(browser: AsyncClient, path: str) -> None:
    response = await browser.get(f"/admin{path}")

    assert response.headers["Location"] == "http://test/admin/login"
    assert (await browser.get("/admin")).headers["Location"] == "/admin/"


async def test_only_administrators_can_log_in(users: UserFactory, browser: AsyncClient) -> None:
    await users.register()
    await users.register_admin()

    for change in ({"username": "ada@example.com"}, {"password": "wrong"}, {"username": ""}):
        response = await browser.post("/admin/login", data=LOGIN | change)
        assert (response.status_code, "Invalid credentials" in response.text) == (400, True)
        assert "Set-Cookie" not in response.headers


async def test_cookie_is_restricted_to_the_pages_and_the_site(
    users: UserFactory, production: FastAPI
) -> None:
    await users.register_admin()

    async with LifespanManager(production) as running:
        transport = ASGITransport(running.app)
        async with AsyncClient(transport=transport, base_url="https://test") as browser:
            headers = {"Origin": "https://test"}
            response = await browser.post("/admin/login", data=LOGIN, headers=headers)

    cookie = response.headers["Set-Cookie"].lower().split("; ")
    assert {"path=/admin", "httponly", "samesite=strict", "secure"} <= set(cookie)


async def test_login_works_below_a_path_prefix(
    users: UserFactory, transport: ASGITransport
) -> None:
    await users.register_admin()
    transport.root_path = "/svc"

    headers = {"Origin": "http://test"}
    async with AsyncClient(transport=transport, base_url="http://test/svc") as browser:
        response = await browser.post("/admin/login", data=LOGIN, headers=headers)

        assert response.headers["Location"] == "http://test/svc/admin/"
        assert "path=/svc/admin" in response.headers["Set-Cookie"].lower().split("; ")
        assert (await browser.get("/admin/user/list")).status_code == 200
        assert (await browser.get("/admin")).headers["Location"] == "/svc/admin/"


@pytest.mark.parametrize("change", [{"role": UserRole.USER}, {"is_active": False}], ids=str)
async def test_losing_the_role_or_deactivation_ends_access_at_once(
    root: AsyncClient, users: UserFactory, change: dict[str, object]
) -> None:
    await users.update("root@example.com", **change)

    assert (await root.get(USERS)).headers["Location"] == "http://test/admin/login"


async def test_cookies_of_ended_sessions_and_forged_cookies_are_rejected(root: AsyncClient) -> None:
    cookie = root.cookies["admin"]
    await root.get("/admin/logout")

    for value in (cookie, "forged"):
        root.cookies.set("admin", value, path="/admin")
        assert (await root.get(USERS)).headers["Location"] == "http://test/admin/login"


@pytest.mark.parametrize("origin", ["https://evil.example.com", "null", ""])
async def test_cross_site_requests_are_rejected(
    root: AsyncClient, users: UserFactory, origin: str
) -> None:
    ada = await get_user_id(await users.register())
    headers = {"Origin": origin}

    edited = await root.post(f"/admin/user/edit/{ada}", data={"role": "admin"}, headers=headers)
    deleted = await root.delete("/admin/user/delete", params={"pks": ada}, headers=headers)
    login = await root.post("/admin/login", data=LOGIN, headers=headers)

    assert {edited.status_code, deleted.status_code, login.status_code} == {403}
    assert "ada@example.com" in (await root.get(USERS)).text
