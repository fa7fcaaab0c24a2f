"""Names that jobs import: the type of their results, `set_progress`, and `TaskFailed`."""

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.crud.task import update_running_task
from app.dependencies import AppState
from app.models.task import Task

Result = dict[str, str | int]
log = structlog.get_logger(__name__)


class TaskFailed(Exception):
    """An error that a retry would not solve. The owner of the task reads its message."""


async def set_progress(state: AppState, task: Task, progress: int) -> None:
    """Store the progress of a running task in percent, at most 100."""
    try:
        async with state.sessionmaker.begin() as db:
            await update_running_task(db, task, progress=min(progress, 100))
    except (OSError, SQLAlchemyError):
        log.exception("progress was not stored")  # no reason to repeat the task
