"""What resources need of a project: tables, and accounts unless they are for everybody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from newapi.errors import Problem
from newapi.resources import users
from newapi.template.features import Change, Resolution

if TYPE_CHECKING:
    from newapi.resources.definition import Definition
    from newapi.template.catalog import Value

ACCOUNTS, TABLES = "auth", "tables"


def resolve(
    resolution: Resolution, definitions: Mapping[str, Definition], by_hand: Collection[str]
) -> tuple[Resolution, list[Problem]]:
    """Switch on tables for resources; return a problem for each resource without its accounts."""
    answers = resolution.answers
    if not definitions or has_accounts(answers):
        return resolution, []
    problems = [
        Problem(
            f"The resource {name} needs {ACCOUNTS}: it is {_WHOSE[definition.access]}.",
            f"newapi generate resource {name} --remove",
        )
        for name, definition in sorted(definitions.items())
        if definition.access in _WHOSE
    ]
    problems += [
        Problem(
            f"The resource {name} needs {ACCOUNTS}: it refers to users.",
            f"newapi generate resource {name} --drop FIELD, for each field of them",
        )
        for name in users.referring_to_users(definitions)
        if definitions[name].access not in _WHOSE
    ]
    if answers.get(TABLES) is not False:
        return resolution, problems
    if TABLES in by_hand:
        names = ", ".join(sorted(definitions))
        problems.append(Problem(f"Resources need {TABLES}: {names}.", f"Keep {TABLES}."))
    change = Change(TABLES, value=True, reason=f"resources need {TABLES}: switched on")
    changed = {**answers, TABLES: True}
    return replace(resolution, answers=changed, changes=(*resolution.changes, change)), problems


def has_accounts(answers: Mapping[str, Value]) -> bool:
    """Whether a project has users."""
    return bool(answers.get(ACCOUNTS))


_WHOSE = {
    "owned": "for the owners of its rows",
    "owner_writes": "written by the owners of its rows",
    "signed_in": "for signed-in users",
    "admin": "for administrators",
}
