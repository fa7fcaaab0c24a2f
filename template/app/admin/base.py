"""What the pages of all tables share."""

from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ValidationError
from sqladmin import ModelView
from sqladmin.forms import ConverterCallable, ModelConverter
from sqlalchemy import Double, Enum
from sqlalchemy.orm import ColumnProperty, RelationshipProperty
from typing_extensions import override

from app.admin.access import open_database
from app.crud.base import CRUD
from app.dependencies import get_resources
from app.exceptions import Conflict
from app.models.entity import Entity


class Converter(ModelConverter):
    """Makes the fields of forms; those of enums offer values, not names."""

    @override
    def get_converter(
        self, prop: ColumnProperty[Any] | RelationshipProperty[Any]
    ) -> ConverterCallable:
        kind = prop.columns[0].type if isinstance(prop, ColumnProperty) else None
        if isinstance(kind, Double):
            return cast("ConverterCallable", self.conv_decimal)
        if isinstance(kind, Enum):
            convert = cast("ConverterCallable", self.conv_enum)
            return lambda model, prop, kwargs: convert(model, prop, {**kwargs, "coerce": str})
        return super().get_converter(prop)


class View(ModelView):
    """A table; changes take the same way as those of the API, with the same rules."""

    crud: ClassVar[CRUD[Any, Any, Any]]
    changes: ClassVar[type[BaseModel]]
    can_create = False
    can_export = False  # it would show every column
    form_converter = Converter
    form_include_pk = True  # and columns that refer to other tables, where `form_columns` says so

    @override
    async def update_model(self, request: Request, pk: str, data: dict[str, Any]) -> Entity:
        """Change a row.

        Raises:
            Conflict: The values are not valid, or contradict what is stored.
        """
        async with open_database(get_resources(request)) as db:
            row = await self.crud.get(db, self.crud.model.id == UUID(pk))
            values = {
                key: None if value == "" else value
                for key, value in data.items()
                if not is_as_shown(getattr(row, key), value)
            }
            try:
                changes = self.changes.model_validate(values)
            except ValidationError as error:
                reasons = [f"{item['loc'][0]}: {item['msg']}" for item in error.errors()]
                raise Conflict("; ".join(reasons)) from error
            changed: Entity = await self.crud.update(db, row, changes)
        return changed

    @override
    async def delete_model(self, request: Request, pk: str) -> None:
        """Delete a row."""
        async with open_database(get_resources(request)) as db:
            await self.crud.delete(db, await self.crud.get(db, self.crud.model.id == UUID(pk)))


def is_as_shown(stored: object, typed: object) -> bool:
    """Tell whether a value was left as a form shows it: without fractions, empty JSON as `{}`."""
    if isinstance(stored, datetime) and isinstance(typed, datetime):
        return stored.replace(microsecond=0) == typed
    return typed == {} and not stored
