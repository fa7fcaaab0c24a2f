"""Background work, as the API shows and takes it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AliasChoices, BaseModel, Field

from app.models.task import TaskKind, TaskStatus
from app.schemas.common import MultiLineStr, RequestModel, SingleLineStr


class EmailRequest(RequestModel):
    """A mail to oneself."""

    subject: Annotated[SingleLineStr, Field(min_length=1, max_length=200, examples=["Reminder"])]
    text: Annotated[
        MultiLineStr, Field(min_length=1, max_length=10_000, examples=["Water the plants."])
    ]


class TaskAccepted(BaseModel, from_attributes=True):
    """Where to ask how far it is: `GET /tasks/{task_id}`."""

    task_id: UUID = Field(validation_alias=AliasChoices("id", "task_id"))
    status: TaskStatus


class TaskRead(TaskAccepted):
    """What the API shows of a task."""

    kind: TaskKind
    progress: int = Field(ge=0, le=100)
    result: dict[str, str | int] | None
    error: str | None
    created_at: datetime
    updated_at: datetime
