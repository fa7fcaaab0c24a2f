"""Read the language of JHipster (JDL): entities, enums and relationships.

https://www.jhipster.tech/jdl/intro describes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from newapi.model_import.source_model import (
    BUILT_IN_USER,
    Column,
    Enumeration,
    Note,
    Reference,
    SourceError,
    SourceModel,
    Table,
)
from newapi.model_import.tokens import Cursor, Token
from newapi.terminal.text import shorten

_TYPES = frozenset(
    {
        "string", "integer", "long", "bigdecimal", "float", "double", "boolean", "localdate",
        "localtime", "zoneddatetime", "instant", "duration", "uuid", "blob", "anyblob",
        "imageblob", "textblob",
    }
)  # fmt: skip
# JHipster uploads these, while the blobs of a database are any bytes.
_BLOBS: Mapping[str, str] = {
    "blob": "uploaded_file",
    "anyblob": "uploaded_file",
    "imageblob": "uploaded_image",
}
_KINDS = ("OneToMany", "ManyToOne", "OneToOne", "ManyToMany")
_LIMITS: Mapping[str, str] = {
    "minlength": "min",
    "maxlength": "max",
    "min": "ge",
    "max": "le",
    "maxbytes": "max",
}
_WITHOUT_EQUAL = ("pattern", "minbytes")
# What JHipster can be told about an entity, and why the definitions do not need it.
_OPTIONS: Mapping[str, str] = {
    "paginate": "every list has pages",
    "dto": "every resource has schemas of its own",
    "service": "every resource has a CRUD object",
    "search": "each field says it by `search`",
    "filter": "each field says it by `filter`",
    **dict.fromkeys(
        (
            "microservice", "skipClient", "skipServer", "skipUserManagement", "angularSuffix",
            "clientRootFolder", "noFluentMethod", "readOnly", "embedded", "changelogDate",
        ),
        "it is an option of JHipster",
    ),
}  # fmt: skip

_TOKEN = re.compile(
    r"""(?P<doc>/\*\*(?!/).*?\*/) | (?P<skip>/\*.*?\*/|//[^\n]*|\s+)
        | (?P<text>"[^"\n]*") | (?P<regex>/(?:\\.|[^/\\\n])+/)
        | (?P<number>-?\d+(?:\.\d+)?) | (?P<word>[A-Za-z_][\w-]*) | (?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class _Side:
    """One side of a relationship."""

    entity: str
    line: int
    name: str = ""
    label: str = ""  # the field of the other entity that is shown
    is_required: bool = False
    description: str = ""


@dataclass
class _Entity:
    name: str
    line: int
    description: str
    table: str = ""
    fields: list[Column] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)

    def finished(self, enums: Mapping[str, Enumeration]) -> Table:
        columns = tuple(column.with_values(enums) for column in self.fields)
        key = tuple(column.name for column in columns if column.name == "id")
        return Table(
            name=self.name,
            columns=columns,
            key=key,
            references=tuple(self.references),
            description=self.description,
            line=self.line,
        )


def read(text: str, name: str) -> SourceModel:
    """Read a file.

    Raises:
        SourceError: It is not JDL; says the line, and what was expected.
    """
    return _Reader(text, name).read()


class _Reader(Cursor):
    def __init__(self, text: str, name: str) -> None:
        hint = "https://www.jhipster.tech/jdl/intro shows the language"
        super().__init__(name, text, _TOKEN, hint)
        self._doc, self._doc_line = "", 0
        self._constants: dict[str, str] = {}
        self._entities: dict[str, _Entity] = {}
        self._enums: dict[str, Enumeration] = {}
        self._links: list[Table] = []
        self._relationships: list[tuple[str, _Side, _Side]] = []
        self._notes: list[Note] = []

    def read(self) -> SourceModel:
        """Read everything, then resolve the names of enums and entities."""
        while self.peek().kind != "end":
            self._read_statement()
        if not self._entities:
            raise SourceError(self.name, None, "it declares no entity", "entity Product { ... }")
        for entity in self._entities.values():
            for column in entity.fields:
                if column.type not in {*_TYPES, *_BLOBS.values(), *self._enums}:
                    flaw = f"{column.type} is neither a type nor an enum of this file"
                    raise SourceError(
                        self.name, column.line, flaw, f"enum {column.type} {{ A, B }}"
                    )
        for kind, first, second in self._relationships:
            self._relate(kind, first, second)
        tables = [entity.finished(self._enums) for entity in self._entities.values()]
        return SourceModel((*tables, *self._links), tuple(self._notes), has_singular_names=True)

    def peek(self, ahead: int = 0) -> Token:
        """Return the next token, and remember the comments before it as a description."""
        while (token := super().peek()).kind == "doc":
            self._doc, self._doc_line = _description(token.text), token.line
            self._position += 1
        return super().peek(ahead)

    def _take_description(self) -> str:
        description, self._doc = self._doc, ""
        return description

    # Statements

    def _read_statement(self) -> None:
        token = self.peek()
        match token.text:
            case "@":
                self._read_annotation("the entity")
            case "entity":
                self._read_entity()
            case "enum":
                self._read_enum()
            case "relationship":
                self._read_relationships()
            case "application" | "deployment":
                self._pass_application()
            case "use":
                self._read_option()
            case word if word in _OPTIONS:
                self._read_option()
            case _:
                self._read_constant()

    def _read_constant(self) -> None:
        expected = "entity, enum, relationship, application, an option or a constant"
        name = self.word(expected)
        if self.peek().text != "=":
            self.fail(name, expected)
        self.next()
        self._constants[name.text] = self.next().text

    def _read_annotation(self, subject: str) -> None:
        line = self.expect("@").line
        name = self.word("the name of an annotation").text
        if self.accept("("):
            while not self.accept(")"):
                if self.next().kind == "end":
                    self.fail(self.peek(), "')'")
        if name.lower() != "id":
            self._notes.append(Note(f"@{name}", f"an annotation of {subject}", line=line))

    def _pass_application(self) -> None:
        word = self.skip_block()
        message = "the choices of an application are made by newapi create"
        self._notes.append(Note(word.text, message, line=word.line))

    def _read_option(self) -> None:
        """Read an option and the entities that it names: `paginate A, B with pagination`."""
        word = self.next()
        names = [self.next().text]
        while self.accept(","):
            names.append(self.next().text)
        for separator in ("for", "with", "except"):
            if self.accept(separator):
                self.next()
                while self.accept(","):
                    self.next()
        reason = _OPTIONS.get(word.text, "it is an option of JHipster")
        self._notes.append(Note(f"{word.text} {', '.join(names)}", reason, line=word.line))

    # Entities

    def _read_entity(self) -> None:
        line = self.expect("entity").line
        description = self._take_description()
        name = self.word("the name of an entity").text
        if name in self._entities:
            message = f"the entity {name} is declared twice"
            raise SourceError(self.name, line, message, "Keep one of them")
        entity = _Entity(name, line, description)
        self._entities[name] = entity
        if self.accept("("):
            entity.table = self.word("the name of a table").text
            self.expect(")")
            note = Note(name, f"the table {entity.table} is named after the entity", line=line)
            self._notes.append(note)
        if not self.accept("{"):
            return
        while not self.accept("}"):
            if self.peek().text == "@":
                self._read_annotation(f"a field of {name}")
            elif not self.accept(","):
                entity.fields.append(self._read_field(entity))
        self._doc = ""

    def _read_field(self, entity: _Entity) -> Column:
        name = self.word(f"a field of {entity.name} or '}}'")
        description = self._take_description()
        kind = self.word(f"the type of {name.text}").text
        is_known = kind.lower() in _TYPES and kind not in self._enums
        column = Column(
            name=name.text,
            type=_BLOBS.get(kind.lower(), kind.lower()) if is_known else kind,
            description=description,
            line=name.line,
        )
        while self.peek().kind == "word" and self._is_validation(name.line):
            column = self._validated(entity, column)
        if not description and self._doc and self._doc_line == name.line:
            column = replace(column, description=self._take_description())
        return column

    def _is_validation(self, line: int) -> bool:
        """Tell whether the next word belongs to the field; fields need no comma between them."""
        known = {"required", "unique", *_LIMITS, *_WITHOUT_EQUAL}
        token, after = self.peek(), self.peek(1)
        if token.text not in known:
            if token.line == line:
                self.fail(token, f"one of {', '.join(sorted(known))}")
            return False
        return token.line == line or after.kind != "word" or after.text in known

    def _validated(self, entity: _Entity, column: Column) -> Column:
        word = self.next()
        if word.text == "required":
            return replace(column, is_required=True)
        if word.text == "unique":
            return replace(column, is_unique=True)
        self.expect("(")
        value = self.next()
        self.expect(")")
        if word.text in _LIMITS:
            number = self._constants.get(value.text, value.text)
            if not re.fullmatch(r"-?\d+(?:\.\d+)?", number):
                self.fail(value, "a number or a constant that is one")
            return replace(column, limits={**column.limits, _LIMITS[word.text]: number})
        message = f"there is no {word.text}({shorten(value.text)})"
        self._notes.append(Note(f"{entity.name}.{column.name}", message, line=word.line))
        return column

    def _read_enum(self) -> None:
        self.expect("enum")
        self._doc = ""
        name = self.word("the name of an enum").text
        self.expect("{")
        labels: dict[str, str] = {}
        while not self.accept("}"):
            if self.accept(","):
                continue
            value = self.word(f"a value of {name} or '}}'").text
            words: list[str] = []
            if self.accept("("):
                while not self.accept(")"):
                    words.append(self.next().text.strip('"'))
                    if self.peek().kind == "end":
                        self.fail(self.peek(), "')'")
            labels[value] = " ".join(words)
        self._doc = ""
        self._enums[name] = Enumeration.of(labels)

    # Relationships

    def _read_relationships(self) -> None:
        self.expect("relationship")
        self._doc = ""
        kind = self.word("OneToMany, ManyToOne, OneToOne or ManyToMany")
        if kind.text not in _KINDS:
            self.fail(kind, "OneToMany, ManyToOne, OneToOne or ManyToMany")
        if not self.accept("{"):
            self._read_relationship(kind.text)
            return
        while not self.accept("}"):
            if not self.accept(","):
                self._read_relationship(kind.text)

    def _read_relationship(self, kind: str) -> None:
        first = self._read_side()
        self.expect("to")
        second = self._read_side()
        while self.accept("with"):
            option = self.word("builtInEntity")
            if option.text != "builtInEntity":
                message = "it is an option of JHipster"
                self._notes.append(Note(option.text, message, line=option.line))
        self._relationships.append((kind, first, second))

    def _read_side(self) -> _Side:
        while self.peek().text == "@":
            self._read_annotation("a relationship")
        token = self.word("the name of an entity or '}'")
        side = _Side(token.text, token.line, description=self._take_description())
        if not self.accept("{"):
            return side
        side = replace(side, name=self.word("the name of the relationship").text)
        if self.accept("("):
            side = replace(side, label=self.word("the name of a field").text)
            self.expect(")")
        if self.accept("required"):
            side = replace(side, is_required=True)
        self.expect("}")
        return side

    def _relate(self, kind: str, first: _Side, second: _Side) -> None:
        """Put the reference into the entity whose table has the column."""
        for side in (first, second):
            if side.entity not in self._entities and side.entity != BUILT_IN_USER:
                self._require_built_in(side)
                return
            if side.label:
                message = f"{side.label} is not chosen as its label"
                where = f"{side.entity}.{side.name}({side.label})"
                self._notes.append(Note(where, message, line=side.line))
        if kind == "ManyToMany":
            self._link(first, second)
            return
        if kind == "OneToMany":
            first, second = second, first
        if second.is_required and kind != "OneToOne":
            message = f"a {second.entity} may have no {first.entity}"
            where = f"{second.entity}.{second.name}"
            self._notes.append(Note(where, message, line=second.line))
        owner = self._entities.get(first.entity)
        if owner is None:
            message = f"the users of a project have no reference to {second.entity}"
            self._notes.append(Note(first.entity, message, line=first.line))
            return
        owner.references.append(
            Reference(
                table=second.entity,
                name=first.name or second.entity,
                is_required=first.is_required,
                is_unique=kind == "OneToOne",
                description=first.description,
                line=first.line,
            )
        )

    def _link(self, first: _Side, second: _Side) -> None:
        """Add the table that a relationship of many to many has between its entities."""
        names = [f"{second.name or first.entity}_id", f"{first.name or second.entity}_id"]
        if names[0] == names[1]:
            names[0] = f"{first.entity}_id"
        sides = ((first, names[0]), (second, names[1]))
        references = tuple(
            Reference(columns=(name,), table=side.entity, is_required=True, on_delete="cascade",
                      line=first.line)
            for side, name in sides
        )  # fmt: skip
        columns = tuple(
            Column(name=name, type="uuid", is_required=True, line=first.line) for _, name in sides
        )
        link = Table(
            name=f"{first.entity}_{first.name or second.entity}",
            columns=columns,
            key=tuple(names),
            references=references,
            line=first.line,
        )
        self._links.append(link)

    def _require_built_in(self, side: _Side) -> None:
        if side.entity != "Authority":
            flaw = f"there is no entity {side.entity}"
            raise SourceError(self.name, side.line, flaw, f"entity {side.entity} {{ ... }}")
        self._notes.append(Note("Authority", "a project has no such rows", line=side.line))


def _description(comment: str) -> str:
    """Return the text of a comment, without its stars and its tags."""
    lines = (line.strip().lstrip("*").strip() for line in comment[3:-2].splitlines())
    return " ".join(line for line in lines if line and not line.startswith("@"))
