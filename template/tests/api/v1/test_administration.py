from asyncio import gather
from typing import Any

import pytest
from httpx2 import AsyncClient

from app.models.user import UserRole
from tests.factories.people import People, id_of

USERS = "/api/v1/users"
ME = "/api/v1/users/me"


async def test_only_administrators_list_users(ada: AsyncClient, client: AsyncClient) -> None:
    assert (await ada.get(USERS)).status_code == 403
    assert (await client.get(USERS)).status_code == 401


async def test_administrators_list_search_and_sort_users(
    people: People, admin: AsyncClient
) -> None:
    for name in ("ada", "bob", "cyd_"):
        await people.sign_up(f"{name}@example.com")

    page = (await admin.get(USERS, params={"sort": "email", "skip": 1, "limit": 2})).json()
    found = (await admin.get(USERS, params={"search": "d_@EXAMPLE"})).json()

    assert [user["email"][:3] for user in page["items"]] == ["bob", "cyd"]
    assert (page["total"], found["total"]) == (4, 1)


@pytest.mark.parametrize("query", [{"limit": 101}, {"limit": 0}, {"skip": -1}, {"sort": "role"}])
async def test_list_refuses_what_it_cannot_do(admin: AsyncClient, query: dict[str, Any]) -> None:
    assert (await admin.get(USERS, params=query)).status_code == 422


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


async def test_closed_account_loses_its_sessions_for_good(
    ada: AsyncClient, admin: AsyncClient
) -> None:
    user = f"{USERS}/{await id_of(ada)}"

    await admin.patch(user, json={"is_active": False})
    await admin.patch(user, json={"is_active": True})

    assert (await ada.get(ME)).status_code == 401


async def test_taken_address_cannot_be_given_to_another(
    people: People, ada: AsyncClient, admin: AsyncClient
) -> None:
    await people.sign_up("bob@example.com")

    response = await admin.patch(f"{USERS}/{await id_of(ada)}", json={"email": "BOB@example.com"})

    assert response.status_code == 409


async def test_last_administrator_stays(ada: AsyncClient, admin: AsyncClient) -> None:
    own = f"{USERS}/{await id_of(admin)}"

    assert (await admin.patch(own, json={"role": "user"})).status_code == 409
    assert (await admin.patch(own, json={"is_active": False})).status_code == 409
    assert (await admin.delete(own)).status_code == 409
    assert (await admin.delete(ME)).status_code == 409
    await admin.patch(f"{USERS}/{await id_of(ada)}", json={"role": "admin"})
    assert (await admin.delete(ME)).status_code == 204


async def test_two_administrators_cannot_go_at_the_same_time(
    people: People, ada: AsyncClient, admin: AsyncClient
) -> None:
    await people.change("ada@example.com", role=UserRole.ADMIN)
    users = [(client, f"{USERS}/{await id_of(client)}") for client in (ada, admin)]

    answers = await gather(*(client.patch(user, json={"role": "user"}) for client, user in users))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
