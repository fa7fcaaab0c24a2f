"""The definition of a resource: its names, access rules and fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from newapi.resources import naming, reserved

Type: TypeAlias = Literal[
    "str", "text", "int", "bigint", "float", "decimal", "bool", "date", "time", "datetime",
    "duration", "uuid", "email", "url", "json", "bytes", "file", "image", "enum", "list",
    "ref", "many", "nested",
]  # fmt: skip
OnDelete: TypeAlias = Literal["cascade", "restrict", "set_null"]
Access: TypeAlias = Literal["owned", "owner_writes", "signed_in", "public", "admin"]
Rows: TypeAlias = Literal["own", "any"]
UniqueFor: TypeAlias = Literal["owner", "all"]
Api: TypeAlias = Literal["v1", "v2"]
Switch: TypeAlias = Literal["versioned", "audited", "csv", "soft_delete"]
RuleKind: TypeAlias = Literal["comparison", "at_least_one", "exactly_one"]
Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

# Types with an order of their values, and those of them that lists filter by range.
SORTED: frozenset[Type] = frozenset(
    {"str", "email", "int", "bigint", "float", "decimal", "date", "time", "datetime", "duration"}
)
RANGED: frozenset[Type] = SORTED - {"str", "email"}

ON_DELETE: tuple[OnDelete, ...] = get_args(OnDelete)
TYPES: tuple[Type, ...] = get_args(Type)
ACCESSES: tuple[Access, ...] = get_args(Access)
FILES: tuple[Type, ...] = ("file", "image")  # that have endpoints of their own
# Types of fields that refer to any number of rows, and have no column in the table.
LISTS: tuple[Type, ...] = ("many", "nested")
OWNED: tuple[Access, ...] = ("owned", "owner_writes")  # with an owner for each row
ROWS: tuple[Rows, ...] = get_args(Rows)
UNIQUE_FOR: tuple[UniqueFor, ...] = get_args(UniqueFor)
APIS: tuple[Api, ...] = get_args(Api)
SWITCHES: tuple[Switch, ...] = get_args(Switch)  # options of a resource that are on or off


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field; numbers that need not be whole are kept as they are written."""

    name: str
    type: Type
    optional: bool = False
    unique: bool = False
    unique_for: UniqueFor | None = None
    filter: bool = False
    sort: bool = False
    search: bool = False
    read_only: bool = False  # only the owner's code sets it
    write_only: bool = False  # no response has it
    min: int | None = None
    max: int | None = None
    gt: str | None = None
    ge: str | None = None
    lt: str | None = None
    le: str | None = None
    places: int | None = None
    digits: int | None = None
    values: tuple[str, ...] = ()
    types: tuple[str, ...] = ()  # content types of files; all if there are none
    target: str | None = None
    rows: Rows | None = None
    default: Json = None
    on_delete: OnDelete | None = None
    column_name: str | None = None
    description: str | None = None
    labels: tuple[tuple[str, str], ...] = ()  # of values of an enum

    @property
    def column(self) -> str:
        """Return the name of the attribute that holds the value; of references, their ids."""
        if self.type == "many":
            return f"{self.singular}_ids"
        return f"{self.name}_id" if self.type == "ref" else self.name

    @property
    def singular(self) -> str:
        """Return the name of one row in a list of rows."""
        return naming.singular_of(self.name)

    @property
    def stored(self) -> str:
        """Return the name of the column."""
        return self.column_name or self.column

    @property
    def deletion(self) -> OnDelete:
        """Return the action on this row when the referenced row is deleted."""
        return self.on_delete or ("set_null" if self.optional else "restrict")

    @property
    def is_file(self) -> bool:
        """Return whether its value is a stored file, which no JSON body of a request has."""
        return self.type in FILES

    @property
    def has_column(self) -> bool:
        """Return whether the table has a column for it."""
        return self.type not in LISTS

    @property
    def is_filtered(self) -> bool:
        """Return whether lists have a filter for it; a unique value or a reference has an index."""
        return self.filter or self.type == "ref" or (self.unique and self.type != "url")

    @property
    def is_sorted(self) -> bool:
        """Return whether lists can be sorted by it; a unique value has an index."""
        return self.sort or (self.unique and self.type in SORTED)

    @property
    def members(self) -> tuple[str, ...]:
        """Return the names of the values in the enumeration."""
        return tuple(naming.member_of(value) for value in self.values)


# The counter of a versioned resource; rows that exist start at 1.
VERSION = Field(name="version", type="int", default=1, read_only=True)
# The users that an audited resource names; rows that exist name none.
USERS = tuple(
    Field(name=name, column_name=name, type="ref", target="user", optional=True, read_only=True)
    for name in ("created_by", "updated_by")
)
# The time of the deletion of a row that stays in its table.
DELETED_AT = Field(name="deleted_at", type="datetime", optional=True, read_only=True)


@dataclass(frozen=True)
class Rule:
    """A rule across fields: a comparison of two, or how many of several have a value."""

    kind: RuleKind
    fields: tuple[str, ...]
    sign: str = ""

    @property
    def text(self) -> str:
        """Return the rule as it is written."""
        if self.kind == "comparison":
            return f" {self.sign} ".join(self.fields)
        return f"{self.kind.replace('_', ' ')} of {' or '.join(self.fields)}"


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One resource."""

    name: str
    plural: str
    access: Access
    api: Api = "v1"
    fields: tuple[Field, ...]
    unique: tuple[tuple[str, ...], ...] = ()  # fields that are unique together
    indexes: tuple[tuple[str, ...], ...] = ()
    rules: tuple[Rule, ...] = ()
    versioned: bool = False  # rows count their changes, and responses have entity tags
    audited: bool = False  # rows name their creator and the user of the last change
    csv: bool = False  # the list can be exported
    soft_delete: bool = False  # deleted rows stay in the table
    bundled: bool = False  # the table is the template's, and gets these fields

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

    def one_way(self, group: Iterable[str]) -> str:
        """Return the name of a field of a group that requests or responses lack; or nothing."""
        fields = (field for name in group if (field := self.field(name)))
        return next((f.name for f in fields if f.read_only or f.write_only or f.is_file), "")

    @property
    def automatic_fields(self) -> tuple[Field, ...]:
        """Return the fields that the application sets, beside those that every resource has."""
        found: list[Field] = [VERSION] if self.versioned else []
        found += USERS if self.audited else ()
        found += [DELETED_AT] if self.soft_delete else []
        return tuple(found)

    @property
    def has_owner(self) -> bool:
        """Tell whether each row belongs to a user."""
        return self.access in OWNED

    @property
    def has_files(self) -> bool:
        """Tell whether rows have stored files."""
        return any(field.is_file for field in self.fields)

    def is_unique_per_owner(self, field: Field) -> bool:
        """Tell whether rows of different owners may have the same value in a unique field."""
        usual: UniqueFor = "owner" if self.access == "owned" else "all"
        return field.unique and self.has_owner and (field.unique_for or usual) == "owner"

    def refers_to_own_rows(self, field: Field, target: Definition) -> bool:
        """Tell whether a row may refer only to rows of its own owner."""
        usual: Rows = "own" if target.access == "owned" else "any"
        return self.has_owner and target.has_owner and (field.rows or usual) == "own"

    @property
    def list_indexes(self) -> list[list[str]]:
        """Return the columns of the indexes that lists need."""
        match self.access:
            case "owned":
                return [["owner_id", "created_at"]]
            case "owner_writes":
                return [["created_at"], ["owner_id", "created_at"]]
            case _:
                return [["created_at"]]

    def columns(self, group: Iterable[str]) -> list[str]:
        """Return the columns of fields that are unique or indexed together.

        `owner` stands for the owner of the row; where users read only their own rows, it is
        always the first.
        """
        names = ["owner", *group] if self.access == "owned" else [*group]
        stored = {field.name: field.stored for field in self.fields}
        stored |= {"owner": "owner_id"} if self.has_owner else {}
        return [stored[name] for name in dict.fromkeys(names) if name in stored]

    @property
    def switches(self) -> dict[str, bool]:
        """Return which options are on."""
        return {switch: getattr(self, switch) for switch in SWITCHES}

    @property
    def language(self) -> int:
        """Return the version of the language that a generator has to understand."""
        is_newer = (
            self.access in {"owner_writes", "signed_in"}
            or self.unique
            or self.indexes
            or self.rules
            or any(self.switches.values())
            or self.bundled
            or not reserved.FORMER_VARIABLES.isdisjoint({self.name, self.plural})
            or any(map(_is_newer, self.fields))
        )
        return 2 if is_newer else 1


# Types that generators before release 0.7.0 do not know.
_NEWER: frozenset[Type] = frozenset({*LISTS, "bigint", "time", "duration", "bytes", *FILES})


def _is_newer(field: Field) -> bool:
    """Tell whether a field needs a generator of release 0.7.0 or later."""
    is_written = any(v != m.lower() for v, m in zip(field.values, field.members, strict=True))
    named = field.on_delete, field.column_name, field.description, field.unique_for, field.rows
    listed = field.filter, field.sort, field.search, field.read_only, field.write_only
    return field.type in _NEWER or is_written or any(named) or any(listed) or bool(field.labels)
