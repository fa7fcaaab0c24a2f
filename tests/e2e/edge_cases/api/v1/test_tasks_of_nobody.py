# Needs app/jobs
from uuid import UUID

from httpx2 import AsyncClient

from app.dependencies import AppState
from app.jobs.run import run_task
from tests.api.v1.test_tasks import TASKS, send_file
from tests.factories.users import UserFactory


async def test_tasks_are_deleted_with_their_owner(
    users: UserFactory, ada: AsyncClient, state: AppState
) -> None:
    task_id = await send_file(ada)

    assert (await ada.delete("/api/v1/users/me")).status_code == 204

    again = await users.register()
    assert (await again.get(f"{TASKS}/{task_id}")).status_code == 404
    await run_task(state, UUID(task_id))  # raises no error
