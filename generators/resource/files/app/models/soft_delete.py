"""Deleted rows that stay in their table, where no query sees them."""

from datetime import datetime

from sqlalchemy import event
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    mapped_column,
    with_loader_criteria,
)

from app.models.entity import Entity, UTCDateTime


class SoftDelete(Entity):
    """Base of models whose deleted rows stay in the table."""

    __abstract__ = True

    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


@event.listens_for(Session, "do_orm_execute")
def hide_deleted_rows(state: ORMExecuteState) -> None:
    """Leave deleted rows out of every query, and out of relationships.

    The execution option `include_deleted=True` of a statement brings them back.
    """
    if (
        state.is_select
        and not state.is_column_load
        and not state.is_relationship_load
        and not state.execution_options.get("include_deleted", False)
    ):
        state.statement = state.statement.options(
            with_loader_criteria(
                SoftDelete, lambda model: model.deleted_at.is_(None), include_aliases=True
            )
        )
