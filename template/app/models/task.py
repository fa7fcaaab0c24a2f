"""Background work: what was asked for, by whom, and how far it is."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, Enum, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.entity import Entity, UTCDateTime, utc_now


class TaskKind(StrEnum):
    """What there is to do."""

    EMAIL = "email"
    PROCESS_FILE = "process_file"


class TaskStatus(StrEnum):
    """How far a task is."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


def enum_values(members: type[StrEnum]) -> list[str]:
    """Return what the database stores: the values, not the names."""
    return [member.value for member in members]


class Task(Entity):
    """One task of one user; this row is the truth, a message to a worker only a reminder.

    A queued task may start at `due_at`. A running one moves `due_at` ahead as long as its worker
    lives; once that moment has passed, another worker may take over. `attempts` tells them apart.
    """

    __tablename__ = "tasks"
    __table_args__ = (Index(None, "status", "due_at"),)

    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[TaskKind] = mapped_column(
        Enum(TaskKind, native_enum=False, length=40, values_callable=enum_values)
    )
    details: Mapped[dict[str, str]] = mapped_column(JSON)
    status: Mapped[TaskStatus] = mapped_column(
        Enum(TaskStatus, native_enum=False, length=20, values_callable=enum_values),
        default=TaskStatus.QUEUED,
    )
    progress: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, str | int] | None] = mapped_column(JSON(none_as_null=True))
    error: Mapped[str | None] = mapped_column(String(255))
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now)
