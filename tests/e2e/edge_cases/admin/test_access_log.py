# Needs app/admin
from httpx2 import AsyncClient
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from tests.admin.test_views import USERS
from tests.factories.users import People, id_of


async def test_log_contains_the_id_of_the_administrator(root: AsyncClient, people: People) -> None:
    user_id = await id_of(await people.sign_in("root@example.com"))

    with capture_logs([merge_contextvars]) as lines:
        await root.get(USERS)

    assert lines[-1]["user_id"] == user_id
