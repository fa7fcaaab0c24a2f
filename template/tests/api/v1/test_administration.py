from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.factories.users import UserFactory, get_user_id, is_logged_in, login

USERS = "/api/v1/users"
ME = "/api/v1/users/me"


async def test_only_administrators_list_users(ada: AsyncClient, client: AsyncClient) -> None:
    assert (await ada.get(USERS)).status_code == 403
    assert (await client.get(USERS)).status_code == 401


async def test_administrators_search_users(ada: AsyncClient, admin: AsyncClient) -> None:
    found = (await admin.get(USERS, params={"search": "ADA@EXAMPLE", "sort": "email"})).json()

    assert [user["email"] for user in found["items"]] == ["ada@example.com"]
    assert (await admin.get(USERS, params={"sort": "role"})).status_code == 422


@pytest.mark.parametrize("change", [{}, {"role": None}, {"is_active": None}, {"unknown": 1}])
async def test_update_rejects_empty_and_null_values(
    admin: AsyncClient, change: dict[str, Any]
) -> None:
    assert (
        await admin.patch(f"{USERS}/{await get_user_id(admin)}", json=change)
    ).status_code == 422


async def test_new_role_is_effective_at_once(ada: AsyncClient, admin: AsyncClient) -> None:
    user = f"{USERS}/{await get_user_id(ada)}"

    await admin.patch(user, json={"role": "admin"})
    promoted = await ada.get(USERS)
    await admin.patch(user, json={"role": "user"})
    demoted = await ada.get(USERS)

    assert (promoted.status_code, demoted.status_code) == (200, 403)


async def test_deactivating_a_user_ends_all_sessions(
    users: UserFactory, ada: AsyncClient, admin: AsyncClient, client: AsyncClient
) -> None:
    elsewhere, user = await users.login(), f"{USERS}/{await get_user_id(ada)}"

    await admin.patch(user, json={"is_active": False})
    deactivated = [await is_logged_in(client) for client in (ada, elsewhere)]
    login_status = (await login(client)).status_code
    await admin.patch(user, json={"is_active": True})
    activated = [await is_logged_in(client) for client in (ada, elsewhere)]

    assert (deactivated, login_status) == ([False, False], 401)
    assert activated == [False, False]  # the sessions do not come back


async def test_last_administrator_cannot_be_removed(ada: AsyncClient, admin: AsyncClient) -> None:
    own = f"{USERS}/{await get_user_id(admin)}"

    for change in ({"role": "user"}, {"is_active": False}):
        assert (await admin.patch(own, json=change)).status_code == 409
    for path in (own, ME):
        assert (await admin.delete(path)).status_code == 409
    await admin.patch(f"{USERS}/{await get_user_id(ada)}", json={"role": "admin"})
    assert (await admin.delete(ME)).status_code == 204


async def test_email_address_of_another_user_is_a_conflict(
    ada: AsyncClient, admin: AsyncClient
) -> None:
    user = f"{USERS}/{await get_user_id(ada)}"

    taken = await admin.patch(user, json={"email": "root@example.com"})
    unchanged = await admin.patch(user, json={"email": "ada@example.com"})

    assert (taken.status_code, "already registered" in taken.text) == (409, True)
    assert unchanged.status_code == 200
