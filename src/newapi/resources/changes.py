"""Changes of a resource that exists, and the steps that bring its rows along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from newapi.errors import Problem, UsageError
from newapi.resources import (
    composites,
    conversions,
    field_rules,
    fields,
    naming,
    references,
    renaming,
    rules,
)
from newapi.resources.definition import Definition, Field, Rule
from newapi.resources.kinds import KINDS
from newapi.resources.project_names import ProjectNames
from newapi.resources.renaming import Rename
from newapi.template import features
from newapi.terminal.text import shorten

Op: TypeAlias = Literal[
    "create",
    "drop_table",
    "drop_names",
    "rename_table",
    "create_names",
    "add",
    "drop",
    "rename",
    "change",
    "change_access",
    "change_soft_delete",
    "create_link",
    "drop_link",
    "drop_link_keys",
    "rename_link",
]


@dataclass(frozen=True)
class Changes:
    """Changes as typed; carried out in this order: drop, rename, change, add."""

    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    rename: tuple[str, ...] = ()
    change: tuple[str, ...] = ()
    add_rules: tuple[str, ...] = ()
    drop_rules: tuple[str, ...] = ()
    csv: bool | None = None

    @property
    def names_new_resource(self) -> bool:
        """Return whether all that is typed can also be said of a new resource."""
        return not any((self.add, self.drop, self.rename, self.change, self.drop_rules))


@dataclass(frozen=True)
class Operation:
    """One step of a migration: a field before and after the change."""

    op: Op
    old: Field | None = None
    new: Field | None = None

    @property
    def alters_table(self) -> bool:
        """Return whether the database notices; some limits are those of the schemas alone."""
        if not all(side.has_column for side in (self.old, self.new) if side):
            return False  # another table holds the references
        sides = [side and _in_table(side) for side in (self.old, self.new)]
        return self.op not in {"change", "rename"} or sides[0] != sides[1]


@dataclass(frozen=True)
class Changed:
    """What became of a definition, the steps there, and what may go wrong with existing rows."""

    definition: Definition
    operations: tuple[Operation, ...]
    warnings: tuple[str, ...]


def apply(definition: Definition, changes: Changes, project_names: ProjectNames) -> Changed:
    """Change a definition.

    Raises:
        UsageError: It says everything that is wrong.
    """
    run = _Run(definition)
    for text in changes.drop:
        run.drop(text)
    run.rename(changes.rename)
    for text in changes.change:
        run.change(text)
    for text in changes.add:
        run.add(text)
    if changes == Changes():
        way = (
            f"newapi generate resource {definition.name} --add FIELD, --drop, --rename or --change"
        )
        run.problems.append(Problem("There is nothing to change.", way))
    result = replace(definition, fields=tuple(run.fields))
    result = composites.renamed(result, run.renamed)
    result = replace(result, rules=_changed_rules(result, changes, run.problems))
    result = replace(result, csv=_changed_csv(definition, changes, run.problems))
    problems = [*run.problems, *rules.check(result, project_names, is_new=False)]
    if problems:
        raise UsageError(list(dict.fromkeys(problems)))
    warnings = (*run.warnings, *rule_warnings(definition, result))
    return Changed(result, tuple(run.operations), warnings)


def _changed_rules(
    definition: Definition, changes: Changes, problems: list[Problem]
) -> tuple[Rule, ...]:
    """Return the rules across fields with those that are added, without those that are dropped."""
    added, flaws = field_rules.read(changes.add_rules)
    dropped, more = field_rules.read(changes.drop_rules)
    problems += [*flaws, *more]
    have = ", ".join(rule.text for rule in definition.rules) or "none"
    problems += [
        Problem(f"{definition.name} has no rule '{rule.text}'.", f"It has {have}")
        for rule in dropped
        if rule not in definition.rules
    ]
    return (*(rule for rule in definition.rules if rule not in dropped), *added)


def _changed_csv(definition: Definition, changes: Changes, problems: list[Problem]) -> bool:
    """Return whether the list can be exported after the changes."""
    if changes.csv is None:
        return definition.csv
    if changes.csv is definition.csv:
        message = f"{definition.name} has csv: {str(changes.csv).lower()} already."
        problems.append(Problem(message, "Drop --csv" if changes.csv else "Drop --no-csv"))
    return changes.csv


def rule_warnings(old: Definition, new: Definition) -> Iterator[str]:
    """Say which rows would stop the migration."""
    for rule in new.rules:
        if rule not in old.rules:
            yield f"Rows that break `{rule.text}` will stop the migration."


def access_warnings(old: Definition, new: Definition, owner: str | None) -> Iterator[str]:
    """Describe the effect of a change of access on owners, and on the readers of rows."""
    if new.has_owner and not old.has_owner and owner is None:
        yield (
            f"The rows of {new.plural} need an owner: `owner: EMAIL` gives them to a user, and"
            " without it the migration stops if there are rows."
        )
    if old.has_owner and not new.has_owner:
        yield f"The owners of {new.titles} are lost."
    if references.is_read_by_more(old.access, new.access):
        readers = references.READERS[new.access]
        yield f"All {new.titles} can be read by {readers}, those that exist too."


def deletion_warnings(old: Definition, new: Definition) -> Iterator[str]:
    """Say what happens to deleted rows that are still in the table."""
    if old.soft_delete and not new.soft_delete:
        yield (
            f"The migration deletes the {new.titles} for good that were deleted and are still in"
            " the table; so does the downgrade of the migration that brought soft_delete."
        )


def compare(
    old: Definition, new: Definition, renamed: Mapping[str, str]
) -> tuple[tuple[Operation, ...], tuple[str, ...], list[Problem]]:
    """Return the steps from one definition to another, warnings, and what makes it impossible.

    `renamed` has the old names of fields by their new ones; what is renamed already is passed over.
    """
    run = _Run(old)
    due = _due(old, new, renamed, run.problems)
    for was in old.fields:
        is_gone = new.field(was.name) is None or was.name in due
        if is_gone and was.name not in due.values():
            run.drop(was.name)
    run.rename([f"{was}:{now}" for now, was in due.items()])
    present = {field.name: field for field in run.fields}
    for field in new.fields:
        before = present.get(field.name)
        if before is None and field.name not in due:
            run.add_field(field)
        elif before is not None and before != field:
            run.change_field(before, field)
    former, automatic = old.automatic_fields, new.automatic_fields
    run.operations += (Operation("drop", old=field) for field in former if field not in automatic)
    run.operations += (Operation("add", new=field) for field in automatic if field not in former)
    return tuple(run.operations), tuple(run.warnings), run.problems


def _due(
    old: Definition, new: Definition, renamed: Mapping[str, str], problems: list[Problem]
) -> dict[str, str]:
    """Return the renames that are not made yet."""
    due: dict[str, str] = {}
    for now, was in renamed.items():
        if old.field(was) and was != now:
            due[now] = was
        elif not old.field(now) and not old.field(was):
            have = ", ".join(field.name for field in old.fields)
            message = f"{old.name} has no recorded field '{shorten(was)}'."
            problems.append(Problem(message, f"Drop `was`, or one of {have}", now))
    # A field that keeps its name cannot be what another one was: that rename is an older one.
    while kept := [now for now, was in due.items() if new.field(was) and was not in due]:
        for now in kept:
            del due[now]
    return due


class _Run:
    """Changes one field after the other; collects problems instead of exceptions."""

    def __init__(self, definition: Definition) -> None:
        self.name = definition.name
        self.fields = list(definition.fields)
        self.operations: list[Operation] = []
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self.renamed: dict[str, str] = {}

    def drop(self, text: str) -> None:
        if field := self._find(text, "--drop {}"):
            self.fields.remove(field)
            self.operations.append(Operation("drop", old=field))

    def rename(self, texts: Sequence[str]) -> None:
        waiting = list(filter(None, map(self._read_rename, texts)))
        while waiting:
            if circle := renaming.swapped(waiting, self.fields):
                self.problems.append(renaming.explain(circle))
                return
            rename = renaming.next_of(waiting, self.fields)
            waiting.remove(rename)
            field = self._find(rename.old, f"--rename {{}}:{rename.new}")
            if field and self._is_free(rename.new):
                new = replace(field, name=rename.new)
                self.fields[self.fields.index(field)] = new
                self.operations.append(Operation("rename", field, new))
                self.renamed[field.name] = new.name

    def change(self, text: str) -> None:
        new = self._read(text)
        old = (
            self._find(new.name, "--change {}:" + shorten(text.partition(":")[2])) if new else None
        )
        if not (new and old):
            return
        if new == old:
            message = f"{old.name} is {fields.render_type(old)} already."
            self.problems.append(Problem(message, f"Drop --change {shorten(text)}"))
        else:
            self.change_field(old, new)

    def change_field(self, old: Field, new: Field) -> None:
        if reason := conversions.refusal(old, new):
            added = replace(new, name=f"new_{new.name}"[:40], optional=new.type != "many")
            fix = f"--add {fields.render(added)}"
            fix = f"{fix.rstrip('_')}, copy what the rows have, then --drop {old.name}"
            message = f"{old.name} cannot become {fields.render_type(new)}: {reason}."
            self.problems.append(Problem(message, fix, new.name))
        else:
            self.warnings += conversions.warnings(old, new)
            self.fields[self.fields.index(old)] = new
            # Right behind a rename of the field: generators make one step of both, in this place.
            places = [n for n, step in enumerate(self.operations) if step.new == old]
            place = places[-1] + 1 if places else len(self.operations)
            self.operations.insert(place, Operation("change", old, new))

    def add(self, text: str) -> None:
        new = self._read(text)
        if new and self._is_free(new.name):
            self.add_field(new)

    def add_field(self, new: Field) -> None:
        if not new.optional and new.default is None and new.has_column:
            self.problems.append(_needed(new))
            return
        self.fields.append(new)
        self.operations.append(Operation("add", new=new))

    def _read(self, text: str) -> Field | None:
        found, problems = fields.read([text])
        self.problems += problems
        return found[0] if found else None

    def _read_rename(self, text: str) -> Rename | None:
        typed, separator, wanted = text.partition(":")
        if not separator:
            message = f"--rename {shorten(text)} does not say the new name."
            self.problems.append(Problem(message, f"--rename {shorten(text)}:NEW_NAME"))
            return None
        try:
            return Rename(typed.strip(), naming.normalise(wanted))
        except ValueError as flaw:
            fix = f"--rename {shorten(typed)}:{fields.proposal(wanted, 'new_name')}"
            message = f"--rename: the name '{shorten(wanted)}' {flaw}."
            self.problems.append(Problem(message, fix))
            return None

    def _find(self, text: str, way: str) -> Field | None:
        if found := renaming.find(self.fields, text):
            return found
        near = features.nearest(text, [field.name for field in self.fields])
        guess = f" Did you mean {near}?" if near else ""
        fix = (
            way.replace("{}", near, 1)
            if near
            else f"It has {', '.join(f.name for f in self.fields)}"
        )
        message = f"{self.name} has no field '{shorten(text)}'.{guess}"
        self.problems.append(Problem(message, fix))
        return None

    def _is_free(self, name: str) -> bool:
        if all(name != field.name for field in self.fields):
            return True
        message = f"{self.name} has a field {name} already."
        self.problems.append(Problem(message, f"Another name, or --change {name}:TYPE"))
        return False


def _in_table(field: Field) -> Field:
    """Return the properties of a field that its column has."""
    is_sized = field.type in {"str", "email"} or field.unique
    return replace(
        field,
        name=field.stored,
        type="file" if field.is_file else field.type,
        types=(),
        column_name=None,
        description=None,
        min=None,
        max=field.max if is_sized else None,
        default=None,
        filter=False,  # its index belongs to the table, as an index over several fields does
        sort=False,
        search=False,
        read_only=False,
        write_only=False,
        labels=(),
    )


def _needed(field: Field) -> Problem:
    """Say what rows that exist would lack."""
    optional = f"--add {fields.render(replace(field, optional=True))}"
    message = f"{field.name} is required, but the rows that exist have none."
    if field.unique or "default" not in KINDS[field.type].options:
        return Problem(message, optional, field.name)
    kind = fields.render_type(field)
    words = f"{kind[:-1]}, default=...)" if kind.endswith(")") else f"{kind}(default=...)"
    return Problem(message, f"{optional}, or {field.name}:{words}", field.name)
