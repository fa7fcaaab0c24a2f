import pytest

from app.dependencies import AppState
from app.models.task import Task
from tests.tasks import add_file_task


@pytest.fixture
async def task(state: AppState) -> Task:
    return await add_file_task(state)
