"""A table of SQL while the statements of a script make and change it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, TypeAlias

from newapi.model_import.source_model import CheckRule, Column, Reference, Table

_Kind: TypeAlias = Literal["key", "reference", "unique", "index", "check"]
# The ends of names that PostgreSQL gives to constraints which have none.
_ENDINGS: dict[_Kind, str] = {
    "key": "pkey",
    "reference": "fkey",
    "unique": "key",
    "index": "idx",
    "check": "check",
}


class _Named(NamedTuple):
    """The kind and the columns of a named constraint or index."""

    kind: _Kind
    columns: tuple[str, ...]


@dataclass
class TableDraft:
    """A table that statements add to."""

    name: str
    line: int
    description: str = ""
    columns: dict[str, Column] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    references: list[Reference] = field(default_factory=list)
    unique: list[tuple[str, ...]] = field(default_factory=list)
    indexes: list[tuple[str, ...]] = field(default_factory=list)
    rules: list[CheckRule] = field(default_factory=list)
    _names: dict[str, _Named] = field(default_factory=dict)

    def column(self, name: str) -> Column | None:
        """Return a column, whatever case its name is written in."""
        known = {each.lower(): each for each in self.columns}
        return self.columns.get(known.get(name.lower(), ""))

    def put(self, column: Column) -> None:
        """Add a column, or take another one in its place."""
        self.columns[column.name] = column

    def add_key(self, columns: tuple[str, ...], name: str = "") -> None:
        """Make columns the primary key."""
        self.key = columns
        self._remember(name, "key", columns)

    def add_reference(self, reference: Reference, name: str = "") -> None:
        """Add a foreign key; of two from the same columns to one table, the last counts."""
        self.references = [
            each for each in self.references
            if (each.columns, each.table) != (reference.columns, reference.table)
        ]  # fmt: skip
        self.references.append(reference)
        self._remember(name, "reference", reference.columns)

    def add_unique(self, columns: tuple[str, ...], name: str = "") -> None:
        """Make columns unique together."""
        self.unique.append(columns)
        self._remember(name, "unique", columns)

    def add_index(self, columns: tuple[str, ...], name: str = "") -> None:
        """Add an index."""
        self.indexes.append(columns)
        self._remember(name, "index", columns)

    def add_rule(self, rule: CheckRule, name: str = "") -> None:
        """Add a check over several columns."""
        self.rules.append(rule)
        self._remember(name, "check", rule.columns)

    def make_unique(self, column: Column) -> None:
        """Make one column unique."""
        self.put(replace(column, is_unique=True))
        self._remember("", "unique", (column.name,))

    def _remember(self, name: str, kind: _Kind, columns: tuple[str, ...]) -> None:
        columns = self._written(columns)
        parts = [self.name, *([] if kind == "key" else columns), _ENDINGS[kind]]
        self._names[name.lower() or "_".join(parts).lower()] = _Named(kind, columns)

    def has_named(self, name: str) -> bool:
        """Tell whether a constraint or an index of the table is called so."""
        return name.lower() in self._names

    def rename_constraint(self, name: str, new_name: str) -> None:
        """Give a constraint or an index another name."""
        if found := self._names.pop(name.lower(), None):
            self._names[new_name.lower()] = found

    def drop_constraint(self, name: str) -> None:
        """Drop a constraint or an index by its name."""
        match self._names.pop(name.lower(), None):
            case _Named("key"):
                self.key = ()
            case _Named("reference", columns):
                self.references = [
                    each for each in self.references if self._written(each.columns) != columns
                ]
            case _Named("unique", columns):
                self._drop_unique(columns)
            case _Named("index", columns):
                self.indexes = [each for each in self.indexes if self._written(each) != columns]
            case _Named("check", columns):
                self.rules = [each for each in self.rules if self._written(each.columns) != columns]

    def _drop_unique(self, columns: tuple[str, ...]) -> None:
        self.unique = [each for each in self.unique if self._written(each) != columns]
        if len(columns) == 1 and (column := self.columns.get(columns[0])):
            self.put(replace(column, is_unique=False))

    def drop_column(self, name: str) -> None:
        """Drop a column with everything that is about it."""
        found = self.column(name)
        if found is None:
            return
        del self.columns[found.name]
        self.key = self._without(self.key, name)
        self.references = [each for each in self.references if not _has(each.columns, name)]
        self.unique = [each for each in self.unique if not _has(each, name)]
        self.indexes = [each for each in self.indexes if not _has(each, name)]
        self.rules = [each for each in self.rules if not _has(each.columns, name)]

    def _without(self, columns: tuple[str, ...], name: str) -> tuple[str, ...]:
        return () if _has(columns, name) else columns

    def rename_column(self, name: str, new_name: str) -> None:
        """Give a column another name, in everything that is about it."""
        found = self.column(name)
        if found is None:
            return

        def renamed(columns: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(new_name if each.lower() == name.lower() else each for each in columns)

        self.columns = {
            (new_name if each == found else each.name): (
                replace(each, name=new_name) if each == found else each
            )
            for each in self.columns.values()
        }
        self.key = renamed(self.key)
        self.references = [replace(r, columns=renamed(r.columns)) for r in self.references]
        self.unique = [*map(renamed, self.unique)]
        self.indexes = [*map(renamed, self.indexes)]
        self.rules = [replace(rule, columns=renamed(rule.columns)) for rule in self.rules]
        self._names = {
            each: _Named(named.kind, renamed(named.columns)) for each, named in self._names.items()
        }

    def finished(self) -> Table:
        """Return the table as it is when all statements are read."""
        return Table(
            name=self.name,
            columns=tuple(self.columns.values()),
            key=self._written(self.key),
            references=tuple(
                dict.fromkeys(
                    replace(each, columns=self._written(each.columns)) for each in self.references
                )
            ),
            unique=tuple(dict.fromkeys(map(self._written, self.unique))),
            indexes=tuple(dict.fromkeys(map(self._written, self.indexes))),
            rules=tuple(replace(each, columns=self._written(each.columns)) for each in self.rules),
            description=self.description,
            line=self.line,
        )

    def _written(self, columns: Iterable[str]) -> tuple[str, ...]:
        """Return the names of columns as the columns themselves have them."""
        known = {name.lower(): name for name in self.columns}
        return tuple(known.get(name.lower(), name) for name in columns)


def _has(columns: tuple[str, ...], name: str) -> bool:
    return name.lower() in {each.lower() for each in columns}
