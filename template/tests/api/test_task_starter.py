import pytest
from httpx2 import AsyncClient
from sqlalchemy import select
from structlog.testing import capture_logs

from app.dependencies import AppState
from app.jobs.registry import ALL_JOBS, map_by_name
from app.jobs.send_email import send_email
from app.models.task import Task


async def test_job_that_is_not_registered_starts_no_task(
    ada: AsyncClient, state: AppState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.task_starter.ALL_JOBS", [])

    file = {"file": b"some words"}
    with capture_logs() as logs:
        response = await ada.post("/api/v1/tasks/process-file", files=file)

    assert response.status_code == 500
    assert "process_file is missing in ALL_JOBS" in str(logs)
    async with state.sessionmaker() as db:
        assert (await db.scalars(select(Task))).all() == []


def test_names_of_jobs_are_unique() -> None:
    async def process_file() -> None: ...

    with pytest.raises(ValueError, match="Two jobs"):
        map_by_name([*ALL_JOBS, process_file])


def test_names_of_jobs_fit_into_the_column() -> None:
    async def job() -> None: ...

    job.__name__ = "x" * 40
    assert map_by_name([send_email, job]).keys() == {"send_email", job.__name__}
    job.__name__ = "x" * 41
    with pytest.raises(ValueError, match="more than 40 characters"):
        map_by_name([job])
