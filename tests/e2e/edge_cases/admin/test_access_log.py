# Needs app/admin
from httpx2 import AsyncClient
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from tests.admin.test_views import USERS
from tests.factories.users import UserFactory, get_user_id


async def test_log_contains_the_id_of_the_administrator(
    root: AsyncClient, users: UserFactory
) -> None:
    user_id = await get_user_id(await users.login("root@example.com"))

    with capture_logs([merge_contextvars]) as lines:
        await root.get(USERS)

    assert lines[-1]["user_id"] == user_id
