"""What work of any kind has at hand."""

from dataclasses import dataclass

from app.crud.task import change_task
from app.dependencies import AppState
from app.models.task import Task

Result = dict[str, str | int]


class GivenUp(Exception):
    """Trying again would not help; the owner of the task reads why."""


@dataclass
class Job:
    """A task at work, and what it works with."""

    state: AppState
    task: Task

    async def save(self, **values: object) -> bool:
        """Write to the row; return whether this worker may still do so."""
        async with self.state.sessionmaker.begin() as db:
            return await change_task(db, self.task, **values)

    async def report(self, progress: int) -> None:
        """Say how far it is, in percent."""
        await self.save(progress=progress)
