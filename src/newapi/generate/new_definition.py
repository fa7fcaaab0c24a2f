"""Make the definition of a new resource out of a command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newapi.errors import Problem, UsageError
from newapi.resources import field_rules, fields, naming, reserved, rules
from newapi.resources.definition import Access, Api, Definition
from newapi.resources.project_names import ProjectNames
from newapi.terminal.text import shorten


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A new resource as typed; without access options, its access follows from the project."""

    name: str
    fields: Sequence[str]
    plural: str | None = None
    access: Access | None = None
    api: Api = "v1"
    rules: Sequence[str] = ()
    versioned: bool = False
    audited: bool = False
    csv: bool = False
    soft_delete: bool = False


def define(typed: Typed, project_names: ProjectNames) -> Definition:
    """Return the definition of a new resource.

    Raises:
        UsageError: It says everything that is wrong.
    """
    problems: list[Problem] = []
    singular = _name(
        typed.name,
        "a resource's name",
        problems,
        reserved.proposal_for_resource(typed.name, "product"),
    )
    many = ""
    if typed.plural is not None:
        way = f"--plural {reserved.proposal_for_resource(typed.plural, 'products')}"
        many = _name(typed.plural, "the plural", problems, way)
    elif singular:
        many = naming.plural_of(singular)
    found, flaws = fields.read(typed.fields)
    typed_rules, flaws_of_rules = field_rules.read(typed.rules)
    definition = Definition(
        name=singular or "resource",
        plural=many or "resources",
        access=typed.access or ("owned" if project_names.accounts else "public"),
        api=typed.api,
        fields=found,
        rules=typed_rules,
        versioned=typed.versioned,
        audited=typed.audited,
        csv=typed.csv,
        soft_delete=typed.soft_delete,
    )
    is_named = bool(singular and many)
    problems += [*flaws, *flaws_of_rules]
    problems += [
        problem
        for problem in rules.check(definition, project_names, is_new=is_named)
        if found or not flaws or not problem.message.endswith("has no fields.")
    ]
    if problems:
        raise UsageError(problems)
    return definition


def _name(text: str, what: str, problems: list[Problem], fix: str) -> str:
    try:
        return naming.normalise(text)
    except ValueError as flaw:
        problems.append(Problem(f"'{shorten(text)}' cannot be {what}: it {flaw}.", fix))
        return ""
