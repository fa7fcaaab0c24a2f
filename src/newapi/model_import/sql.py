"""Read SQL: the statements that make tables, as people write and databases dump them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from newapi.model_import import sql_checks, sql_expressions, sql_statements
from newapi.model_import.source_model import (
    Column,
    Default,
    Note,
    Reference,
    SourceError,
    SourceModel,
)
from newapi.model_import.sql_expressions import TypeName
from newapi.model_import.sql_statements import Statement
from newapi.model_import.sql_tables import TableDraft
from newapi.terminal.text import shorten

_NAME = r"""(?:"[^"]+"|`[^`]+`|\[[^\]]+\]|[^\s.(;]+)"""
_PATH = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_CREATE_TABLE = re.compile(
    rf"create\s+(?P<words>[\w\s]*?)table\s+(?P<again>if\s+not\s+exists\s+)?(?P<name>{_PATH})\s*(?P<rest>.*)",
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
_ALTER = re.compile(
    rf"alter\s+(?:ignore\s+)?table\s+(?:if\s+exists\s+)?(?:only\s+)?(?P<name>{_PATH})\s+"
    rf"(?:with\s+(?:no)?check\s+)?(?P<actions>.+)",
    re.IGNORECASE | re.DOTALL,
)
_ADD = re.compile(r"add\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?", re.IGNORECASE)
_ATTACH = re.compile(rf"attach\s+partition\s+(?P<name>{_PATH})", re.IGNORECASE)
_ADD_SEVERAL = re.compile(r"add\s+(?:column\s+)?(?=\()", re.IGNORECASE)
# Actions that change columns and constraints; others set owners, triggers, sequences and so on.
_CHANGES = re.compile(
    rf"(?:add|drop|modify|change)\b|alter\s+(?:column\s+)?{_NAME}\s+(?:type|set\s+data|set\s+not|drop)\b"
    r"|rename\s+to\b",
    re.IGNORECASE,
)
# The first words of actions, also of those that change nothing here. What follows a comma without
# one goes on with the action before: SQL Server writes ADD and DROP once for several things.
_ACTION = re.compile(
    r"(?:add|drop|modify|change|alter|rename|set|owner|attach|detach|enable|disable|validate|with"
    r"|nocheck|check\s+constraint|switch|rebuild|order|convert|default|inherit|no|cluster|replica"
    r"|force|algorithm|lock|engine|auto_increment|comment|row_format|character|charset|collate"
    r"|partition|remove|import|discard|move)\b",
    re.IGNORECASE,
)
_VERB = re.compile(r"(add|drop(?:\s+(?:column|constraint))?)\b", re.IGNORECASE)
_CONSTRAINT = re.compile(
    r"(?:constraint|primary\s+key|foreign\s+key|unique|check|index|key)\b", re.IGNORECASE
)
_RENAME_CONSTRAINT = re.compile(
    rf"rename\s+(?:constraint|index|key)\s+(?P<name>{_NAME})\s+to\s+(?P<new_name>{_NAME})",
    re.IGNORECASE,
)
# The parser takes this for the name of a table, where it has no word "column".
_RENAME_COLUMN = re.compile(
    rf"rename\s+(?:column\s+)?(?!to\b)(?P<name>{_NAME})\s+to\s+(?P<new_name>{_NAME})",
    re.IGNORECASE,
)
_RENAME_TABLE = re.compile(r"rename\s+table\s+(?P<names>.+)", re.IGNORECASE | re.DOTALL)
_ADD_VALUE = re.compile(
    rf"alter\s+type\s+(?P<name>{_PATH})\s+add\s+value\s+(?:if\s+not\s+exists\s+)?'(?P<value>[^']*)'",
    re.IGNORECASE,
)
_RENAME_TYPE = re.compile(
    rf"alter\s+type\s+(?P<name>{_PATH})\s+rename\s+to\s+(?P<new_name>{_NAME})", re.IGNORECASE
)
# Clauses that say nothing about the data, and that the parser does not know at every place. Where a
# name stands, such a word is the name of a column or of a constraint.
_VENDOR = re.compile(
    rf"""(?P<quoted>'(?:[^'\\]|\\.|'')*'|"[^"]*"|`[^`]*`)
        | (?!\A)(?<!\badd\s)\bconstraint\s+{_NAME}\s+
            (?=(?:default|not|null|check|unique|primary|references)\b)
        | (?!\A)(?<![(,.])(?<![(,.]\s)(?<!\badd\s)(?<!\bcolumn\s)
            \b(?:srid\s+\d+|(?:in)?visible|rowguidcol|sparse|not\s+for\s+replication
            |(?:non)?clustered|using\s+(?:btree|hash)|key_block_size\s*=\s*\d+|sub_type\s+\w+
            |(?:column_format|storage|compression)\s+\w+|(?:enable|disable)(?:\s+(?:no)?validate)?
            |(?:no)?rely|(?:not\s+)?deferrable(?:\s+initially\s+\w+)?|initially\s+\w+
            |masked\s+with\s*\(\s*function\s*=\s*'[^']*'\s*\)|auto_random(?:\s*\(\d+\))?|(?<=\bdefault\s)on\s+null
            |(?:on|textimage_on)\s+(?:primary\b|\[primary\]))(?![\w(])
        | (?<=\))\s*(?:with\s*\([^()]*\)|virtual\b)
        | (?<=[\w)\]"`])\s+(?:asc|desc)(?=\s*[,)])
        | (?<=\))\s*on\s+(?!delete\b|update\b|conflict\b){_NAME}""",
    re.IGNORECASE | re.VERBOSE,
)
# Syntax that the parser does not know: intervals with units, and indexes of MySQL on expressions.
_INTERVAL = re.compile(r"\binterval\s+\w+\s*(?:\(\d+\)\s*)?to\s+\w+(?:\s*\(\d+\))?", re.IGNORECASE)
_TEXT_BLOB = re.compile(r"\bblob\s+sub_type\s+(?:text|1)\b", re.IGNORECASE)
_COMPUTED_INDEX = re.compile(r"(?:unique\s+)?(?:index|key)\b[^(]*\(\s*\(", re.IGNORECASE)
# Parts of a table that have no rows of their own: without them, the others are still right.
_OTHER_PART = re.compile(
    rf"(?:constraint\s+{_NAME}\s+)?(?:check\s*\(|exclude\s*(?:using\b|\()|period\s+for\b"
    r"|(?:fulltext|spatial)\s+(?:index|key)\b"
    rf"|index\s+{_NAME}\s*(?:\(|unique\b|(?:non)?clustered\b|columnstore\b|hash\b))",
    re.IGNORECASE,
)
_INLINE_INDEX = re.compile(
    rf"index\s+(?P<name>{_NAME})\s*(?P<unique>unique\b)?\s*(?:(?:non)?clustered\b)?\s*(?P<columns>\([^()]*\))",
    re.IGNORECASE,
)
_COMPUTED = re.compile(
    rf"(?P<column>{_NAME}\s+.*?)\s*(?:\bgenerated\s+always\s+)?\bas\s*\(", re.IGNORECASE | re.DOTALL
)
_IS_PART = "it is a part of another table"
_TYPED = re.compile(
    rf"(?P<name>{_NAME})\s+(?P<type>(?:{_NAME}\s*\.\s*)*(?:\w+\b|\"[^\"]+\"))(?!\s*\()(?P<array>(?:\s*\[\d*\])*)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.|'')*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|[(),]|\n""")
_ON_DELETE = {"CASCADE": "cascade", "SET NULL": "set_null"}


class _Part(NamedTuple):
    """What stands between two commas of a table."""

    text: str
    line: int


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
        self.tables: dict[str, TableDraft] = {}
        self.notes: list[Note] = []
        self._enums: dict[str, tuple[str, ...]] = {}
        self._domains: dict[str, Column] = {}

    def read(self, statement: Statement) -> None:
        """Read one statement."""
        text = statement.text
        if _CREATE_TABLE.match(text):
            self._create_table(statement)
        elif domain := _DOMAIN.match(text):
            self._create_domain(domain, statement.line)
        elif default := _DEFAULT.match(text):
            self._set_default(default)
        elif alter := _ALTER.match(text):
            self._alter(alter, statement.line)
        elif names := _RENAME_TABLE.match(text):
            for pair in names["names"].split(","):
                old, _, new = re.split(r"\s+(to)\s+", pair.strip(), flags=re.IGNORECASE)
                self._rename_table(_path(old)[-1], _path(new)[-1])
        elif re.match(r"alter\s+type\b", text, re.IGNORECASE):
            self._alter_type(text)
        else:
            self._read_other(statement)

    def _read_other(self, statement: Statement) -> None:
        try:
            found = self._parse(_plain(statement.text))
        except (SqlglotError, RecursionError):
            return
        match found:
            case exp.Create(kind="INDEX"):
                self._create_index(found, statement.line)
            case exp.Create(kind="TYPE") if isinstance(found.expression, exp.DataType):
                values = tuple(each.name for each in found.expression.expressions)
                self._enums[found.this.name.lower()] = values
            case exp.Drop():
                self._drop(found)
            case exp.Comment():
                self._comment(found)

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
        if "temp" in match["words"].lower() or (match["again"] and name.lower() in self.tables):
            return
        if _PARTITION.match(match["rest"]):
            self._note(name, _IS_PART, statement.line)
            return
        if not match["rest"].startswith("("):
            self._note(name, "it has no columns of its own", statement.line)
            return
        table = TableDraft(self._free_name(path), statement.line)
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

    def _read_part(self, table: TableDraft, part: _Part) -> None:
        if _COMPUTED_INDEX.match(part.text):
            where = f"{table.name}: {shorten(' '.join(part.text.split()))}"
            self._note(where, "an index is over columns only", part.line)
            return
        if self._dialect == "tsql" and (index := _INLINE_INDEX.match(part.text)):
            made = f"CREATE {index['unique'] or ''} INDEX {index['name']}"
            text = f"{made} ON [{table.name}] {index['columns']}"
            self._read_other(Statement(text, part.line))
            return
        try:
            found = self._parse_part(part)
        except SourceError:
            if not _OTHER_PART.match(part.text):
                raise
            words = f"{table.name}: {' '.join(part.text.split())}"
            self._note(shorten(words), "it is not understood", part.line)
            found = []
        for each in found:
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
            if computed := _COMPUTED.match(text):
                return self._parse_computed(part._replace(text=computed["column"]))
            return self._parse_with_unknown_type(text, self._broken(error, part))
        schema = found.this
        if not isinstance(found, exp.Create) or not isinstance(schema, exp.Schema):
            raise self._broken(SqlglotError("a column or a constraint"), part)
        return list(schema.expressions)

    def _parse_computed(self, part: _Part) -> list[exp.Expr]:
        """Parse a column without the expression that computes it, which may be of any kind."""
        found = self._parse_part(part)
        for column in found:
            if isinstance(column, exp.ColumnDef):
                computed = exp.ComputedColumnConstraint(this=exp.Null())
                column.append("constraints", exp.ColumnConstraint(kind=computed))
        return found

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
            kind = exp.DataType(this=exp.DType.USERDEFINED, kind=_path(match["type"])[-1])
            array = exp.DataType(this=exp.DType.ARRAY, expressions=[kind], nested=True)
            column.set("kind", array if match["array"] else kind)
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

    def _add_column(self, table: TableDraft, found: exp.ColumnDef, line: int) -> None:
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

    def _add_to_column(self, table: TableDraft, column: Column, kind: exp.Expr, line: int) -> None:
        match kind:
            case exp.PrimaryKeyColumnConstraint():
                table.add_key((column.name,))
            case exp.UniqueColumnConstraint():
                table.make_unique(column)
            case exp.CheckColumnConstraint():
                self._add_check(table, kind, line)
            case exp.Reference():
                table.add_reference(_reference((column.name,), kind, line))
            case exp.ForeignKey():
                table.add_reference(_reference((column.name,), kind.args["reference"], line))
            case _:
                table.put(_with_constraint(column, kind, self._dialect))

    def _add_check(self, table: TableDraft, check: exp.Expr, line: int, name: str = "") -> None:
        found = sql_checks.of_expression(check.this, table.columns.values(), self._dialect, line)
        table.columns = found.columns
        for rule in found.rules:
            table.add_rule(rule, name)
        for other in found.others:
            self._note(table.name, f"there is no rule like CHECK ({other})", line)

    # Constraints

    def _add_constraint(self, table: TableDraft, found: exp.Expr, line: int) -> None:
        if isinstance(found, exp.Constraint):
            for each in found.expressions:
                self._add_key(table, each, line, found.name)
        else:
            self._add_key(table, found, line, "")

    def _add_key(self, table: TableDraft, found: exp.Expr, line: int, name: str) -> None:
        columns = _columns(found)
        match found:
            case exp.PrimaryKey() | exp.PrimaryKeyColumnConstraint():
                table.add_key(columns, name)
            case exp.UniqueColumnConstraint():
                table.add_unique(columns, name or _name_of_index(found))
            case exp.ForeignKey():
                table.add_reference(_reference(columns, found.args["reference"], line), name)
            case exp.CheckColumnConstraint():
                self._add_check(table, found, line, name)
            case exp.IndexColumnConstraint():
                self._add_index(table, found, columns, line)

    def _add_index(
        self, table: TableDraft, found: exp.Expr, columns: tuple[str, ...], line: int
    ) -> None:
        kind = found.args.get("kind") or ""
        if kind in {"FULLTEXT", "SPATIAL"}:
            where = f"{table.name} ({', '.join(columns)})"
            self._note(where, f"there is no {kind.lower()} index", line)
        elif columns:
            table.add_index(columns, _name_of_index(found))

    # Other statements

    def _create_domain(self, match: re.Match[str], line: int) -> None:
        """Read a type that is another one with a name of its own."""
        name = _path(match["name"] or match["other"])[-1]
        table = TableDraft(name, line)
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
        where = f"{table.name} ({', '.join(each.sql(dialect=self._dialect) for each in ordered)})"
        if len(columns) < len(ordered):
            self._note(where, "an index is over columns only", line)
        elif parameters.args.get("where"):
            kind = "a unique constraint" if found.args.get("unique") else "an index"
            self._note(where, f"{kind} is over all rows", line)
        elif str((parameters.args.get("using") or exp.Var(this="btree")).name).lower() != "btree":
            self._note(where, f"there is no {parameters.args['using'].name} index", line)
        elif found.args.get("unique"):
            table.add_unique(columns, index.name)
        else:
            table.add_index(columns, index.name)

    def _alter(self, match: re.Match[str], line: int) -> None:
        """Read each action separately: the parser stops at one that it does not know."""
        name = _path(match["name"])[-1]
        actions, first = match["actions"], line + match[0].count("\n", 0, match.start("actions"))
        parts, _ = self._parts(f"({actions})", first, name)
        for part in _with_verbs(parts, self._dialect):
            table = self.tables.get(name.lower())
            if table is None:
                return
            if attached := _ATTACH.match(part.text):
                self._drop_part(_path(attached["name"])[-1])
            elif several := _ADD_SEVERAL.match(part.text):
                added, _ = self._parts(part.text[several.end() :], part.line, name)
                for each in added:
                    self._read_part(table, each)
            elif renamed := _RENAME_CONSTRAINT.match(part.text):
                table.rename_constraint(_bare(renamed["name"]), _bare(renamed["new_name"]))
            elif renamed := _RENAME_COLUMN.match(part.text):
                self._rename_column(table, _bare(renamed["name"]), _bare(renamed["new_name"]))
            else:
                self._read_action(table, match["name"], part)

    def _drop_part(self, name: str) -> None:
        """Drop a partition, which dumps of PostgreSQL declare as a table."""
        if table := self.tables.pop(name.lower(), None):
            self._note(table.name, _IS_PART, table.line)

    def _read_action(self, table: TableDraft, name: str, part: _Part) -> None:
        try:
            found = self._parse(f"ALTER TABLE {name} {_plain(part.text)}")
        except (SqlglotError, RecursionError):
            found = exp.Command()
        actions = found.args.get("actions") or []
        if not actions and not self._read_added(table, part) and _CHANGES.match(part.text):
            words = f"{table.name}: {' '.join(part.text.split())}"
            self._note(shorten(words), "it is not understood", part.line)
        for action in actions:
            self._change(table, action, part.line)

    def _read_added(self, table: TableDraft, part: _Part) -> bool:
        """Read an ADD action as a part of CREATE TABLE; return false if it is not one."""
        added = _ADD.match(part.text)
        if added is None:
            return False
        try:
            self._read_part(table, part._replace(text=part.text[added.end() :]))
        except SourceError:
            return False
        return True

    def _change(self, table: TableDraft, action: exp.Expr, line: int) -> None:
        """Read one action of ALTER TABLE."""
        match action:
            case exp.AddConstraint():
                for each in action.expressions:
                    self._add_constraint(table, each, line)
            case exp.ColumnDef():
                self._add_column(table, action, line)
            case exp.ModifyColumn():
                self._modify_column(table, action, line)
            case exp.AlterColumn():
                self._alter_column(table, action)
            case exp.DropPrimaryKey() | exp.Drop():
                _drop_from(table, action)
            case exp.AlterRename():
                self._rename_table(table.name, action.this.name)

    def _modify_column(self, table: TableDraft, action: exp.ModifyColumn, line: int) -> None:
        """Read what MySQL declares anew; a unique column stays unique."""
        if old := action.args.get("rename_from"):
            self._rename_column(table, old.name, action.this.name)
        before = table.column(action.this.name)
        self._add_column(table, action.this, line)
        after = table.column(action.this.name)
        if before and after and before.is_unique:
            table.put(replace(after, is_unique=True))

    def _alter_column(self, table: TableDraft, action: exp.AlterColumn) -> None:
        column = table.column(action.this.name)
        if column is None:
            return
        if kind := action.args.get("dtype"):
            bare = Column(name=column.name, type="text", line=column.line)
            typed = self._typed(bare, kind)
            column = replace(
                column,
                type=typed.type,
                arguments=typed.arguments,
                values=typed.values,
                declared=typed.declared,
                is_array=typed.is_array,
                is_unsigned=typed.is_unsigned,
                limits=typed.limits,
            )
        if (may_be_null := action.args.get("allow_null")) is not None:
            column = replace(column, is_required=not may_be_null)
        elif action.args.get("drop"):
            column = replace(column, default=None)
        if isinstance(default := action.args.get("default"), exp.Expr):
            column = replace(column, default=sql_expressions.default_of(default, self._dialect))
        table.put(column)

    def _rename_table(self, name: str, new_name: str) -> None:
        table = self.tables.pop(name.lower(), None)
        if table is None:
            return
        table.name = new_name
        self.tables[new_name.lower()] = table
        for each in self.tables.values():
            each.references = [
                replace(r, table=new_name) if r.table.lower() == name.lower() else r
                for r in each.references
            ]

    def _rename_column(self, table: TableDraft, name: str, new_name: str) -> None:
        """Give a column another name, also in the foreign keys that lead to it."""
        table.rename_column(name, new_name)
        for each in self.tables.values():
            each.references = [
                replace(
                    r, target_columns=tuple(new_name if c == name else c for c in r.target_columns)
                )
                if r.table.lower() == table.name.lower()
                else r
                for r in each.references
            ]

    def _drop(self, found: exp.Drop) -> None:
        names = [each.name.lower() for each in found.args.get("tables") or []]
        if found.args.get("kind") == "INDEX":
            for table in self.tables.values():
                for name in filter(table.has_named, names):
                    table.drop_constraint(name)
        elif found.args.get("kind") == "TABLE":
            for name in names:
                self.tables.pop(name, None)
            # Others keep their foreign keys: dumps drop each table right before they make it.
            dropped = names if found.args.get("cascade") and self._dialect == "postgres" else []
            for table in self.tables.values():
                table.references = [r for r in table.references if r.table.lower() not in dropped]

    def _alter_type(self, text: str) -> None:
        """Read a value that is added to an enumeration, or another name of it."""
        if added := _ADD_VALUE.match(text):
            name = new_name = _path(added["name"])[-1].lower()
            values = self._enums.get(name, ())
            if added["value"] not in values:
                values = (*values, added["value"])
        elif renamed := _RENAME_TYPE.match(text):
            name = _path(renamed["name"])[-1].lower()
            new_name = _path(renamed["new_name"])[-1].lower()
            values = self._enums.get(name, ())
        else:
            return
        self._enums.pop(name, None)
        self._enums[new_name] = values
        for table in self.tables.values():
            for column in [*table.columns.values()]:
                if column.type == name and column.values:
                    table.put(replace(column, type=new_name, values=values))

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

    def _put_default(self, table: TableDraft, name: str, expression: exp.Expr) -> None:
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
    """Return a column with one of its constraints applied."""
    match kind:
        case exp.NotNullColumnConstraint():
            changed = replace(column, is_required=not kind.args.get("allow_null"))
        case exp.DefaultColumnConstraint():
            changed = replace(column, default=sql_expressions.default_of(kind.this, dialect))
        case exp.CommentColumnConstraint():
            changed = replace(column, description=kind.name)
        case exp.ComputedColumnConstraint():
            changed = replace(column, is_computed=True)
        case exp.GeneratedAsIdentityColumnConstraint() if kind.this is None:
            changed = replace(column, is_computed=True)
        case exp.GeneratedAsIdentityColumnConstraint() | exp.AutoIncrementColumnConstraint():
            changed = replace(column, is_counted=True)
        case _:
            changed = column
    return changed


def _with_verbs(parts: list[_Part], dialect: str) -> Iterator[_Part]:
    """Yield the actions of ALTER TABLE, each with the verb that it may share with one before."""
    verb = ""
    for number, part in enumerate(parts):
        if number == 0 or _ACTION.match(part.text):
            found = _VERB.match(part.text)
            verb = found[1] if found else ""
            yield part
        elif verb and (dialect == "tsql" or _CONSTRAINT.match(part.text)):
            yield part._replace(text=f"{verb} {part.text}")
        else:
            yield part


def _drop_from(table: TableDraft, action: exp.Expr) -> None:
    """Apply a DROP action of ALTER TABLE."""
    if isinstance(action, exp.DropPrimaryKey):
        table.key = ()
    for each in action.args.get("tables") or []:
        if action.args.get("kind") == "COLUMN":
            table.drop_column(each.name)
        else:
            table.drop_constraint(each.name)


def _reference(columns: tuple[str, ...], found: exp.Expr, line: int) -> Reference:
    """Return the foreign key that REFERENCES declares."""
    target = found.this
    schema = target if isinstance(target, exp.Schema) else None
    options = " ".join(map(str, found.args.get("options") or [])).upper()
    deletion = re.search(r"ON DELETE (CASCADE|SET NULL)", options)
    return Reference(
        columns=columns,
        table=(schema.this if schema else target).name,
        target_columns=tuple(each.name for each in schema.expressions) if schema else (),
        on_delete=_ON_DELETE.get(deletion[1] if deletion else "", "restrict"),
        line=line,
    )


def _name_of_index(found: exp.Expr) -> str:
    """Return the name of a key that MySQL declares in a table; without one, its first column."""
    name = found.this.this if isinstance(found.this, exp.Schema) else found.this
    columns = _columns(found)
    return str(name.name) if isinstance(name, exp.Identifier) else next(iter(columns), "")


def _plain(text: str) -> str:
    """Return a text without the clauses of single databases."""
    text = _INTERVAL.sub("interval", text)
    text = _TEXT_BLOB.sub("text", text)
    return _VENDOR.sub(lambda match: match["quoted"] or " ", text)


def _bare(name: str) -> str:
    return name.strip('"`[]')


def _path(text: str) -> tuple[str, ...]:
    """Return the parts of a name, without quotation marks."""
    return tuple(map(_bare, re.findall(_NAME, text)))


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
