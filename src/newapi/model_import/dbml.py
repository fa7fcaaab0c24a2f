"""Read DBML, the language of dbdiagram.io: tables, enums and references.

https://dbml.dbdiagram.io/docs describes it. Groups of tables, notes on the diagram, colours and
records have no meaning for a project.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from newapi.model_import import sql_checks
from newapi.model_import.source_model import (
    CheckRule,
    Column,
    Default,
    Enumeration,
    Note,
    Reference,
    SourceError,
    SourceModel,
    Table,
)
from newapi.model_import.tokens import Cursor, Token

_TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|\s+) | (?P<text>'''(?:[^\\]|\\.)*?'''(?!')|'(?:[^'\\\n]|\\.)*')
        | (?P<code>`[^`]*`) | (?P<number>-?\d+(?:\.\d+)?(?![\w])) | (?P<colour>\#\w+)
        | (?P<word>"[^"\n]*"|\w+) | (?P<sign><>|.)""",
    re.VERBOSE | re.DOTALL,
)
_PASSED = ("project", "tablegroup", "note", "records", "diagramview")
_SCHEMA = "public"  # of a table that names none
_ON_DELETE = {"cascade": "cascade", "set null": "set_null"}


class _End(NamedTuple):
    """One end of a reference."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class _Relation:
    first: _End
    sign: str
    second: _End
    settings: dict[str, Token]
    line: int


@dataclass
class _Table:
    name: str
    line: int
    columns: list[Column] = field(default_factory=list)
    key: tuple[str, ...] = ()
    references: list[Reference] = field(default_factory=list)
    unique: list[tuple[str, ...]] = field(default_factory=list)
    indexes: list[tuple[str, ...]] = field(default_factory=list)
    checks: list[Token] = field(default_factory=list)
    description: str = ""

    def finished(self, enums: Mapping[str, Enumeration], notes: list[Note]) -> Table:
        """Return the table with the values of its enumerations and what its checks demand."""
        columns = {column.name: column.with_values(enums) for column in self.columns}
        rules: list[CheckRule] = []
        for token in self.checks:
            text = token.text.strip("`")
            found = sql_checks.of_text(text, columns.values(), "postgres", token.line)
            columns = found.columns
            rules += found.rules
            notes += (
                Note(self.name, f"there is no rule like {other}", line=token.line)
                for other in found.others
            )
        return Table(
            name=self.name,
            columns=tuple(columns.values()),
            rules=tuple(rules),
            key=self.key,
            references=tuple(self.references),
            unique=tuple(self.unique),
            indexes=tuple(self.indexes),
            description=self.description,
            line=self.line,
        )


def read(text: str, name: str) -> SourceModel:
    """Read a file.

    Raises:
        SourceError: It is not DBML; says the line, and what was expected.
    """
    return _Reader(text, name).read()


class _Reader(Cursor):
    def __init__(self, text: str, name: str) -> None:
        super().__init__(name, text, _TOKEN, "https://dbml.dbdiagram.io/docs shows the language")
        self._tables: dict[str, _Table] = {}
        self._aliases: dict[str, str] = {}
        self._partials: dict[str, _Table] = {}
        self._relations_of_partials: dict[str, list[_Relation]] = {}
        self._enums: dict[str, Enumeration] = {}
        self._relations: list[_Relation] = []
        self._links: list[Table] = []
        self._notes: list[Note] = []

    def read(self) -> SourceModel:
        """Read everything, then resolve the names of enums and tables."""
        while self.peek().kind != "end":
            self._read_statement()
        if not self._tables:
            raise SourceError(self.name, None, "it has no table", "Table products { id int [pk] }")
        for relation in self._relations:
            self._relate(relation)
        tables = [table.finished(self._enums, self._notes) for table in self._tables.values()]
        return SourceModel((*tables, *self._links), tuple(self._notes))

    def _read_statement(self) -> None:
        token = self.peek()
        match token.text.lower():
            case "table":
                self._read_table()
            case "tablepartial":
                self._read_partial(token)
            case "enum":
                self._read_enum()
            case "ref":
                self._read_ref()
            case word if word in _PASSED:
                self.skip_block()
                self._notes.append(Note(token.text, "it says nothing about rows", line=token.line))
            case _:
                self.fail(token, "Table, Enum, Ref, TableGroup, Project or Note")

    # Tables

    def _read_head(self) -> str:
        """Read the word and the name before a block; return the name without its schema."""
        self.next()
        return self._path()[-1]

    def _path(self) -> tuple[str, ...]:
        path = [_bare(self.word("a name"))]
        while self.peek().text == "." and self.peek(1).kind == "word":
            self.next()
            path.append(_bare(self.next()))
        return tuple(path)

    def _read_table(self) -> None:
        line = self.next().line
        path = self._path()
        schema = path[-2] if len(path) > 1 else _SCHEMA
        full = f"{schema}.{path[-1]}".lower()
        name = path[-1] if path[-1].lower() not in self._tables else f"{schema}_{path[-1]}"
        if full in self._aliases:
            flaw = f"the table {path[-1]} is there twice"
            raise SourceError(self.name, line, flaw, "Keep one of them")
        table = _Table(name, line)
        self._tables[name.lower()] = table
        self._aliases[full] = name
        if self.accept("as"):
            self._aliases[_bare(self.word("an alias")).lower()] = name
        self._read_body(table)

    def _read_partial(self, token: Token) -> None:
        before = len(self._relations)
        table = self._read_body(_Table(self._read_head(), token.line))
        self._partials[table.name.lower()] = table
        self._relations_of_partials[table.name.lower()] = self._relations[before:]
        del self._relations[before:]

    def _read_body(self, table: _Table) -> _Table:
        if self.peek().text == "[":
            table.description = _text(self._read_settings().get("note"))
        self.expect("{")
        while not self.accept("}"):
            token, after = self.peek(), self.peek(1)
            word = token.text.lower()
            if word == "note" and after.text in {":", "{"}:
                table.description = self._read_note()
            elif word == "indexes" and after.text == "{":
                self._read_indexes(table)
            elif word == "checks" and after.text == "{":
                self._read_checks(table)
            elif word == "records" and after.text in {"{", "("}:
                self.skip_block()
                self._notes.append(Note(table.name, "rows are not read", line=token.line))
            elif self.accept("~"):
                self._insert_partial(table, token)
            else:
                self._read_column(table)
        return table

    def _insert_partial(self, table: _Table, token: Token) -> None:
        name = _bare(self.word("the name of a TablePartial"))
        partial = self._partials.get(name.lower())
        if partial is None:
            self.fail(token, f"a TablePartial {name} before it")
        table.columns += partial.columns
        table.key = table.key or partial.key
        table.unique += partial.unique
        table.indexes += partial.indexes
        table.checks += partial.checks
        self._relations += (
            replace(each, first=_End(table.name, each.first.columns))
            for each in self._relations_of_partials[name.lower()]
        )

    def _read_note(self) -> str:
        self.next()
        if self.accept(":"):
            return _text(self.next())
        self.expect("{")
        text = _text(self.next())
        self.expect("}")
        return text

    def _read_column(self, table: _Table) -> None:
        name = self.word(f"a column of {table.name} or '}}'")
        if self.peek().line != name.line:
            self.fail(self.peek(), f"the type of {_bare(name)}")
        column = self._read_type(Column(name=_bare(name), type="", line=name.line))
        settings: dict[str, Token] = {}
        if self.peek().text == "[" and self.peek().line == name.line:
            settings = self._read_settings(table.name, column.name)
            if {"pk", "primary key"} & settings.keys():
                table.key = (*table.key, column.name)
            column = replace(
                column,
                is_required="not null" in settings,
                is_counted="increment" in settings,
                is_unique="unique" in settings,
                default=_default(settings.get("default")),
                description=_text(settings.get("note")),
            )
        if self.peek().line == name.line and self.peek().text not in {"}", ""}:
            self.fail(self.peek(), f"the end of the column {column.name}")
        table.columns.append(column)
        if "check" in settings:
            table.checks.append(settings["check"])

    def _read_checks(self, table: _Table) -> None:
        """Read the checks of a table, which are expressions of SQL."""
        self.next()
        self.expect("{")
        while not self.accept("}"):
            token = self.next()
            if token.kind != "code":
                self.fail(token, "an expression such as `price > 0`")
            table.checks.append(token)
            if self.peek().text == "[":
                self._read_settings()

    def _read_type(self, column: Column) -> Column:
        kind = self._path()[-1].lower()
        name, bracket, rest = kind.partition("(")  # a type in quotation marks may have brackets
        arguments = [each.strip() for each in rest.rstrip(")").split(",")] if bracket else []
        if self.accept("("):
            while not self.accept(")"):
                if self.peek().kind == "end":
                    self.fail(self.peek(), "')'")
                if not self.accept(","):
                    arguments.append(self.next().text)
        is_array = name.endswith("[]")
        if self.peek().text == "[" and self.peek(1).text == "]":
            self.next()
            self.next()
            is_array = True
        name = name.removesuffix("[]").strip()
        return replace(column, type=name, arguments=tuple(arguments), is_array=is_array)

    def _read_settings(self, table: str = "", column: str = "") -> dict[str, Token]:
        """Read `[pk, note: 'x']` by the names in lower case; references are kept aside."""
        found: dict[str, Token] = {}
        self.expect("[")
        while not self.accept("]"):
            words = [self.next()]
            if words[0].kind == "end":
                self.fail(words[0], "']'")
            while self.peek().kind == "word":
                words.append(self.next())
            name = " ".join(word.text.lower() for word in words)
            found[name] = words[0]
            if self.accept(":"):
                if name == "ref":
                    self._read_relation(_End(table, (column,)))
                else:
                    found[name] = self._read_value()
            if self.peek().text != "]":
                self.expect(",")
        return found

    def _read_value(self) -> Token:
        token = self.next()
        while self.peek().kind == "word":
            token = Token(token.kind, f"{token.text} {self.next().text}", token.line)
        return token

    def _read_indexes(self, table: _Table) -> None:
        self.next()
        self.expect("{")
        while not self.accept("}"):
            token = self.peek()
            columns = self._read_columns()
            settings = self._read_settings() if self.peek().text == "[" else {}
            if columns is None:
                message = "an index is over columns only"
                self._notes.append(Note(table.name, message, line=token.line))
            elif "pk" in settings:
                table.key = columns
            elif "unique" in settings:
                table.unique.append(columns)
            else:
                table.indexes.append(columns)

    def _read_columns(self) -> tuple[str, ...] | None:
        """Read a column, or several in brackets; None if there is an expression."""
        if not self.accept("("):
            token = self.next()
            if token.kind not in {"word", "code"}:
                self.fail(token, "a column, or columns in brackets")
            return None if token.kind == "code" else (_bare(token),)
        tokens: list[Token] = []
        while not self.accept(")"):
            if self.peek().kind not in {"word", "code"}:
                self.fail(self.peek(), "a column or ')'")
            tokens.append(self.next())
            self.accept(",")
        has_code = any(token.kind == "code" for token in tokens)
        return None if has_code else tuple(_bare(token) for token in tokens)

    def _read_enum(self) -> None:
        name = self._read_head()
        self.expect("{")
        labels: dict[str, str] = {}
        while not self.accept("}"):
            token = self.peek()
            if token.kind not in {"word", "number"}:
                self.fail(token, f"a value of {name} or '}}'")
            value = _bare(self.next())
            labels[value] = ""
            if self.peek().text == "[":
                labels[value] = _text(self._read_settings().get("note"))
        self._enums[name.lower()] = Enumeration.of(labels)

    # References

    def _read_ref(self) -> None:
        self.next()
        if self.peek().kind == "word":
            self._path()  # the name of the reference
        if self.accept(":"):
            self._read_relation(self._read_end())
            return
        self.expect("{")
        while not self.accept("}"):
            self._read_relation(self._read_end())

    def _read_relation(self, first: _End) -> None:
        sign = self.next()
        if sign.text not in {"<", ">", "-", "<>"}:
            self.fail(sign, "one of < > - <>")
        second = self._read_end()
        is_inline = self.peek().text != "["
        settings = {} if is_inline else self._read_settings()
        self._relations.append(_Relation(first, sign.text, second, settings, sign.line))

    def _read_end(self) -> _End:
        path = self._path()
        if self.peek().text == "." and self.peek(1).text == "(":
            self.next()
            return _End(".".join(path), self._read_columns() or ())
        if len(path) == 1:
            self.fail(self.peek(), "'.' and a column")
        return _End(".".join(path[:-1]), path[-1:])

    def _table(self, end: _End, line: int) -> _Table:
        full = end.table if "." in end.table else f"{_SCHEMA}.{end.table}"
        names = (self._aliases.get(end.table.lower()), self._aliases.get(full.lower()), end.table)
        for name in names:
            if name and (table := self._tables.get(name.lower())) is not None:
                return table
        flaw = f"there is no table {end.table}"
        raise SourceError(self.name, line, flaw, f"Table {end.table} {{ ... }}")

    def _relate(self, relation: _Relation) -> None:
        first, second = relation.first, relation.second
        one, other = self._table(first, relation.line), self._table(second, relation.line)
        if relation.sign == "<>":
            self._link(one, other, relation.line)
            return
        is_turned = relation.sign == "<"
        if relation.sign == "-":
            is_turned = one.key == first.columns and other.key != second.columns
        if is_turned:
            first, second, one, other = second, first, other, one
        deletion = relation.settings.get("delete")
        reference = Reference(
            columns=first.columns,
            table=other.name,
            target_columns=second.columns,
            is_unique=relation.sign == "-",
            on_delete=_ON_DELETE.get(deletion.text.lower() if deletion else "", "restrict"),
            line=relation.line,
        )
        one.references.append(reference)

    def _link(self, one: _Table, other: _Table, line: int) -> None:
        """Add the table that a relation of many to many has between its tables."""
        names = (f"{one.name}_id", f"{other.name}_id" if other is not one else "other_id")
        pairs = ((names[0], one), (names[1], other))
        link = Table(
            name=f"{one.name}_{other.name}",
            columns=tuple(
                Column(name=name, type="uuid", is_required=True, line=line) for name in names
            ),
            key=names,
            references=tuple(
                Reference(columns=(name,), table=table.name, on_delete="cascade", line=line)
                for name, table in pairs
            ),
            line=line,
        )
        self._links.append(link)


def _bare(token: Token) -> str:
    return token.text.strip('"')


def _text(token: Token | None) -> str:
    """Return the text of a token, without quotation marks."""
    if token is None:
        return ""
    quote = "'''" if token.text.startswith("'''") else "'"
    text = token.text.removeprefix(quote).removesuffix(quote)
    return text.replace("\\'", "'").strip()


def _default(token: Token | None) -> Default | None:
    if token is None or token.text.lower() == "null":
        return None
    if token.kind == "code":
        return Default(token.text.strip("`"), is_literal=False)
    return Default(_text(token).strip('"'))
