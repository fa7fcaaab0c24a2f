from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.factories.users import id_of

USERS = "/api/v1/users"
ME = "/api/v1/users/me"


async def test_only_administrators_list_users(ada: AsyncClient, client: AsyncClient) -> None:
    assert (await ada.get(USERS)).status_code == 403
    assert (await client.get(USERS)).status_code == 401


async def test_administrators_search_users(ada: AsyncClient, admin: AsyncClient) -> None:
    found = (await admin.get(USERS, params={"search": "A@EXAMPLE", "sort": "email"})).json()

    assert [user["email"] for user in found["items"]] == ["ada@example.com"]
    assert (await admin.get(USERS, params={"sort": "role"})).status_code == 422


@pytest.mark.parametrize("change", [{}, {"role": None}, {"is_active": None}, {"unknown": 1}])
async def test_change_refuses_nothing_and_null(admin: AsyncClient, change: dict[str, Any]) -> None:
    assert (await admin.patch(f"{USERS}/{await id_of(admin)}", json=change)).status_code == 422


async def test_roles_act_at_once(ada: AsyncClient, admin: AsyncClient) -> None:
    user = f"{USERS}/{await id_of(ada)}"

    await admin.patch(user, json={"role": "admin"})
    promoted = await ada.get(USERS)
    await admin.patch(user, json={"role": "user"})
    demoted = await ada.get(USERS)

    assert (promoted.status_code, demoted.status_code) == (200, 403)


async def test_last_administrator_stays(ada: AsyncClient, admin: AsyncClient) -> None:
    own = f"{USERS}/{await id_of(admin)}"

    for change in ({"role": "user"}, {"is_active": False}):
        assert (await admin.patch(own, json=change)).status_code == 409
    for path in (own, ME):
        assert (await admin.delete(path)).status_code == 409
    await admin.patch(f"{USERS}/{await id_of(ada)}", json={"role": "admin"})
    assert (await admin.delete(ME)).status_code == 204
