import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from app.models.user import UserRole
from tests.admin.conftest import LOGIN
from tests.factories.users import UserFactory, get_user_id

USERS = "/admin/user/list"


@pytest.mark.parametrize("path", ["/", "/user/list", "/auth-session/list", "/user/edit/1"])
async def test_anonymous_is_sent_to_the_sign_in(browser: AsyncClient, path: str) -> None:
    answer = await browser.get(f"/admin{path}")

    assert answer.headers["Location"] == "http://test/admin/login"
    assert (await browser.get("/admin")).headers["Location"] == "/admin/"


async def test_only_administrators_sign_in(users: UserFactory, browser: AsyncClient) -> None:
    await users.register()
    await users.register_admin()

    for change in ({"username": "ada@example.com"}, {"password": "wrong"}, {"username": ""}):
        refused = await browser.post("/admin/login", data=LOGIN | change)
        assert (refused.status_code, "Invalid credentials" in refused.text) == (400, True)
        assert "Set-Cookie" not in refused.headers


async def test_cookie_is_for_these_pages_and_this_site(
    users: UserFactory, production: FastAPI
) -> None:
    await users.register_admin()

    async with LifespanManager(production) as running:
        transport = ASGITransport(running.app)
        async with AsyncClient(transport=transport, base_url="https://test") as browser:
            headers = {"Origin": "https://test"}
            answer = await browser.post("/admin/login", data=LOGIN, headers=headers)

    cookie = answer.headers["Set-Cookie"].lower().split("; ")
    assert {"path=/admin", "httponly", "samesite=strict", "secure"} <= set(cookie)


@pytest.mark.parametrize("change", [{"role": UserRole.USER}, {"is_active": False}], ids=str)
async def test_who_is_no_administrator_any_more_is_out_at_once(
    root: AsyncClient, users: UserFactory, change: dict[str, object]
) -> None:
    await users.update("root@example.com", **change)

    assert (await root.get(USERS)).headers["Location"] == "http://test/admin/login"


async def test_session_ends_at_sign_out_and_forged_cookie_opens_nothing(root: AsyncClient) -> None:
    cookie = root.cookies["admin"]
    await root.get("/admin/logout")

    for value in (cookie, "forged"):
        root.cookies.set("admin", value, path="/admin")
        assert (await root.get(USERS)).headers["Location"] == "http://test/admin/login"


@pytest.mark.parametrize("origin", ["https://evil.example.com", "null", ""])
async def test_other_sites_change_nothing(
    root: AsyncClient, users: UserFactory, origin: str
) -> None:
    ada = await get_user_id(await users.register())
    headers = {"Origin": origin}

    edited = await root.post(f"/admin/user/edit/{ada}", data={"role": "admin"}, headers=headers)
    deleted = await root.delete("/admin/user/delete", params={"pks": ada}, headers=headers)
    signed_in = await root.post("/admin/login", data=LOGIN, headers=headers)

    assert {edited.status_code, deleted.status_code, signed_in.status_code} == {403}
    assert "ada@example.com" in (await root.get(USERS)).text
