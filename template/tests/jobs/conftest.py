from collections.abc import Callable

import pytest

from app.dependencies import AppState
from app.jobs.registry import JOBS, Job
from app.models.task import Task
from tests.tasks import add_file_task


@pytest.fixture
async def task(state: AppState) -> Task:
    return await add_file_task(state)


@pytest.fixture
def replace_job(monkeypatch: pytest.MonkeyPatch) -> Callable[[Job], None]:
    """Return a function that replaces the job of file tasks."""
    return lambda job: monkeypatch.setitem(JOBS, "process_file", job)
