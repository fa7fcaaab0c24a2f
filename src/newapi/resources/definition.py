"""The definition of a resource: its names, access rules and fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from newapi.resources import naming

Type: TypeAlias = Literal[
    "str", "text", "int", "float", "decimal", "bool", "date", "datetime", "uuid", "email", "url",
    "json", "enum", "list", "ref",
]  # fmt: skip
Access: TypeAlias = Literal["owned", "public", "admin"]
Api: TypeAlias = Literal["v1", "v2"]
Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

TYPES: tuple[Type, ...] = get_args(Type)
ACCESSES: tuple[Access, ...] = get_args(Access)
APIS: tuple[Api, ...] = get_args(Api)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field; numbers that need not be whole are kept as they are written."""

    name: str
    type: Type
    optional: bool = False
    unique: bool = False
    min: int | None = None
    max: int | None = None
    gt: str | None = None
    ge: str | None = None
    lt: str | None = None
    le: str | None = None
    places: int | None = None
    digits: int | None = None
    values: tuple[str, ...] = ()
    target: str | None = None
    default: Json = None

    @property
    def column(self) -> str:
        """Return the name of the column."""
        return f"{self.name}_id" if self.type == "ref" else self.name


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One resource."""

    name: str
    plural: str
    access: Access
    api: Api = "v1"
    fields: tuple[Field, ...]

    @property
    def class_name(self) -> str:
        """Return the name of the model."""
        return naming.class_of(self.name)

    @property
    def title(self) -> str:
        """Return the name in words."""
        return naming.title_of(self.name)

    @property
    def titles(self) -> str:
        """Return the plural in words."""
        return naming.title_of(self.plural)

    def enum_class(self, field: Field) -> str:
        """Return the name of the enumeration of a field."""
        return f"{self.class_name}{naming.class_of(field.name)}"

    def field(self, name: str) -> Field | None:
        """Return the field of this name."""
        return next((field for field in self.fields if field.name == name), None)
