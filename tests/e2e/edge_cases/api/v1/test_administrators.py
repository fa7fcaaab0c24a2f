# Needs app/models/user.py
from asyncio import gather

from httpx2 import AsyncClient
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.models.user import UserRole
from tests.api.v1.test_users import ACCOUNT, USERS
from tests.factories.users import People, id_of, is_signed_in, login


async def test_two_administrators_cannot_go_at_the_same_time(
    people: People, ada: AsyncClient, admin: AsyncClient
) -> None:
    await people.change("ada@example.com", role=UserRole.ADMIN)
    users = [(client, f"{USERS}/{await id_of(client)}") for client in (ada, admin)]

    answers = await gather(*(client.patch(user, json={"role": "user"}) for client, user in users))

    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_closing_an_account_locks_it_before_its_sessions(
    ada: AsyncClient, admin: AsyncClient, engine: AsyncEngine
) -> None:
    """The order is the same everywhere, so that nobody waits in a circle."""
    user, statements = f"{USERS}/{await id_of(ada)}", list[str]()
    listener = (engine.sync_engine, "before_cursor_execute", lambda *a: statements.append(a[2]))

    event.listen(*listener)
    await admin.patch(user, json={"is_active": False})
    event.remove(*listener)

    order = [" ".join(statements).index(s) for s in ("UPDATE users", "DELETE FROM auth_sessions")]
    assert order == sorted(order)


async def test_token_of_a_deleted_user_opens_nothing(ada: AsyncClient, admin: AsyncClient) -> None:
    user_id = await id_of(ada)

    assert (await admin.delete(f"/api/v1/users/{user_id}")).status_code == 204

    assert not await is_signed_in(ada)


async def test_address_has_one_account_even_when_many_sign_up_at_once(client: AsyncClient) -> None:
    addresses = 7 * ["ada@example.com"] + ["ADA@example.com"]

    answers = await gather(*(client.post(USERS, json=ACCOUNT | {"email": e}) for e in addresses))

    assert sorted(answer.status_code for answer in answers) == [201] + 7 * [409]


async def test_closed_account_loses_its_sessions_for_good(
    ada: AsyncClient, admin: AsyncClient
) -> None:
    user = f"{USERS}/{await id_of(ada)}"

    await admin.patch(user, json={"is_active": False})
    await admin.patch(user, json={"is_active": True})

    assert not await is_signed_in(ada)


async def test_taken_address_cannot_be_given_to_another(
    ada: AsyncClient, admin: AsyncClient
) -> None:
    response = await admin.patch(f"{USERS}/{await id_of(ada)}", json={"email": "ROOT@example.com"})

    assert response.status_code == 409


async def test_closed_account_cannot_sign_in_and_is_out_at_once(
    people: People, ada: AsyncClient, client: AsyncClient
) -> None:
    await people.change("ada@example.com", is_active=False)

    assert (await login(client)).status_code == 401
    assert not await is_signed_in(ada)
