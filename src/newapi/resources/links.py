"""Tables that link the rows of two resources, for fields that refer to many rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TypeAlias

from newapi.resources import users

if TYPE_CHECKING:
    from newapi.resources.definition import Definition, Field, Json

    Key: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Link:
    """One table: the names of its columns, and the tables that they refer to."""

    table: str
    left: str
    left_table: str
    right: str
    right_table: str

    def told(self) -> dict[str, Json]:
        """Return all that the template may ask."""
        return {**asdict(self)}


def of_field(field: Field, definition: Definition, right_table: str) -> Link:
    """Return the table of a field that refers to many rows."""
    return Link(
        table=f"{definition.plural}_{field.name}",
        left=f"{definition.name}_id",
        left_table=definition.plural,
        right=f"{field.singular}_id",
        right_table=right_table,
    )


def of_all(definitions: Mapping[str, Definition]) -> dict[Key, Link]:
    """Return all tables, by resource and field."""
    return {
        (name, field.name): of_field(field, definition, target.plural)
        for name, definition in sorted(definitions.items())
        for field in many(definition.fields)
        if (target := users.target_of(field, definitions))
    }


def many(fields: Iterable[Field]) -> Iterator[Field]:
    """Return the fields that refer to many rows."""
    return (field for field in fields if field.type == "many")
