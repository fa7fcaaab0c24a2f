"""What resources need of a project: tables, accounts unless they are for everybody, storage."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from newapi.errors import Problem
from newapi.resources import bundled, users
from newapi.template.features import Change, Resolution

if TYPE_CHECKING:
    from newapi.resources.definition import Definition
    from newapi.template.catalog import Value

ACCOUNTS, TABLES, STORAGE = "auth", "tables", "storage"


def resolve(
    resolution: Resolution, definitions: Mapping[str, Definition], by_hand: Collection[str]
) -> tuple[Resolution, list[Problem]]:
    """Switch on tables for resources; return a problem for each that lacks accounts or storage."""
    answers = resolution.answers
    unmet = [] if has_storage(answers) else [*_without_storage(definitions)]
    unmet += [
        Problem(f"The fields of {name} need {feature}.", f"Remove {name} from models.yml first")
        for name, feature in bundled.FEATURES.items()
        if name in definitions and definitions[name].bundled and not answers.get(feature)
    ]
    if not definitions or has_accounts(answers):
        return resolution, unmet
    problems = unmet + [
        Problem(
            f"The resource {name} needs {ACCOUNTS}: it is {_WHOSE[definition.access]}.",
            f"newapi generate resource {name} --remove",
        )
        for name, definition in sorted(definitions.items())
        if definition.access in _WHOSE and not definition.bundled
    ]
    problems += [
        Problem(
            f"The resource {name} needs {ACCOUNTS}: it refers to users.",
            " ".join(["newapi generate resource", name, *(f"--drop {field}" for field in fields)]),
        )
        for name, fields in users.references_to_users(definitions).items()
        if definitions[name].access not in _WHOSE
    ]
    problems += [
        Problem(
            f"The resource {name} needs {ACCOUNTS}: it is audited, so its rows name users.",
            "Remove audited in models.yml, then newapi generate",
        )
        for name, definition in sorted(definitions.items())
        if definition.audited and definition.access not in _WHOSE
    ]
    if answers.get(TABLES) is not False:
        return resolution, problems
    if TABLES in by_hand:
        names = ", ".join(sorted(definitions))
        problems.append(Problem(f"Resources need {TABLES}: {names}.", f"Keep {TABLES}."))
    change = Change(TABLES, value=True, reason=f"resources need {TABLES}: switched on")
    changed = {**answers, TABLES: True}
    return replace(resolution, answers=changed, changes=(*resolution.changes, change)), problems


def _without_storage(definitions: Mapping[str, Definition]) -> Iterator[Problem]:
    for name, definition in sorted(definitions.items()):
        if definition.has_files:
            files = [field.name for field in definition.fields if field.is_file]
            drops = " ".join(f"--drop {each}" for each in files)
            message = f"The resource {name} needs {STORAGE}: it has files ({', '.join(files)})."
            yield Problem(message, f"newapi generate resource {name} {drops}")


def has_storage(answers: Mapping[str, Value]) -> bool:
    """Whether a project stores files."""
    return bool(answers.get(STORAGE))


def has_accounts(answers: Mapping[str, Value]) -> bool:
    """Whether a project has users."""
    return bool(answers.get(ACCOUNTS))


_WHOSE = {
    "owned": "for the owners of its rows",
    "owner_writes": "written by the owners of its rows",
    "signed_in": "for signed-in users",
    "admin": "for administrators",
}
