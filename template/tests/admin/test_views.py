from httpx2 import AsyncClient

from tests.admin.forms import submit_form
from tests.factories.users import UserFactory, get_user_id

USERS = "/admin/user/list"


async def test_pages_show_users_without_password_hashes(
    root: AsyncClient, users: UserFactory
) -> None:
    ada = await get_user_id(await users.register())

    for path in (USERS, f"/admin/user/details/{ada}", f"/admin/user/edit/{ada}"):
        page = await root.get(path)
        assert page.status_code == 200
        assert "argon2" not in page.text
        assert "password" not in page.text
    assert '<option selected value="user">' in page.text
    assert "ada@example.com" in (await root.get(USERS)).text


async def test_administrators_update_users(root: AsyncClient, users: UserFactory) -> None:
    ada = await users.register()
    url = f"/admin/user/edit/{await get_user_id(ada)}"

    response = await submit_form(root, url, {"full_name": "Ada", "role": "admin"})

    assert response.headers["Location"] == f"http://test{USERS}"
    me = (await ada.get("/api/v1/users/me")).json()
    assert (me["full_name"], me["role"]) == ("Ada", "admin")


async def test_last_administrator_cannot_be_removed(root: AsyncClient, users: UserFactory) -> None:
    user_id = await get_user_id(await users.login("root@example.com"))
    form = {"role": "user", "is_active": "y", "save": "Save"}

    demoted = await root.post(f"/admin/user/edit/{user_id}", data=form)
    form |= {"role": "admin", "is_active": ""}
    deactivated = await root.post(f"/admin/user/edit/{user_id}", data=form)
    deleted = await root.delete("/admin/user/delete", params={"pks": user_id})

    assert (demoted.status_code, deactivated.status_code) == (400, 400)
    assert "last administrator" in demoted.text
    assert "last+administrator" in deleted.text
    assert (await root.get(USERS)).status_code == 200


async def test_administrators_end_sessions_and_delete_users(
    root: AsyncClient, users: UserFactory
) -> None:
    ada = await users.register()
    [session] = (await ada.get("/api/v1/auth/sessions")).json()

    listed = await root.get("/admin/auth-session/list")
    await root.delete("/admin/auth-session/delete", params={"pks": session["id"]})
    ended = (await ada.get("/api/v1/users/me")).status_code
    again = await users.login()
    await root.delete("/admin/user/delete", params={"pks": await get_user_id(again)})

    assert session["id"] in listed.text
    assert ended == 401
    assert (await again.get("/api/v1/users/me")).status_code == 401
    assert "ada@example.com" not in (await root.get(USERS)).text
