"""What the pages of all tables share."""

from typing import Any, ClassVar
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ValidationError
from sqladmin import ModelView
from typing_extensions import override

from app.admin.access import open_database
from app.crud.base import CRUD
from app.dependencies import get_resources
from app.exceptions import Conflict
from app.models.entity import Entity


class View(ModelView):
    """A table; changes take the same way as those of the API, with the same rules."""

    crud: ClassVar[CRUD[Any, Any, Any]]
    changes: ClassVar[type[BaseModel]]
    can_create = False
    can_export = False  # it would show every column

    @override
    async def update_model(self, request: Request, pk: str, data: dict[str, Any]) -> Entity:
        """Change a row.

        Raises:
            Conflict: The values are not valid, or contradict what is stored.
        """
        try:
            values = {key: None if data[key] == "" else data[key] for key in data}
            changes = self.changes.model_validate(values)
        except ValidationError as error:
            reasons = [f"{item['loc'][0]}: {item['msg']}" for item in error.errors()]
            raise Conflict("; ".join(reasons)) from error
        async with open_database(get_resources(request)) as db:
            row = await self.crud.get(db, self.crud.model.id == UUID(pk))
            changed: Entity = await self.crud.update(db, row, changes)
        return changed

    @override
    async def delete_model(self, request: Request, pk: str) -> None:
        """Delete a row."""
        async with open_database(get_resources(request)) as db:
            await self.crud.delete(db, await self.crud.get(db, self.crud.model.id == UUID(pk)))
