import json
from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.factories.users import PASSWORD, UserFactory, get_user_id, is_logged_in, login
from tests.problems import error_location

USERS = "/api/v1/users"
ME = "/api/v1/users/me"
USER = {"email": "ada@example.com", "password": PASSWORD}
INVALID: dict[str, list[object]] = {
    "email": ["not an address", "Ada <ada@example.com>"],
    "password": [
        "short",
        "x" * 129,
        "Password1",
        "12341234",
        "correct\x00horse",
        "lone surrogate: \ud800",
    ],
    "full_name": ["null\x00byte", "\ud800"],
    "role": ["admin"],
    "is_active": [False],
}


async def test_registration_normalizes_the_address_and_returns_no_password(
    client: AsyncClient,
) -> None:
    response = await client.post(
        USERS, json=USER | {"email": "Ada@Example.COM", "full_name": " Ada Lovelace "}
    )

    assert response.status_code == 201
    user = response.json()
    assert (user["email"], user["full_name"]) == ("ada@example.com", "Ada Lovelace")
    assert (user["role"], user["is_active"]) == ("user", True)
    assert "password" not in response.text


@pytest.mark.parametrize(("name", "value"), [(n, v) for n in INVALID for v in INVALID[n]])
async def test_registration_rejects_invalid_values(
    client: AsyncClient, name: str, value: object
) -> None:
    body = json.dumps(USER | {name: value})  # escapes lone surrogates, unlike `json=`

    response = await client.post(USERS, content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 422
    assert error_location(response) == ["body", name]


async def test_users_read_and_update_themselves(ada: AsyncClient) -> None:
    own = f"{USERS}/{await get_user_id(ada)}"

    by_id = await ada.patch(own, json={"full_name": "Ada"})
    by_me = await ada.patch(ME, json={"full_name": "Countess"})

    assert by_id.json()["full_name"] == "Ada"
    assert by_me.json()["full_name"] == "Countess"
    assert (await ada.get(own)).json() == by_me.json() == (await ada.get(ME)).json()


async def test_other_user_is_not_found(users: UserFactory, ada: AsyncClient) -> None:
    eve = await users.register("eve@example.com")
    other = f"{USERS}/{await get_user_id(ada)}"

    for method, body in (("GET", None), ("PATCH", {"full_name": "Eve"}), ("DELETE", None)):
        assert (await eve.request(method, other, json=body)).status_code == 404


@pytest.mark.parametrize("change", [{"role": "admin"}, {"is_active": True}, {"email": "a@b.com"}])
async def test_users_cannot_change_their_role_or_address(
    ada: AsyncClient, change: dict[str, Any]
) -> None:
    assert (await ada.patch(f"{USERS}/{await get_user_id(ada)}", json=change)).status_code == 403
    assert (await ada.patch(ME, json=change)).status_code == 422


async def test_password_change_ends_all_other_sessions(
    users: UserFactory, ada: AsyncClient, client: AsyncClient
) -> None:
    other = await users.login()
    change = {"current_password": PASSWORD, "new_password": "another long password"}

    wrong = await ada.put(f"{ME}/password", json=change | {"current_password": "wrong"})
    right = await ada.put(f"{ME}/password", json=change)

    assert (wrong.status_code, right.status_code) == (403, 204)
    assert (await is_logged_in(other), await is_logged_in(ada)) == (False, True)
    assert (await login(client)).status_code == 401
    assert (await login(client, password="another long password")).status_code == 200


async def test_users_delete_themselves(ada: AsyncClient, client: AsyncClient) -> None:
    assert (await ada.delete(ME)).status_code == 204

    assert not await is_logged_in(ada)
    assert (await client.post(USERS, json=USER)).status_code == 201
