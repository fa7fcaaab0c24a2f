"""Tasks: background work that users start, with its status and result."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Enum, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import enum_values
from app.models.entity import Entity, UTCDateTime

MAX_KIND_LENGTH = 40
MAX_ERROR_LENGTH = 255


class TaskStatus(StrEnum):
    """States of a task. `succeeded` and `failed` are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Task(Entity):
    """A task of one user.

    `kind` is the name of its job in `app/jobs/registry.py`. `attempts` counts how often the task
    was started; only the newest attempt changes the row. `published_at` is the time at which its
    message was published, and null until that is recorded.
    """

    __tablename__ = "tasks"
    __table_args__ = (Index(None, "status", "updated_at"),)

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(MAX_KIND_LENGTH))
    kwargs: Mapped[dict[str, Any]] = mapped_column(JSON)
    status: Mapped[TaskStatus] = mapped_column(
        Enum(TaskStatus, native_enum=False, length=20, values_callable=enum_values),
        default=TaskStatus.QUEUED,
    )
    attempts: Mapped[int] = mapped_column(default=0)
    progress: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, str | int] | None] = mapped_column(JSON(none_as_null=True))
    error: Mapped[str | None] = mapped_column(String(MAX_ERROR_LENGTH))
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
