"""The dependency with which endpoints start tasks."""

from typing import Annotated, Any

from fastapi import BackgroundTasks, Depends

from app.api.deps import CurrentUser
from app.crud.task import check_hourly_limit, create_task
from app.dependencies import SessionDep, StateDep
from app.jobs.publish import publish_task
from app.jobs.registry import ALL_JOBS, Job
from app.models.task import Task


class TaskStarter:
    """Starts tasks of the current user."""

    def __init__(
        self,
        owner: CurrentUser,
        state: StateDep,
        db: SessionDep,
        background_tasks: BackgroundTasks,
    ) -> None:
        self._owner = owner
        self._state = state
        self._db = db
        self._background_tasks = background_tasks

    async def start(
        self, job: Job, kwargs: dict[str, Any], *, max_per_hour: int | None = None
    ) -> Task:
        """Create a task that runs a job with these arguments, and publish it after the response.

        The arguments are stored in the row, as JSON.

        Raises:
            ValueError: If the job is not in `ALL_JOBS`, because no worker could run the task.
            TooManyRequests: If the user has started `max_per_hour` tasks with this job in the
                last hour.
            Conflict: If the user has too many unfinished tasks.
        """
        if job not in ALL_JOBS:
            raise ValueError(f"{job.__name__} is missing in ALL_JOBS, in app/jobs/registry.py.")
        if max_per_hour is not None:
            await check_hourly_limit(self._db, self._owner, job, max_per_hour)
        task = await create_task(self._db, self._owner, job, kwargs)
        self._background_tasks.add_task(publish_task, self._state, task)
        return task


TaskStarterDep = Annotated[TaskStarter, Depends()]
