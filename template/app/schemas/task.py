"""Schemas of tasks."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AliasChoices, BaseModel, Field

from app.models.task import TaskStatus
from app.schemas.common import MultiLineStr, RequestModel, SingleLineStr


class EmailTaskCreate(RequestModel):
    """An e-mail to the current user."""

    subject: Annotated[SingleLineStr, Field(min_length=1, max_length=200, examples=["Reminder"])]
    text: Annotated[
        MultiLineStr, Field(min_length=1, max_length=10_000, examples=["Water the plants."])
    ]


class TaskAccepted(BaseModel, from_attributes=True):
    """A task that has been queued. `GET /tasks/{task_id}` returns its status."""

    task_id: UUID = Field(validation_alias=AliasChoices("id", "task_id"))
    status: TaskStatus


class TaskRead(TaskAccepted):
    """A task with its progress in percent, and its result or error."""

    kind: str = Field(examples=["send_email"])
    progress: int = Field(ge=0, le=100)
    result: dict[str, str | int] | None
    error: str | None
    created_at: datetime
    updated_at: datetime
