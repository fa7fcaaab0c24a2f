"""Names that a project has already, or that its code needs for something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from newapi.errors import Problem
from newapi.resources import naming, reserved
from newapi.resources.definition import Definition
from newapi.resources.project_names import ProjectNames

# The classes of a resource are its model and these.
PARTS = ("", "Create", "Update", "Read", "ListParams", "Query", "Dep", "WriteDep", "IfMatchDep")


def check_names(definition: Definition, around: ProjectNames) -> Iterator[Problem]:
    """Check the names of a new resource; each proposal passes the same checks."""
    name = definition.name
    if name in around.definitions:
        way = f"newapi generate resource {name} --add FIELD, --drop, --rename or --change"
        yield Problem(f"There is a resource {name} already.", way)
        return
    of_name = [*_flaws_of_name(definition, around)]
    of_plural = [*_flaws_of_plural(definition, around)]
    if of_name:
        fix = f"Another name, like {other_name(name, around)}"
        yield from (Problem(message, fix) for message in dict.fromkeys([*of_plural, *of_name]))
    elif of_plural:
        fix = _other_plural(definition, around)
        yield from (Problem(message, fix) for message in of_plural)


def _flaws_of_name(definition: Definition, around: ProjectNames) -> Iterator[str]:
    name, class_name = definition.name, definition.class_name
    yield from _flaws_of_word(name, definition, around)
    if flaw := reserved.flaw_of_class(class_name):
        yield f"'{name}' cannot be a resource's name: {flaw}."
    for part in PARTS:
        if part or not reserved.flaw_of_class(class_name):
            yield from _flaws_of_class(f"{class_name}{part}", definition, around)
    yield from (
        f"The resource {other.name} has the same name."
        for other in around.definitions.values()
        if name == other.plural
    )


def _flaws_of_plural(definition: Definition, around: ProjectNames) -> Iterator[str]:
    name, plural = definition.name, definition.plural
    if name == plural:
        yield f"'{name}' is its own plural, but one and many need two names."
        return
    yield from _flaws_of_word(plural, definition, around)
    if path := around.test_modules.get(plural):
        yield f"'{plural}' is taken: there is {path} already."
    if path := around.tables.get(plural):
        yield f"There is a table {plural} already, in {path}."
    yield from (
        f"The resource {other.name} has the same name."
        for other in around.definitions.values()
        if plural in {other.name, other.plural}
    )


def _flaws_of_word(word: str, definition: Definition, around: ProjectNames) -> Iterator[str]:
    if flaw := reserved.flaw_of_word(word):
        yield f"'{definition.name}' cannot be a resource's name: {flaw}."
    if path := around.modules.get(word):
        yield f"'{word}' is taken: there is {path} already."


def other_name(name: str, around: ProjectNames) -> str:
    """Return a name like this one that a resource can have."""
    short = name[:28].rstrip("_")
    candidates = [f"{short}_entry", f"{short}_record", f"project_{short}", f"project_{short}_entry"]
    return next((other for other in candidates if _is_free(other, around)), f"{short}_entry")


def _other_plural(definition: Definition, around: ProjectNames) -> str:
    """Return how a resource can keep its name, and the singular where its name is a plural."""
    name = definition.name
    fix = f"--plural {free_plural(definition, around) or 'WORDS'}"
    singular = naming.singular_of(name)
    if name == definition.plural and singular != name and _is_free(singular, around):
        return f"{singular}, or {fix}"
    return fix


def free_plural(definition: Definition, around: ProjectNames) -> str:
    """Return a plural that is not taken, for a resource that keeps its name; empty if none is."""
    short = definition.name[:30].rstrip("_")
    endings = ("list", "entries", "records")
    options = (replace(definition, plural=f"{short}_{ending}") for ending in endings)
    return next((other.plural for other in options if not [*_flaws_of_plural(other, around)]), "")


def _is_free(name: str, around: ProjectNames) -> bool:
    plural = naming.plural_of(name)
    definition = Definition(name=name, plural=plural, access="public", fields=())
    flaws = [*_flaws_of_name(definition, around), *_flaws_of_plural(definition, around)]
    return name not in around.definitions and not flaws


def check_class(
    class_name: str, definition: Definition, around: ProjectNames, fix: str
) -> Iterator[Problem]:
    """Check a class that the resource would bring."""
    for message in _flaws_of_class(class_name, definition, around):
        yield Problem(message, fix)


def _flaws_of_class(class_name: str, definition: Definition, around: ProjectNames) -> Iterator[str]:
    if flaw := reserved.flaw_of_class(class_name):
        yield f"'{definition.name}' would bring a class {class_name}: {flaw}."
        return
    path = around.classes.get(class_name)
    if path and PurePosixPath(path).stem not in {definition.name, definition.plural}:
        yield f"There is a class {class_name} already, in {path}."
        return
    for other in around.definitions.values():
        if other.name != definition.name and class_name in set(_classes(other)):
            yield f"The resource {other.name} has a class {class_name} already."


def _classes(definition: Definition) -> Iterator[str]:
    yield from (f"{definition.class_name}{part}" for part in PARTS)
    for field in definition.fields:
        if field.type == "enum":
            yield definition.enum_class(field)
