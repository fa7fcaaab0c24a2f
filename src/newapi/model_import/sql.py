"""Read SQL: the statements that make tables, as people write and databases dump them."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from newapi.model_import import sql_expressions, sql_statements
from newapi.model_import.source_model import (
    CheckRule,
    Column,
    Default,
    Note,
    Reference,
    SourceError,
    SourceModel,
    Table,
)
from newapi.model_import.sql_expressions import TypeName
from newapi.model_import.sql_statements import Statement
from newapi.terminal.text import shorten

_NAME = r"""(?:"[^"]+"|`[^`]+`|\[[^\]]+\]|[^\s.(;]+)"""
_PATH = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_CREATE_TABLE = re.compile(
    rf"create\s+(?P<words>[\w\s]*?)table\s+(?:if\s+not\s+exists\s+)?(?P<name>{_PATH})\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_PARTITION = re.compile(r"\s*partition\s+of\b|.*\)\s*inherits\s*\(", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"\bcomment\s*=?\s*'((?:[^'\\]|\\.|'')*)'", re.IGNORECASE)
_DOMAIN = re.compile(
    rf"create\s+(?:domain\s+(?P<name>{_PATH})\s+(?:as\s+)?|type\s+(?P<other>{_PATH})\s+from\s+)"
    r"(?P<type>.+)",
    re.IGNORECASE | re.DOTALL,
)
_DEFAULT = re.compile(
    rf"alter\s+table\s+(?P<table>{_PATH})\s+(?:with\s+(?:no)?check\s+)?add\s+(?:constraint\s+{_NAME}\s+)?"
    rf"default\s+(?P<default>.+?)\s+for\s+(?P<column>{_NAME})",
    re.IGNORECASE | re.DOTALL,
)
_ADDS = re.compile(
    r"alter\s+table\b.*?\badd\s+(?:constraint|foreign|primary|unique|check|column)\b",
    re.IGNORECASE | re.DOTALL,
)
# Clauses that say nothing about the data, and that the parser does not know at every place.
_VENDOR = re.compile(
    rf"""\bconstraint\s+{_NAME}\s+(?=(?:default|not|null|check|unique|primary|references)\b)
        | \b(?:srid\s+\d+|(?:in)?visible|rowguidcol|sparse|not\s+for\s+replication
            |(?:non)?clustered|using\s+(?:btree|hash)|key_block_size\s*=\s*\d+|sub_type\s+\w+
            |(?:on|textimage_on)\s+(?:primary\b|\[primary\]))(?![\w(])
        | (?<=\))\s*with\s*\([^()]*\)
        | (?P<quoted>'(?:[^'\\]|\\.|'')*'|"[^"]*"|`[^`]*`)""",
    re.IGNORECASE | re.VERBOSE,
)
_TYPED = re.compile(rf"(?P<name>{_NAME})\s+(?P<type>\w+)\b(?!\s*\()", re.IGNORECASE)
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.|'')*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|[(),]|\n""")
_ON_DELETE = {"CASCADE": "cascade", "SET NULL": "set_null"}


class _Part(NamedTuple):
    """What stands between two commas of a table."""

    text: str
    line: int


@dataclass
class _Table:
    name: str
    line: int
    description: str = ""
    columns: dict[str, Column] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    references: list[Reference] = field(default_factory=list)
    unique: list[tuple[str, ...]] = field(default_factory=list)
    indexes: list[tuple[str, ...]] = field(default_factory=list)
    rules: list[CheckRule] = field(default_factory=list)

    def column(self, name: str) -> Column | None:
        """Return a column, whatever case its name is written in."""
        known = {each.lower(): each for each in self.columns}
        return self.columns.get(known.get(name.lower(), ""))

    def put(self, column: Column) -> None:
        """Add a column, or take another one in its place."""
        self.columns[column.name] = column

    def finished(self) -> Table:
        """Return the table as it is when all statements are read."""
        return Table(
            name=self.name,
            columns=tuple(self.columns.values()),
            key=self._named(self.key),
            references=tuple(
                replace(each, columns=self._named(each.columns)) for each in self.references
            ),
            unique=tuple(dict.fromkeys(map(self._named, self.unique))),
            indexes=tuple(dict.fromkeys(map(self._named, self.indexes))),
            rules=tuple(replace(each, columns=self._named(each.columns)) for each in self.rules),
            description=self.description,
            line=self.line,
        )

    def _named(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names of columns as the columns themselves have them."""
        known = {name.lower(): name for name in self.columns}
        return tuple(known.get(name.lower(), name) for name in columns)


def read(text: str, name: str) -> SourceModel:
    """Read a file.

    Raises:
        SourceError: It makes no table, or has a line that cannot be parsed.
    """
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    dialect = sql_statements.dialect_of(text)
    script = sql_statements.split(text, dialect)
    reader = _Reader(name, dialect)
    for statement in script.statements:
        reader.read(statement)
    if not reader.tables:
        raise SourceError(name, None, "it has no CREATE TABLE", "Dump the schema, not only rows")
    notes = [
        Note(f"{count} {kind}{'s' if count > 1 else ''}", "only tables are read")
        for kind, count in script.others.items()
    ]
    tables = tuple(table.finished() for table in reader.tables.values())
    return SourceModel(tables, (*reader.notes, *notes))


def read_type(text: str, dialect: str) -> TypeName:
    """Return the type that a text of SQL names."""
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    try:
        return sql_expressions.type_of(exp.DataType.build(text, dialect=dialect, udt=True))
    except SqlglotError:
        return TypeName(text.lower())


def read_default(text: str, dialect: str) -> Default | None:
    """Return the default that a text of SQL is."""
    try:
        found = sqlglot.parse_one(f"SELECT {text}", dialect=dialect).expressions[0]
    except (SqlglotError, IndexError):
        return Default(text, is_literal=False)
    return sql_expressions.default_of(found, dialect)


class _Reader:
    def __init__(self, name: str, dialect: str) -> None:
        self._name, self._dialect = name, dialect
        self.tables: dict[str, _Table] = {}
        self.notes: list[Note] = []
        self._enums: dict[str, tuple[str, ...]] = {}
        self._domains: dict[str, Column] = {}

    def read(self, statement: Statement) -> None:
        """Read one statement."""
        if _CREATE_TABLE.match(statement.text):
            self._create_table(statement)
        elif domain := _DOMAIN.match(statement.text):
            self._create_domain(domain, statement.line)
        elif default := _DEFAULT.match(statement.text):
            self._set_default(default)
        else:
            self._read_other(statement)

    def _read_other(self, statement: Statement) -> None:
        try:
            found = self._parse(_plain(statement.text))
        except (SqlglotError, RecursionError):
            found = exp.Command()
        match found:
            case exp.Create(kind="INDEX"):
                self._create_index(found, statement.line)
            case exp.Create(kind="TYPE") if isinstance(found.expression, exp.DataType):
                values = tuple(each.name for each in found.expression.expressions)
                self._enums[found.this.name.lower()] = values
            case exp.Alter():
                self._alter(found, statement.line)
            case exp.Comment():
                self._comment(found)
            case _ if _ADDS.match(statement.text):
                words = " ".join(statement.text.split())
                self._note(shorten(words), "it is not understood", statement.line)

    def _parse(self, text: str) -> exp.Expr:
        return sqlglot.parse_one(text, dialect=self._dialect)

    def _note(self, subject: str, message: str, line: int | None, written: str = "") -> None:
        self.notes.append(Note(subject, message, written, line))

    # Tables

    def _create_table(self, statement: Statement) -> None:
        match = _CREATE_TABLE.match(statement.text)
        if match is None or match["name"].startswith(("#", "@")):
            return
        path = _path(match["name"])
        name = path[-1]
        if "temp" in match["words"].lower():
            return
        if _PARTITION.match(match["rest"]):
            message = "it is a part of another table"
            self._note(name, message, statement.line)
            return
        if not match["rest"].startswith("("):
            self._note(name, "it has no columns of its own", statement.line)
            return
        table = _Table(self._free_name(path), statement.line)
        self.tables[table.name.lower()] = table
        line = statement.line + statement.text.count("\n", 0, match.start("rest"))
        parts, tail = self._parts(match["rest"], line, name)
        if comment := _COMMENT.search(tail):
            table.description = comment[1].replace("''", "'")
        for part in parts:
            self._read_part(table, part)

    def _free_name(self, path: tuple[str, ...]) -> str:
        """Return the name of a table, with its schema where another one has a table of it."""
        name = path[-1]
        return "_".join(path[-2:]) if name.lower() in self.tables else name

    def _parts(self, text: str, line: int, name: str) -> tuple[list[_Part], str]:
        """Return what stands between the commas in brackets, and what stands behind them."""
        parts: list[_Part] = []
        depth, start, first = 0, 1, line
        for match in _QUOTED.finditer(text):
            depth += {"(": 1, ")": -1}.get(match[0], 0)
            if (match[0] == "," and depth == 1) or depth == 0:
                part = text[start : match.start()]
                blank = len(part) - len(part.lstrip())
                parts.append(_Part(part.strip(), first + part.count("\n", 0, blank)))
                first += part.count("\n")
                start = match.end()
            if depth == 0:
                return [part for part in parts if part.text], text[match.end() :]
        flaw = f"expected ')' at the end of the table {shorten(name)}"
        raise SourceError(self._name, line, flaw, "Complete the statement")

    def _read_part(self, table: _Table, part: _Part) -> None:
        for each in self._parse_part(part):
            if isinstance(each, exp.ColumnDef):
                self._add_column(table, each, part.line)
            elif isinstance(each, exp.Identifier):  # SQLite takes a column without a type
                column = Column(name=each.name, type="text", line=part.line)
                table.columns[each.name] = column
            else:
                self._add_constraint(table, each, part.line)

    def _parse_part(self, part: _Part) -> list[exp.Expr]:
        text = _plain(part.text)
        try:
            found = self._parse(f"CREATE TABLE t (\n{text}\n)")
        except (SqlglotError, RecursionError) as error:
            return self._parse_with_unknown_type(text, self._broken(error, part))
        schema = found.this
        if not isinstance(found, exp.Create) or not isinstance(schema, exp.Schema):
            raise self._broken(SqlglotError("a column or a constraint"), part)
        return list(schema.expressions)

    def _parse_with_unknown_type(self, text: str, error: SourceError) -> list[exp.Expr]:
        """Parse a column whose type the parser does not know, such as `point` of MySQL."""
        match = _TYPED.match(text)
        if match is None:
            raise error
        known = f"{match['name']} text{text[match.end() :]}"
        try:
            schema = self._parse(f"CREATE TABLE t (\n{known}\n)").this
        except (SqlglotError, RecursionError):
            raise error from None
        for column in schema.find_all(exp.ColumnDef):
            column.set("kind", exp.DataType(this=exp.DType.USERDEFINED, kind=match["type"]))
        return list(schema.expressions)

    def _broken(self, error: Exception, part: _Part) -> SourceError:
        details = getattr(error, "errors", None) or [{}]
        words = str(details[0].get("description") or "a column or a constraint was expected")
        near = shorten(" ".join(part.text.split()))
        line = part.line + max(int(details[0].get("line") or 2) - 2, 0)
        flaw = f"{words.rstrip('.')}, in '{near}'"
        flaw = flaw.replace("Expecting", "expected", 1)
        hint = f"Correct the line; it is read as SQL of {_DATABASES[self._dialect]}"
        return SourceError(self._name, min(line, part.line + part.text.count("\n")), flaw, hint)

    # Columns

    def _add_column(self, table: _Table, found: exp.ColumnDef, line: int) -> None:
        name = found.name
        kind = found.args.get("kind")
        column = Column(name=name, type="text", line=line)
        if kind is not None:
            column = self._typed(column, kind)
        table.put(column)
        for each in found.args.get("constraints") or []:
            self._add_to_column(table, table.columns[name], each.kind, line)

    def _typed(self, column: Column, kind: exp.Expr) -> Column:
        found = sql_expressions.type_of(kind)
        if domain := self._domains.get(found.name):
            return replace(domain, name=column.name, line=column.line)
        values = self._enums.get(found.name, ())
        if found.name in {"enum", "set"}:
            return replace(column, type=found.name, values=found.arguments)
        return replace(
            column,
            type=found.name,
            arguments=found.arguments,
            is_array=found.is_array,
            is_unsigned=found.is_unsigned,
            values=values,
            declared=kind.sql(dialect=self._dialect).lower(),
        )

    def _add_to_column(self, table: _Table, column: Column, kind: exp.Expr, line: int) -> None:
        match kind:
            case exp.PrimaryKeyColumnConstraint():
                table.key = (column.name,)
            case exp.CheckColumnConstraint():
                self._add_check(table, kind, line)
            case exp.Reference():
                self._add_reference(table, (column.name,), kind, line)
            case exp.ForeignKey():
                self._add_reference(table, (column.name,), kind.args["reference"], line)
            case _:
                table.put(_with_constraint(column, kind, self._dialect))

    def _add_check(self, table: _Table, check: exp.Expr, line: int) -> None:
        found = sql_expressions.checks_of(check.this)
        rule = shorten(check.this.sql(dialect=self._dialect))
        if found is None and (several := sql_expressions.rule_of(check.this)):
            columns, sign = several
            table.rules.append(CheckRule(columns, sign, rule, line))
            return
        if found is None:
            self._note(table.name, f"there is no rule like CHECK ({rule})", line)
            return
        for each in found:
            column = table.column(each.column)
            if column and each.values:
                table.put(replace(column, values=each.values))
            elif column:
                table.put(replace(column, limits={**column.limits, each.bound: each.number}))

    # Constraints

    def _add_constraint(self, table: _Table, found: exp.Expr, line: int) -> None:
        if isinstance(found, exp.Constraint):
            for each in found.expressions:
                self._add_key(table, each, _columns(each), line)
        else:
            self._add_key(table, found, _columns(found), line)

    def _add_key(self, table: _Table, found: exp.Expr, columns: tuple[str, ...], line: int) -> None:
        match found:
            case exp.PrimaryKey() | exp.PrimaryKeyColumnConstraint():
                table.key = columns
            case exp.UniqueColumnConstraint():
                table.unique.append(columns)
            case exp.ForeignKey():
                self._add_reference(table, columns, found.args["reference"], line)
            case exp.CheckColumnConstraint():
                self._add_check(table, found, line)
            case exp.IndexColumnConstraint():
                self._add_index(table, found.args.get("kind") or "", columns, line)

    def _add_index(self, table: _Table, kind: str, columns: tuple[str, ...], line: int) -> None:
        if kind in {"FULLTEXT", "SPATIAL"}:
            where = f"{table.name} ({', '.join(columns)})"
            self._note(where, f"there is no {kind.lower()} index", line)
        elif columns:
            table.indexes.append(columns)

    def _add_reference(
        self, table: _Table, columns: tuple[str, ...], found: exp.Expr, line: int
    ) -> None:
        target = found.this
        schema = target if isinstance(target, exp.Schema) else None
        options = " ".join(map(str, found.args.get("options") or [])).upper()
        deletion = re.search(r"ON DELETE (CASCADE|SET NULL)", options)
        reference = Reference(
            columns=columns,
            table=(schema.this if schema else target).name,
            target_columns=tuple(each.name for each in schema.expressions) if schema else (),
            on_delete=_ON_DELETE.get(deletion[1] if deletion else "", "restrict"),
            line=line,
        )
        table.references.append(reference)

    # Other statements

    def _create_domain(self, match: re.Match[str], line: int) -> None:
        """Read a type that is another one with a name of its own."""
        name = _path(match["name"] or match["other"])[-1]
        table = _Table(name, line)
        self._read_part(table, _Part(f"value {match['type']}", line))
        if column := table.columns.get("value"):
            self._domains[name.lower()] = column

    def _create_index(self, found: exp.Create, line: int) -> None:
        index = found.this
        target = index.args.get("table")
        table = self.tables.get(target.name.lower()) if target else None
        parameters = index.args.get("params")
        if table is None or parameters is None:
            return
        ordered = parameters.args.get("columns") or []
        columns = tuple(name for each in ordered if (name := _column(each)))
        where = f"{table.name} ({', '.join(each.sql() for each in ordered)})"
        if len(columns) < len(ordered):
            self._note(where, "an index is over columns only", line)
        elif parameters.args.get("where"):
            kind = "a unique constraint" if found.args.get("unique") else "an index"
            self._note(where, f"{kind} is over all rows", line)
        elif str((parameters.args.get("using") or exp.Var(this="btree")).name).lower() != "btree":
            self._note(where, f"there is no {parameters.args['using'].name} index", line)
        elif found.args.get("unique"):
            table.unique.append(columns)
        else:
            table.indexes.append(columns)

    def _alter(self, found: exp.Alter, line: int) -> None:
        table = self.tables.get(found.this.name.lower())
        if table is None:
            return
        for action in found.args.get("actions") or []:
            match action:
                case exp.AddConstraint():
                    for each in action.expressions:
                        self._add_constraint(table, each, line)
                case exp.ColumnDef():
                    self._add_column(table, action, line)
                case exp.AlterColumn() if isinstance(action.args.get("default"), exp.Expr):
                    self._put_default(table, action.name, action.args["default"])

    def _set_default(self, match: re.Match[str]) -> None:
        """Read a default that SQL Server adds as a constraint."""
        table = self.tables.get(_path(match["table"])[-1].lower())
        if table is None:
            return
        try:
            expression = self._parse(f"SELECT {match['default']}").expressions[0]
        except SqlglotError:
            return
        self._put_default(table, _path(match["column"])[-1], expression)

    def _put_default(self, table: _Table, name: str, expression: exp.Expr) -> None:
        if column := table.column(name):
            table.put(
                replace(column, default=sql_expressions.default_of(expression, self._dialect))
            )

    def _comment(self, found: exp.Comment) -> None:
        text = found.expression.name if found.expression else ""
        path = [part.name for part in found.this.parts]
        if found.args.get("kind") == "TABLE" and (table := self.tables.get(path[-1].lower())):
            table.description = text
            return
        table = self.tables.get(path[-2].lower()) if len(path) > 1 else None
        if table and (column := table.column(path[-1])):
            table.put(replace(column, description=text))


_DATABASES: Mapping[str, str] = {
    "postgres": "PostgreSQL",
    "mysql": "MySQL",
    "sqlite": "SQLite",
    "tsql": "SQL Server",
}


def _with_constraint(column: Column, kind: exp.Expr, dialect: str) -> Column:
    """Return a column with what one of its constraints says."""
    match kind:
        case exp.NotNullColumnConstraint():
            changed = replace(column, is_required=not kind.args.get("allow_null"))
        case exp.UniqueColumnConstraint():
            changed = replace(column, is_unique=True)
        case exp.DefaultColumnConstraint():
            changed = replace(column, default=sql_expressions.default_of(kind.this, dialect))
        case exp.CommentColumnConstraint():
            changed = replace(column, description=kind.name)
        case exp.ComputedColumnConstraint():
            changed = replace(column, is_computed=True)
        case exp.GeneratedAsIdentityColumnConstraint() if kind.this is None:
            changed = replace(column, is_computed=True)
        case _:
            changed = column
    return changed


def _plain(text: str) -> str:
    """Return a text without the clauses of single databases."""
    return _VENDOR.sub(lambda match: match["quoted"] or " ", text)


def _path(text: str) -> tuple[str, ...]:
    """Return the parts of a name, without quotation marks."""
    return tuple(part.strip('"`[]') for part in re.findall(_NAME, text))


def _columns(found: exp.Expr) -> tuple[str, ...]:
    """Return the columns that a key or an index is over."""
    schema = found.this if isinstance(found.this, exp.Schema) else found
    listed = found.this if isinstance(found.this, list) else schema.expressions
    return tuple(name for each in listed if (name := _column(each)))


def _column(found: exp.Expr) -> str:
    """Return the name of a column, also where only the beginning of it is indexed."""
    if isinstance(found, exp.Ordered):
        found = found.this
    if isinstance(found, exp.ColumnPrefix):
        return str(found.this.name)
    return found.name if isinstance(found, exp.Column | exp.Identifier) else ""
