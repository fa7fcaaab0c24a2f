"""Rules for references: all readers of a resource may read the resources that it refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from newapi.errors import Problem
from newapi.resources.definition import Access, Definition, Field
from newapi.resources.fields import render
from newapi.resources.project_names import ProjectNames
from newapi.template import features

# The access that a referenced resource must have, by the access of the one that refers to it.
READABLE: Mapping[Access, tuple[Access, ...]] = {
    "owned": ("owned", "public"),
    "public": ("public",),
    "admin": ("owned", "public", "admin"),
}


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
        what = "owners" if definition.access == "owned" else "administrators"
        message = f"A project without accounts has no {what}."
        yield Problem(message, "`newapi add auth` first, or use --public")


def check(definition: Definition, around: ProjectNames) -> Iterator[Problem]:
    """Check the references of a resource, and those to it."""
    for field in definition.fields:
        target = around.definitions.get(field.target or "")
        if field.target and not target:
            yield replace(_unknown_target(field, around), key=field.name)
        elif field.target == definition.name and not field.optional:
            message = f"{field.name}: the first {definition.title} could refer to none."
            yield Problem(message, render(replace(field, optional=True)), field.name)
        elif target and target.access not in READABLE[definition.access]:
            yield replace(_unreadable(definition, field, target), key=field.name)
    for name, field in referrers(definition.name, around.definitions):
        if definition.access not in READABLE[around.definitions[name].access]:
            yield _unreadable(around.definitions[name], field, definition)
    if path := _cycle(definition, around.definitions):
        shown = " → ".join(path)
        message = f"Each of these needs the next one to exist first: {shown}."
        yield Problem(message, "Make one of the references optional, with a ?")


def _unknown_target(field: Field, around: ProjectNames) -> Problem:
    target = field.target or ""
    known = {other.name: other.name for other in around.definitions.values()}
    known |= {other.plural: other.name for other in around.definitions.values()}
    near = known.get(features.nearest(target, known), "")
    guess = f" Did you mean {near}?" if near else ""
    if target == "user" and around.accounts:
        guess = " A resource that is --owned refers to its user by itself."
    fix = f"newapi generate resource {target} FIELD... first"
    if near:
        fix = render(replace(field, target=near))
    return Problem(f"{field.name}: there is no resource {target}.{guess}", fix)


def _unreadable(definition: Definition, field: Field, target: Definition) -> Problem:
    words = {"owned": "its owner", "public": "everybody", "admin": "administrators only"}
    message = (
        f"{definition.name}.{field.name}: {definition.name} is read by {words[definition.access]},"
        f" but {target.name} by {words[target.access]}."
    )
    readable = " or ".join(READABLE[definition.access])
    return Problem(message, f"Refer to a resource that is {readable}, or use --admin-only")


def _cycle(definition: Definition, definitions: Mapping[str, Definition]) -> list[str]:
    """Return resources of which none could be the first, starting and ending with this one."""
    paths = [[definition.name]]
    seen: set[str] = set()
    while paths:
        path = paths.pop()
        for field in definitions[path[-1]].fields:
            target = field.target
            if not target or field.optional or target not in definitions:
                continue
            if target == definition.name:
                if len(path) > 1:
                    return [*path, target]
            elif target not in seen:
                seen.add(target)
                paths.append([*path, target])
    return []
