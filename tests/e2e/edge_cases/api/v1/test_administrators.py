# Needs app/models/user.py
from asyncio import gather

from httpx2 import AsyncClient
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.models.user import UserRole
from tests.api.v1.test_users import USER, USERS
from tests.factories.users import UserFactory, get_user_id, is_logged_in, login


async def test_concurrent_requests_cannot_remove_all_administrators(
    users: UserFactory, ada: AsyncClient, admin: AsyncClient
) -> None:
    await users.update("ada@example.com", role=UserRole.ADMIN)
    targets = [(client, f"{USERS}/{await get_user_id(client)}") for client in (ada, admin)]

    responses = await gather(
        *(client.patch(user, json={"role": "user"}) for client, user in targets)
    )

    assert sorted(response.status_code for response in responses) == [200, 409]


async def test_deactivation_locks_the_user_before_its_sessions(
    ada: AsyncClient, admin: AsyncClient, engine: AsyncEngine
) -> None:
    """All code locks in this order, so that there are no deadlocks."""
    user, statements = f"{USERS}/{await get_user_id(ada)}", list[str]()
    listener = (engine.sync_engine, "before_cursor_execute", lambda *a: statements.append(a[2]))

    event.listen(*listener)
    await admin.patch(user, json={"is_active": False})
    event.remove(*listener)

    order = [" ".join(statements).index(s) for s in ("UPDATE users", "DELETE FROM auth_sessions")]
    assert order == sorted(order)


async def test_token_of_a_deleted_user_is_rejected(ada: AsyncClient, admin: AsyncClient) -> None:
    user_id = await get_user_id(ada)

    assert (await admin.delete(f"/api/v1/users/{user_id}")).status_code == 204

    assert not await is_logged_in(ada)


async def test_concurrent_registrations_create_one_user(client: AsyncClient) -> None:
    addresses = 7 * ["ada@example.com"] + ["ADA@example.com"]

    responses = await gather(*(client.post(USERS, json=USER | {"email": e}) for e in addresses))

    assert sorted(response.status_code for response in responses) == [201] + 7 * [409]


async def test_reactivation_does_not_restore_sessions(ada: AsyncClient, admin: AsyncClient) -> None:
    user = f"{USERS}/{await get_user_id(ada)}"

    await admin.patch(user, json={"is_active": False})
    await admin.patch(user, json={"is_active": True})

    assert not await is_logged_in(ada)


async def test_registered_address_is_rejected_for_another_user(
    ada: AsyncClient, admin: AsyncClient
) -> None:
    response = await admin.patch(
        f"{USERS}/{await get_user_id(ada)}", json={"email": "ROOT@example.com"}
    )

    assert response.status_code == 409


async def test_inactive_user_is_logged_out_at_once_and_cannot_log_in(
    users: UserFactory, ada: AsyncClient, client: AsyncClient
) -> None:
    await users.update("ada@example.com", is_active=False)

    assert (await login(client)).status_code == 401
    assert not await is_logged_in(ada)
