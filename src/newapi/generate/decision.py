"""Turn a command line into a change of the project's resources: create, change or remove one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from newapi.errors import Problem, UsageError
from newapi.generate import new_definition
from newapi.resources import bundled, naming, references
from newapi.resources import changes as changing
from newapi.resources.changes import Changes, Operation
from newapi.template import features
from newapi.terminal.text import shorten

if TYPE_CHECKING:
    from newapi.resources.definition import Access, Api, Definition, Field
    from newapi.resources.project_names import ProjectNames


@dataclass(frozen=True)
class Request:
    """The typed command line."""

    name: str
    fields: tuple[str, ...] = ()
    plural: str | None = None
    access: Access | None = None
    api: Api | None = None
    versioned: bool = False
    audited: bool = False
    soft_delete: bool = False
    changes: Changes = field(default_factory=Changes)
    is_removed: bool = False


@dataclass(frozen=True)
class Decision:
    """A decided change: the operation, and the resource after it (before it, if it is removed)."""

    verb: Literal["create", "rename", "change", "remove"]
    definition: Definition
    operations: tuple[Operation, ...]
    warnings: tuple[str, ...] = ()
    old: Definition | None = None  # under its old name, if it is renamed
    owner: str | None = None  # the e-mail address of the new owner of existing rows
    later: tuple[Field, ...] = ()  # references to tables that are created after this one

    def applied(self, definitions: Mapping[str, Definition]) -> dict[str, Definition]:
        """Return all resources afterwards."""
        name = self.definition.name
        gone = {name, self.old.name if self.old else name}
        others = {other: each for other, each in definitions.items() if other not in gone}
        is_gone = self.definition.bundled and not self.definition.fields
        return others if is_gone or self.verb == "remove" else {**others, name: self.definition}


def decide(request: Request, project_names: ProjectNames) -> Decision:
    """Understand a request.

    Raises:
        UsageError: It says everything that is wrong.
    """
    is_change = _is_change(request, project_names)
    if not is_change and not request.is_removed:
        return _create(request, project_names)
    problems = _contradictions(request, is_change=is_change)
    before = _find(request.name, project_names, problems)
    if request.is_removed and before and before.bundled:
        message = f"The {before.name} of the template cannot be removed."
        problems.append(Problem(message, f"newapi generate resource {before.name} --drop FIELD"))
    elif request.is_removed and before:
        problems += _needed(before, project_names)
    if problems or before is None:
        raise UsageError(problems)
    if request.is_removed:
        return Decision("remove", before, (Operation("drop_table"),))
    changed = changing.apply(before, request.changes, project_names)
    return Decision("change", changed.definition, changed.operations, changed.warnings)


def _is_change(request: Request, project_names: ProjectNames) -> bool:
    """Tell whether a resource is changed.

    Rules and switches are those of one that exists, unless there are fields of a new one.
    """
    if request.changes == Changes():
        return False
    if not request.changes.names_new_resource:
        return True
    try:
        is_known = naming.normalise(request.name) in project_names.definitions
    except ValueError:
        return False
    return is_known and not request.fields


def _create(request: Request, project_names: ProjectNames) -> Decision:
    typed = new_definition.Typed(
        name=request.name,
        fields=request.fields,
        plural=request.plural,
        access=request.access,
        api=request.api or "v1",
        rules=request.changes.add_rules,
        versioned=request.versioned,
        audited=request.audited,
        soft_delete=request.soft_delete,
        csv=bool(request.changes.csv),
    )
    definition = new_definition.define(typed, project_names)
    warnings = []
    if definition.access == "public" and not project_names.accounts:
        warnings.append(
            f"{definition.name}: the project has no accounts, so everybody may write; "
            "newapi add auth leaves that to administrators"
        )
    return Decision("create", definition, (Operation("create"),), tuple(warnings))


def _contradictions(request: Request, *, is_change: bool) -> list[Problem]:
    problems = []
    if request.fields:
        word = shorten(request.fields[0])
        fix = "newapi generate resource NAME --remove" if request.is_removed else f"--add '{word}'"
        problems.append(Problem(f"'{word}' is a field of a new resource.", fix))
    if request.is_removed and is_change:
        message = "--remove contradicts the options that change a resource."
        problems.append(Problem(message, "Drop --remove, or the others."))
    if request.plural or request.access or request.api:
        what = "The plural, the access and the version of a resource"
        message = f"{what} cannot be changed by the command line."
        fix = "Change access in models.yml, or drop --plural, --api and the options of access"
        problems.append(Problem(message, fix))
    switches = (
        ("versioned", request.versioned, "a resource is versioned"),
        ("audited", request.audited, "a resource is audited"),
        ("soft_delete", request.soft_delete, "deleted rows stay"),
    )
    for switch, is_typed, meaning in switches:
        if is_typed:
            message = f"Whether {meaning} cannot be changed by the command line."
            fix = f"Change {switch} in models.yml, or drop --{switch.replace('_', '-')}"
            problems.append(Problem(message, fix))
    return problems


def _find(name: str, project_names: ProjectNames, problems: list[Problem]) -> Definition | None:
    try:
        typed = naming.normalise(name)
        known = project_names.definitions.get(typed) or bundled.find(typed, project_names)
    except ValueError:
        known = None
    if known is None:
        near = features.nearest(name, project_names.definitions)
        guess = f" Did you mean {near}?" if near else ""
        have = ", ".join(sorted(project_names.definitions)) or "none yet"
        message = f"There is no resource '{shorten(name)}'.{guess}"
        problems.append(Problem(message, f"Resources of the project: {have}."))
    return known


def _needed(definition: Definition, project_names: ProjectNames) -> list[Problem]:
    """Return a problem for each resource that refers to the removed one."""
    return [
        Problem(
            f"The resource {name} refers to {definition.name}: {field.name}.",
            f"newapi generate resource {name} --drop {field.name}",
        )
        for name, field in references.referrers(definition.name, project_names.definitions)
        if name != definition.name
    ]
