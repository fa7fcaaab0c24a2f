"""`models.yml`: all resources of a project in one file, which people write.

The types below parse the file, and their JSON Schema documents it. Every scalar is read as text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, Discriminator, Field, Tag, ValidationError, WithJsonSchema

from newapi.errors import Problem
from newapi.questions.schema import DIALECT, Schema
from newapi.resources import definition, field_rules, naming, reserved, schema, values
from newapi.resources import fields as reading
from newapi.resources.definition import Access, Api, OnDelete, Rows
from newapi.template import features
from newapi.terminal import text as texts
from newapi.terminal.text import shorten

PATH = "models.yml"
MAX_BYTES = 1024 * 1024
MAX_RESOURCES = 500
EXAMPLE = "resources: {category: {fields: {name: 'str(1..100)'}}}"

Location: TypeAlias = tuple[str, ...]

_DEPTH = 8
_TEXT, _MAPPING = "text", "mapping"
_Name = Annotated[str, WithJsonSchema(schema.NAME)]
_Type = Annotated[str, WithJsonSchema(schema.of_type())]


class FieldEntry(BaseModel, extra="forbid"):
    """A field with more than its type."""

    type: _Type = Field(description=schema.TYPE, examples=["str(1..100)", "ref(user)?"])
    column: _Name | None = Field(
        None,
        description="The name of the column, where it is another one than that of the field.",
        examples=["date"],
    )
    description: str | None = Field(
        None,
        description="What the field means, for the readers of the API's documentation.",
        examples=["The price without taxes."],
        max_length=values.MAX_DESCRIPTION,
    )
    labels: dict[str, str] | None = Field(
        None,
        description="What values of an enum mean, for the readers of the API's documentation.",
        examples=[{"draft": "Not yet published"}],
    )
    rows: Rows | None = Field(
        None,
        description="Whose rows the field may refer to: only those of the same owner, or any."
        " Rows that only their owners read are always those of the same owner.",
        examples=["own"],
    )
    on_delete: OnDelete | None = Field(
        None,
        description="What happens to rows when the row that they refer to is deleted.",
        examples=["cascade"],
    )
    was: _Name | None = Field(
        None,
        description="The recorded name, where the field gets another one. It has no effect later.",
        examples=["old_name"],
    )


_Switch = Annotated[Literal["true", "false"], WithJsonSchema({"type": "boolean"})]
_Rule = Annotated[str, WithJsonSchema(schema.RULE)]
_Group = Annotated[list[_Name], Field(min_length=1)]
_Field = Annotated[
    Annotated[_Type, Tag(_TEXT)] | Annotated[FieldEntry, Tag(_MAPPING)],
    Discriminator(lambda value: _TEXT if isinstance(value, str) else _MAPPING),
]


class ResourceEntry(BaseModel, extra="forbid"):
    """A resource."""

    plural: _Name | None = Field(
        None,
        description="The name in the plural, which is that of the table and of the path.",
        examples=["products"],
    )
    access: Access | None = Field(
        None,
        description=schema.ACCESS,
        examples=["public"],
    )
    owner: str | None = Field(
        None,
        description="The e-mail address of the user who gets the rows that exist, where a resource"
        " gets owners. It has no effect later.",
        examples=["ada@example.com"],
    )
    api: Api | None = Field(None, description="The version of the API.", examples=["v1"])
    was: _Name | None = Field(
        None,
        description="The recorded name, where the resource gets another one. It has no effect"
        " later.",
        examples=["old_name"],
    )
    fields: dict[_Name, _Field] = Field(
        description="Each field by its name: its type, or a mapping with its type.",
        min_length=1,
        examples=[{"name": "str(1..100)"}],
    )
    unique: list[_Group] = Field(
        default=[],
        description="Groups of fields whose values are unique together.",
        examples=["[[name, category]]"],
    )
    indexes: list[_Group] = Field(
        default=[],
        description="Groups of fields with an index over all of them.",
        examples=["[[status, price]]"],
    )
    rules: list[_Rule] = Field(
        default=[],
        description="Rules across fields: comparisons of two, `at least one of` several or"
        " `exactly one of` several.",
        examples=["[ends_at > starts_at]"],
    )
    versioned: _Switch = Field(
        default="false", description=schema.VERSIONED, examples=["true"], validate_default=True
    )
    audited: _Switch = Field(
        default="false", description=schema.AUDITED, examples=["true"], validate_default=True
    )
    csv: _Switch = Field(
        default="false", description=schema.CSV, examples=["true"], validate_default=True
    )
    soft_delete: _Switch = Field(
        default="false", description=schema.SOFT_DELETE, examples=["true"], validate_default=True
    )


class ModelFile(BaseModel, extra="forbid"):
    """The whole file."""

    resources: dict[_Name, ResourceEntry] = Field(
        description="Each resource by its name in the singular.", examples=[{}]
    )


@dataclass(frozen=True)
class Entry:
    """A resource in the file; keys that the file omits are None."""

    name: str
    plural: str | None
    access: Access | None
    owner: str | None  # of the rows that exist, where the access changes
    api: Api | None
    fields: tuple[definition.Field, ...]
    unique: tuple[tuple[str, ...], ...]
    indexes: tuple[tuple[str, ...], ...]
    rules: tuple[definition.Rule, ...]
    versioned: bool
    audited: bool
    csv: bool
    soft_delete: bool
    was: str | None
    renamed: Mapping[str, str]  # the recorded names of fields by their new ones


@dataclass(frozen=True)
class Model:
    """The entries of a file, the lines of all keys, and the problems of the file."""

    entries: Mapping[str, Entry]
    lines: Mapping[Location, int]
    problems: tuple[Problem, ...]
    flawed: frozenset[str] = frozenset()  # entries of which something could not be read

    def located(self, problem: Problem, *location: str) -> Problem:
        """Return a problem with file, line and key, and its fix as it is written in the file."""
        where = self._line((*location, problem.key) if problem.key else location)
        return replace(problem, message=f"{where}{problem.message}", fix=_in_file(problem.fix))

    def _line(self, location: Location) -> str:
        while location and location not in self.lines:
            location = location[:-1]
        return f"{PATH}:{self.lines[location]}: " if location else f"{PATH}: "


def read(data: bytes) -> Model:
    """Read a file, and collect everything that is wrong with it."""
    try:
        node = _compose(data)
    except _UnreadableError as flaw:
        return Model({}, {}, (flaw.problem,))
    tree = _Tree()
    content = tree.plain(node, ())
    content = content if isinstance(content, dict) else {}
    return _understand(Model({}, tree.lines, tuple(tree.problems)), content)


class _UnreadableError(Exception):
    def __init__(self, flaw: str, fix: str, line: int = 0) -> None:
        super().__init__(flaw)
        where = f"{PATH}:{line}" if line else PATH
        self.problem = Problem(f"{where}: {flaw}.", fix)


def _compose(data: bytes) -> Any:
    """Return the nodes of a file."""
    import yaml

    if len(data) > MAX_BYTES:
        flaw = f"it is larger than {MAX_BYTES // 1024} KiB"
        raise _UnreadableError(flaw, "Remove what is no resource")
    try:
        return yaml.compose(data.decode("utf-8-sig"), Loader=yaml.BaseLoader)
    except UnicodeDecodeError:
        raise _UnreadableError("it is not UTF-8", "Save it as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        fix = "Indent with spaces, and quote texts with ': ' or ' #' in them"
        raise _UnreadableError(f"it is not YAML: {error.problem}", fix, line) from None
    except (yaml.YAMLError, RecursionError):
        raise _UnreadableError("it is not YAML", EXAMPLE) from None


def of_file() -> Schema:
    """Return the JSON Schema of the file."""
    found = ModelFile.model_json_schema()
    description = "The file models.yml of a project, which `newapi generate` reads."
    return {
        "$schema": DIALECT,
        **found,
        "title": "Resources of a project",
        "description": description,
    }


class _Tree:
    """Turns nodes into texts and mappings, and remembers their lines."""

    def __init__(self) -> None:
        self.lines: dict[Location, int] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def plain(self, node: Any, location: Location) -> object:
        """Return the value of a node."""
        import yaml

        if node is None:
            return {}
        line = node.start_mark.line + 1
        self.lines.setdefault(location, line)
        if id(node) in self._seen or len(location) > _DEPTH:
            self._problem(line, "aliases and deeper levels have no meaning here", "Write it out")
            return ""
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(each, (*location, str(n))) for n, each in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            return str(node.value)
        found: dict[str, object] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            name = str(key.value)
            if name in found:
                self._problem(line, f"{shorten(name)} is there twice", "Keep one of them")
            self.lines[*location, name] = line
            found[name] = self.plain(value, (*location, name))
        return found

    def _problem(self, line: int, flaw: str, fix: str) -> None:
        self.problems.append(Problem(f"{PATH}:{line}: {flaw}.", fix))


def _understand(model: Model, content: dict[str, object]) -> Model:
    problems, flawed = [*model.problems], set[str]()
    try:
        ModelFile.model_validate(content)
    except ValidationError as error:
        for flaw in error.errors():
            location, problem = _of_flaw(flaw)
            problems.append(model.located(problem, *location))
            flawed |= {*location[1:2]}
    resources = content.get("resources")
    resources = resources if isinstance(resources, dict) else {}
    if len(resources) > MAX_RESOURCES:
        message = f"{len(resources)} resources are too many; {MAX_RESOURCES} are allowed."
        problems.append(model.located(Problem(message, "Make two projects of it"), "resources"))
    entries: dict[str, Entry] = {}
    for name, value in resources.items():
        about = value if isinstance(value, dict) else {}
        instead = reserved.proposal_for_resource(name, "product")
        found = [*_check_name(name, "a resource's name", instead)]
        found = found or [*_read_entry(entries, name, about)]
        flawed |= {name} if found else set()
        problems += (model.located(each, "resources", name, *_of_key(each.key)) for each in found)
    return replace(model, entries=entries, problems=tuple(problems), flawed=frozenset(flawed))


def _of_key(key: str) -> tuple[str, ...]:
    """Return where a key is in its resource: no field can be called owner."""
    return () if key in {"owner", "rules"} else ("fields",)


def _read_entry(
    entries: dict[str, Entry], name: str, about: Mapping[str, object]
) -> Iterator[Problem]:
    """Add an entry to those that there are; say which of its fields cannot be read."""
    typed = about.get("fields")
    found: list[definition.Field] = []
    renamed: dict[str, str] = {}
    for key, value in (typed if isinstance(typed, dict) else {}).items():
        extra = value if isinstance(value, dict) else {}
        text = extra.get("type") if isinstance(value, dict) else value
        flaws = [*_check_name(key, "a field's name", reading.proposal(key, "title"))]
        if isinstance(text, str) and not flaws:
            read_fields, flaws = reading.read([f"{key}:{text}"])
            found += (_with_extra(each, extra, flaws) for each in read_fields)
        yield from (replace(flaw, key=key) for flaw in flaws)
        if isinstance(was := extra.get("was"), str):
            renamed[key] = was
    plural = about.get("plural")
    if isinstance(plural, str):
        instead = reserved.proposal_for_resource(plural, "products")
        yield from _check_name(plural, "the plural", instead)
    owner = about.get("owner")
    if isinstance(owner, str) and (flaw_of_owner := texts.flaw_of_email(owner)):
        yield Problem(f"owner: it {flaw_of_owner}.", "owner: ada@example.com", "owner")
    rules, flaws = field_rules.read(_texts(about.get("rules")))
    yield from (replace(flaw, key="rules") for flaw in flaws)
    entries[name] = Entry(
        name=name,
        plural=plural if isinstance(plural, str) else None,
        access=next((a for a in definition.ACCESSES if a == about.get("access")), None),
        owner=owner if isinstance(owner, str) else None,
        api=next((a for a in definition.APIS if a == about.get("api")), None),
        fields=tuple(found),
        was=was if isinstance(was := about.get("was"), str) else None,
        unique=_groups(about.get("unique")),
        indexes=_groups(about.get("indexes")),
        rules=rules,
        versioned=about.get("versioned") == "true",
        audited=about.get("audited") == "true",
        csv=about.get("csv") == "true",
        soft_delete=about.get("soft_delete") == "true",
        renamed=renamed,
    )


def _with_extra(
    field: definition.Field, extra: Mapping[str, object], flaws: list[Problem]
) -> definition.Field:
    """Return the field with the options that stand beside its type."""
    labels = extra.get("labels")
    if isinstance(labels, dict):
        written = "; ".join(f"{value}: {label}" for value, label in labels.items())
        extra = {**extra, "labels": json.dumps(written, ensure_ascii=False)}
    for option in ("column", "description", "labels", "rows", "on_delete"):
        text = extra.get(option)
        if isinstance(text, str):
            field = _with_option(field, option, text, flaws)
    return field


def _with_option(
    field: definition.Field, option: str, text: str, flaws: list[Problem]
) -> definition.Field:
    try:
        if option == "labels" and field.type != "enum":
            raise ValueError("belong to an enum")
        return values.with_option(field, option, text)
    except ValueError as flaw:
        fix = f"{option}: {(FieldEntry.model_fields[option].examples or [''])[0]}"
        flaws.append(Problem(f"{field.name}: {option} {flaw}.", fix.replace("'", "")))
        return field


def _groups(found: object) -> tuple[tuple[str, ...], ...]:
    groups = found if isinstance(found, list) else []
    return tuple(tuple(map(str, group)) for group in groups if isinstance(group, list))


def _texts(found: object) -> list[str]:
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _check_name(text: str, what: str, proposal: str) -> Iterator[Problem]:
    try:
        if naming.normalise(text) != text:
            yield Problem(f"{shorten(text)}: {what} is written in snake case.", f"{proposal}:")
    except ValueError as flaw:
        yield Problem(f"'{shorten(text)}' cannot be {what}: it {flaw}.", f"{proposal}:")


def _of_flaw(flaw: Any) -> tuple[Location, Problem]:
    """Return the place of a flaw that a type has found, and the problem in plain words."""
    path = tuple(str(part) for part in flaw["loc"])
    location = tuple(
        part for n, part in enumerate(path) if part not in {_TEXT, _MAPPING} or n in {1, 3}
    )
    key = location[-1] if location else ""
    known = {key: each.examples or [] for key, each in _keys(len(location)).items()}
    fix = f"{key}: {known[key][0]}" if known.get(key) else "name: str(1..100)"
    name = ".".join(location[1:])
    match flaw["type"]:
        case "extra_forbidden":
            near = features.nearest(key, known) or ", ".join(known)
            return location, Problem(
                f"{shorten(name or key)}: there is no such key.", f"{near}: ..."
            )
        case "missing":
            return location[:-1], Problem(f"{name or key} is missing.", fix)
        case "literal_error":
            message = f"{name} is {flaw['ctx']['expected']}, not '{shorten(str(flaw['input']))}'."
            return location, Problem(message.replace("'", ""), fix)
        case "too_short":
            return location, Problem(f"{name} has no entries.", fix)
        case _:
            what = _KINDS.get(flaw["type"], "a mapping")
            return location, Problem(f"{name or key} must be {what}.", fix)


_KINDS = {"string_type": "a text", "list_type": "a list", "string_too_long": "shorter"}


def _keys(depth: int) -> dict[str, Any]:
    """Return the keys that may stand at a depth of the file."""
    match depth:
        case 1:
            return {**ModelFile.model_fields}
        case 3:
            return {**ResourceEntry.model_fields}
        case 5:
            return {**FieldEntry.model_fields}
        case _:
            return {}


def _in_file(fix: str) -> str:
    """Return what helps, as it is written in the file and not on the command line."""
    for pattern, words in _WORDS:
        fix = pattern.sub(words, fix)
    return fix


_WORDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"newapi generate resource (\w+) FIELD\.\.\. first", r"Add the resource \1"),
        (r"newapi generate resource (\w+) --drop (\w+)", r"Remove \2 from \1"),
        (r"--rename (\w+):(\w+)", r"\2: {type: ..., was: \1}"),
        (r"--(?:add|change) '?(\w+):(?=\w)", r"\1: "),
        (r"--drop ", "remove "),
        (r"--admin-only", "access: admin"),
        (r"--public", "access: public"),
        (r"--owned", "access: owned"),
        (r"--owner-writes", "access: owner_writes"),
        (r"--signed-in", "access: signed_in"),
        (r"drop --audited", "remove audited"),
        (r"--plural ", "plural: "),
        (r"--csv", "csv: true"),
        (r"\b([a-z][a-z0-9_]*):(?=[a-z])(?!//)", r"\1: "),
    )
)
