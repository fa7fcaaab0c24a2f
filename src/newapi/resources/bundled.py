"""The users and items of the template, which can get more fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from newapi.errors import Problem
from newapi.resources.definition import Definition
from newapi.resources.fields import render
from newapi.resources.kinds import KINDS

if TYPE_CHECKING:
    from newapi.resources.definition import Field
    from newapi.resources.project_names import ProjectNames

# The features that bring them.
FEATURES: Mapping[str, str] = {"user": "auth", "item": "items"}
DEFINITIONS: Mapping[str, Definition] = {
    "user": Definition(name="user", plural="users", access="signed_in", fields=(), bundled=True),
    "item": Definition(name="item", plural="items", access="owned", fields=(), bundled=True),
}
_UNFIT = frozenset({"many", "nested", "file", "image"})
OWN = "A resource of its own with "
INSTEAD = "A resource of its own instead of item; `newapi remove items` removes the example"
FEW = 'only fields can be added to the {name} of the template, as in "fields: {{bio: text?}}"'


def find(name: str, around: ProjectNames) -> Definition | None:
    """Return a resource of the template as it is without added fields."""
    return DEFINITIONS[name] if name in around.bundled else None


def check(definition: Definition, around: ProjectNames) -> Iterator[Problem]:
    """Find fields that the template has, and those that its code cannot handle."""
    name = definition.name
    for field in definition.fields:
        taken = {*around.attributes.get(name, ()), "fields"}  # the mixin is called UserFields
        if not taken.isdisjoint({field.name, field.stored}):
            message = f"{field.name}: the {name} of the template has it."
            yield Problem(message, f"Another name than {field.name}", field.name)
        elif flaw := next(
            chain(
                _flaws(definition, field, around.database), _reference_flaws(name, field, around)
            ),
            None,
        ):
            message, fix = flaw
            yield Problem(f"{field.name}: {message}.", fix, field.name)
    if definition.rules or any(definition.switches.values()):
        yield Problem(f"{name}: {FEW.format(name=name)}.", "Change nothing else")


def _reference_flaws(name: str, field: Field, around: ProjectNames) -> Iterator[tuple[str, str]]:
    """Yield why a user or an item cannot refer to these rows, and the way out."""
    if field.type != "ref":
        return
    if field.deletion != "set_null":
        fix = render(replace(field, optional=True, on_delete=None))
        yield f"deleting a {field.target} must not delete or need other rows", fix
    elif _needs_users(field.target or "", around, ()):
        whose = "user: ref(user, unique, on_delete=cascade)"
        fix = f"{OWN}{whose} and {field.name}: ref({field.target})?"
        yield f"{field.target} refers to users itself", fix if name == "user" else INSTEAD


def _needs_users(name: str, around: ProjectNames, seen: tuple[str, ...]) -> bool:
    """Tell whether rows of a resource refer to users or items, directly or through others."""
    target = around.definitions.get(name)
    if name in FEATURES and (target is None or target.bundled):
        return True
    if target is None or name in seen:
        return False
    targets = [field.target for field in target.fields if field.target]
    return (
        target.has_owner
        or target.audited
        or any(_needs_users(each, around, (*seen, name)) for each in targets)
    )


def _flaws(definition: Definition, field: Field, database: str) -> Iterator[tuple[str, str]]:
    """Yield a reason for each part of a field that the template cannot handle, and a fix."""
    name, plural = definition.name, definition.plural
    if field.type in _UNFIT or (field.type == "duration" and database == "mysql"):
        fix = f"{OWN}user: ref(user, unique, on_delete=cascade)" if name == "user" else INSTEAD
        if name == "user" and field.type == "many":
            owned = f"{field.singular}: ref({field.target}, unique=owner, on_delete=cascade)"
            fix = f"{OWN}access: owned and {owned}"
        yield f"fields of the type {field.type} cannot be added to the {name} of the template", fix
    if field.filter or field.sort or field.search:
        fix = render(replace(field, filter=False, sort=False, search=False))
        yield f"lists of {plural} stay as the template has them", fix
    if definition.is_unique_per_owner(field):
        fix = render(replace(field, unique_for="all"))
        yield f"its values can only be unique among all {plural}", fix
    if not field.optional and field.default is None:
        can_have = "default" in KINDS[field.type].options and not field.unique
        fix = render(replace(field, optional=True)) + (", or a default" if can_have else "")
        yield f"the {plural} that exist, and those that other code makes, would have none", fix
