"""A data model as its source says it: tables with columns, keys and references."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from newapi.errors import NewapiError
from newapi.resources.definition import RuleKind

# A relationship of JHipster to this entity means the users of the project.
BUILT_IN_USER = "User"


@dataclass(frozen=True)
class Default:
    """The default of a column: a literal value, or an expression of the database."""

    text: str
    is_literal: bool = True


@dataclass(frozen=True)
class Enumeration:
    """The values of an enumeration, and the labels that some of them have."""

    values: tuple[str, ...]
    labels: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, labels: Mapping[str, str]) -> Self:
        """Return an enumeration of values with their labels, which may be empty."""
        return cls(tuple(labels), tuple(pair for pair in labels.items() if pair[1]))


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column; of JHipster, a field of an entity."""

    name: str
    type: str  # the name of the type in lower case, such as varchar
    arguments: tuple[str, ...] = ()  # what stands in the brackets of the type
    values: tuple[str, ...] = ()  # of an enumeration
    labels: tuple[tuple[str, str], ...] = ()  # of some of its values
    declared: str = ""  # the type as it is written, where that is not made of the other parts
    is_array: bool = False
    is_unsigned: bool = False
    is_required: bool = False
    is_unique: bool = False
    is_computed: bool = False
    is_counted: bool = False  # the database numbers the rows
    default: Default | None = None
    limits: Mapping[str, str] = field(default_factory=dict)  # min, max, gt, ge, lt, le
    description: str = ""
    line: int | None = None

    @property
    def type_as_written(self) -> str:
        """Return the type as the source writes it, such as `varchar(20)`."""
        if self.declared:
            return self.declared
        arguments = ", ".join(self.arguments or self.values)
        unsigned = " unsigned" if self.is_unsigned else ""
        brackets = f"({arguments})" if arguments else ""
        return f"{self.type}{brackets}{unsigned}{'[]' if self.is_array else ''}"

    def with_values(self, enums: Mapping[str, Enumeration]) -> Column:
        """Return the column with the values of its enumeration, if its type is the name of one."""
        if self.type not in enums:
            return self
        return replace(self, values=enums[self.type].values, labels=enums[self.type].labels)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A foreign key; of JHipster, a relationship, which has a name and no columns."""

    columns: tuple[str, ...] = ()
    table: str
    target_columns: tuple[str, ...] = ()
    name: str = ""
    is_required: bool = False
    is_unique: bool = False
    on_delete: str = ""  # cascade, restrict, set_null; empty where the source does not say it
    description: str = ""
    line: int | None = None


@dataclass(frozen=True)
class CheckRule:
    """A check over several columns: a comparison of two, or how many of them have a value."""

    kind: RuleKind
    columns: tuple[str, ...]
    sign: str = ""  # of a comparison
    text: str = ""  # as the source has it
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table; of JHipster, an entity."""

    name: str
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()  # the columns of the primary key
    references: tuple[Reference, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    rules: tuple[CheckRule, ...] = ()
    description: str = ""
    line: int | None = None

    def column(self, name: str) -> Column | None:
        """Return the column of this name."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Note:
    """A part of a source that has no equal in `models.yml`, and its replacement there."""

    subject: str  # the table, table.column or word that it is about
    message: str
    written: str = ""  # empty when it is left out
    line: int | None = None


@dataclass(frozen=True)
class SourceModel:
    """All tables of a source, and the parts that no table shows."""

    tables: tuple[Table, ...]
    notes: tuple[Note, ...] = ()
    has_singular_names: bool = False  # those of tables; elsewhere most are plurals


class SourceError(NewapiError):
    """A source that cannot be read; the message names the file and the line."""

    def __init__(self, name: str, line: int | None, flaw: str, hint: str) -> None:
        where = f"{name}:{line}" if line else name
        super().__init__(f"{where}: {flaw}.", hint)
