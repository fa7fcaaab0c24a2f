"""Rules for references: all readers of a resource may read the resources that it refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from newapi.errors import Problem
from newapi.resources import bundled, nesting
from newapi.resources.definition import ACCESSES, Access, Definition, Field
from newapi.resources.fields import render
from newapi.resources.project_names import ProjectNames
from newapi.resources.users import USERS, refers_to_users, target_of
from newapi.template import features

# The access that a referenced resource must have, by the access of the one that refers to it.
READABLE: Mapping[Access, tuple[Access, ...]] = {
    "owned": ("owned", "owner_writes", "signed_in", "public"),
    "owner_writes": ("owner_writes", "public"),
    "signed_in": ("owner_writes", "signed_in", "public"),
    "public": ("owner_writes", "public"),
    "admin": ACCESSES,
}


_WHO: Mapping[Access, str] = {
    "owned": "owners",
    "owner_writes": "owners",
    "signed_in": "signed-in users",
    "admin": "administrators",
}
# The readers of a resource, in messages, and their number.
READERS: Mapping[Access, str] = {
    "owned": "its owner",
    "owner_writes": "everybody",
    "signed_in": "signed-in users",
    "public": "everybody",
    "admin": "administrators only",
}


_NUMBERS: Mapping[str, int] = {"its owner": 1, "signed-in users": 2, "everybody": 3}


def is_read_by_more(before: Access, after: Access) -> bool:
    """Tell whether a change of access lets more people read the rows that exist."""
    return _NUMBERS.get(READERS[after], 0) > _NUMBERS.get(READERS[before], 0)


def referrers(name: str, definitions: Mapping[str, Definition]) -> list[tuple[str, Field]]:
    """Return the fields of other resources that refer to this one."""
    return [
        (other.name, field)
        for other in definitions.values()
        for field in other.fields
        if field.target == name and other.name != name
    ]


def check_access(definition: Definition, around: ProjectNames) -> Iterator[Problem]:
    """Check that the project has the users that the access rules name."""
    if not around.accounts and definition.access != "public":
        what = _WHO[definition.access]
        message = f"A project without accounts has no {what}."
        yield Problem(message, "`newapi add auth` first, or use --public")
    if not around.accounts and definition.audited:
        message = f"{definition.name} is audited, but a project without accounts has no users."
        yield Problem(message, "`newapi add auth` first, or drop --audited")


def check(definition: Definition, around: ProjectNames) -> Iterator[Problem]:
    """Check the references of a resource, and those to it."""
    for field in definition.fields:
        yield from _check_field(definition, field, around)
    if not definition.bundled:  # others refer to the table of the template
        yield from _check_referrers(definition, around)
    if path := cycle(definition, around.definitions):
        shown = " → ".join(path)
        message = f"Each of these needs the next one to exist first: {shown}."
        yield Problem(message, "Make one of the references optional, with a ?")


def _check_referrers(definition: Definition, around: ProjectNames) -> Iterator[Problem]:
    for name, field in referrers(definition.name, around.definitions):
        other = around.definitions[name]
        if field.type == "nested":
            yield from nesting.check(other, field, definition, around.definitions)
        elif definition.access not in READABLE[other.access]:
            yield _unreadable(other, field, definition)
        elif _cascades_softly(field, definition):
            yield _without_cascade(other, field, definition)
        elif blocks_users(other, field, definition, around):
            yield _unremovable(other, field, definition)


def _check_field(definition: Definition, field: Field, around: ProjectNames) -> Iterator[Problem]:
    target = around.definitions.get(field.target or "")
    target = None if target and target.bundled else target
    if field.type == "nested" and (target or refers_to_users(field, around.definitions)):
        yield from nesting.check(definition, field, target, around.definitions)
    elif around.accounts and refers_to_users(field, around.definitions):
        yield from _check_users(definition, field)
    elif field.target and not target:
        yield replace(_unknown_target(field, around), key=field.name)
    elif field.type == "ref" and field.target == definition.name and not field.optional:
        message = f"{field.name}: the first {definition.title} could refer to none."
        yield Problem(message, render(replace(field, optional=True)), field.name)
    elif target and target.access not in READABLE[definition.access]:
        yield replace(_unreadable(definition, field, target), key=field.name)
    elif target:
        yield from _check_rows(definition, field, target, around)
    if field.unique_for and not definition.has_owner:
        message = f"{field.name}: rows of {definition.titles} have no owner."
        yield Problem(message, render(replace(field, unique_for=None)), field.name)


def _check_rows(
    definition: Definition, field: Field, target: Definition, around: ProjectNames
) -> Iterator[Problem]:
    """Check the rows that a reference may lead to."""
    fix = render(replace(field, rows=None))
    if field.rows and not (definition.has_owner and target.has_owner):
        other = target if definition.has_owner else definition
        message = f"{field.name}: rows of {other.titles} have no owner, so rows={field.rows}"
        yield Problem(f"{message} has no meaning.", fix, field.name)
    elif field.rows == "any" and target.access == "owned" and definition.access == "owned":
        message = f"{field.name}: {target.titles} of other users are private"
        yield Problem(f"{message}; a reference would show them.", fix, field.name)
    elif _cascades_softly(field, target):
        yield replace(_without_cascade(definition, field, target), key=field.name)
    elif _blocks_owner(definition, field, target):
        message = f"{field.name}: users could keep the owner of a {target.title} from deleting it."
        yield Problem(message, _other_deletions(field), field.name)
    elif blocks_users(definition, field, target, around):
        yield replace(_unremovable(definition, field, target), key=field.name)


def _cascades_softly(field: Field, target: Definition) -> bool:
    """Tell whether rows would be deleted with one that stays in its table."""
    return target.soft_delete and field.type == "ref" and field.deletion == "cascade"


def _without_cascade(definition: Definition, field: Field, target: Definition) -> Problem:
    kept = replace(field, on_delete=None)
    fixes = f"{render(replace(kept, optional=False))}, or {render(replace(kept, optional=True))}"
    message = (
        f"{definition.name}.{field.name}: with soft_delete, a deleted {target.title} stays in its"
        " table, so no deletion cascades from it."
    )
    return Problem(message, fixes)


def _blocks_owner(definition: Definition, field: Field, target: Definition) -> bool:
    """Tell whether users may refer to rows of others that then cannot be deleted."""
    is_of_others = target.has_owner and not definition.refers_to_own_rows(field, target)
    return is_of_others and _is_kept_by_users(definition, field)


def _is_kept_by_users(definition: Definition, field: Field) -> bool:
    """Tell whether ordinary users can create rows that prevent the deletion of other users."""
    is_by_users = definition.access not in {"public", "admin"}
    return is_by_users and field.type == "ref" and field.deletion == "restrict"


def _check_users(definition: Definition, field: Field) -> Iterator[Problem]:
    """Check a reference to users. Users may delete their accounts at any time."""
    if field.rows:
        message = f"{field.name}: users have no owner, so rows={field.rows} has no meaning."
        yield Problem(message, render(replace(field, rows=None)), field.name)
    elif _is_kept_by_users(definition, field):
        message = f"{field.name}: users could keep others from deleting their accounts."
        yield Problem(message, _other_deletions(field), field.name)


def blocks_users(
    definition: Definition, field: Field, target: Definition, around: ProjectNames
) -> bool:
    """Tell whether users may keep rows that have to be deleted with the account of another."""
    return _is_kept_by_users(definition, field) and _goes_with_users(target, around, ())


def _goes_with_users(
    definition: Definition, around: ProjectNames, seen: tuple[Definition, ...]
) -> bool:
    """Tell whether rows are deleted with users that they refer to, directly or through others."""
    if definition in seen:
        return False
    cascades = [f for f in definition.fields if f.type == "ref" and f.deletion == "cascade"]
    targets = [target for field in cascades if (target := target_of(field, around.definitions))]
    return USERS in targets or any(
        _goes_with_users(target, around, (*seen, definition)) for target in targets
    )


def _unremovable(definition: Definition, field: Field, target: Definition) -> Problem:
    message = (
        f"{definition.name}.{field.name}: {target.titles} are deleted with a user,"
        f" but {definition.titles} would keep them."
    )
    return Problem(message, _other_deletions(field))


def _other_deletions(field: Field) -> str:
    optional = replace(field, optional=True, on_delete=None)
    return f"{render(replace(field, on_delete='cascade'))}, or {render(optional)}"


def _unknown_target(field: Field, around: ProjectNames) -> Problem:
    target = field.target or ""
    known = {other.name: other.name for other in around.definitions.values()}
    known |= {other.plural: other.name for other in around.definitions.values()}
    if around.accounts:
        known |= {USERS.name: USERS.name, USERS.plural: USERS.name}
    if target in around.bundled:
        message = f"{field.name}: resources cannot refer to the {target} of the template."
        return Problem(message, bundled.INSTEAD)
    near = known.get(features.nearest(target, known), "")
    guess = f" Did you mean {near}?" if near else ""
    fix = f"newapi generate resource {target} FIELD... first"
    if near:
        fix = render(replace(field, target=near))
    elif target == USERS.name:
        fix = f"`newapi add auth` first, or {fix}"
    return Problem(f"{field.name}: there is no resource {target}.{guess}", fix)


def _unreadable(definition: Definition, field: Field, target: Definition) -> Problem:
    message = (
        f"{definition.name}.{field.name}: {definition.name} is read by"
        f" {READERS[definition.access]}, but {target.name} by {READERS[target.access]}."
    )
    readable = " or ".join(READABLE[definition.access])
    return Problem(message, f"Refer to a resource that is {readable}, or use --admin-only")


def cycle(definition: Definition, definitions: Mapping[str, Definition]) -> list[str]:
    """Return resources of which none could be the first, starting and ending with this one."""
    paths = [[definition.name]]
    seen: set[str] = set()
    while paths:
        path = paths.pop()
        for field in definitions[path[-1]].fields:
            target = field.target
            if field.type != "ref" or not target or field.optional or target not in definitions:
                continue
            if target == definition.name:
                if len(path) > 1:
                    return [*path, target]
            elif target not in seen:
                seen.add(target)
                paths.append([*path, target])
    return []
