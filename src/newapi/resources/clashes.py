"""Names that a project has already, or that its code needs for something else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from newapi.errors import Problem
from newapi.resources import naming, reserved
from newapi.resources.definition import Definition
from newapi.resources.surroundings import Surroundings

# The classes of a resource are its model and these.
PARTS = ("", "Create", "Update", "Read", "ListParams", "Query", "Dep")


def check_names(definition: Definition, around: Surroundings) -> Iterator[Problem]:
    """Check the names of a new resource."""
    name, plural, class_name = definition.name, definition.plural, definition.class_name
    if name in around.definitions:
        way = f"newapi generate resource {name} --add FIELD, --drop, --rename or --change"
        yield Problem(f"There is a resource {name} already.", way)
        return
    if name == plural:
        singular = naming.singular_of(name)
        way = singular if singular != name else f"--plural {name}_list"
        yield Problem(f"'{name}' is its own plural, but one and many need two names.", way)
    fix = f"Another name, like {name[:30]}_entry"
    yield from _check_words(definition, around, fix)
    for part in PARTS:
        if part or not reserved.flaw_of_class(class_name):
            yield from check_class(f"{class_name}{part}", definition, around, fix)
    for other in around.definitions.values():
        if plural in {other.name, other.plural} or name == other.plural:
            yield Problem(f"The resource {other.name} has the same name.", fix)


def _check_words(definition: Definition, around: Surroundings, fix: str) -> Iterator[Problem]:
    name, plural, class_name = definition.name, definition.plural, definition.class_name
    for word, way in {plural: "--plural ANOTHER", name: fix}.items():
        if flaw := reserved.flaw_of_word(word):
            yield Problem(f"'{name}' cannot be a resource's name: {flaw}.", way)
        if path := around.modules.get(word):
            yield Problem(f"'{word}' is taken: there is {path} already.", way)
    if flaw := reserved.flaw_of_class(class_name):
        yield Problem(f"'{name}' cannot be a resource's name: {flaw}.", fix)
    if path := around.tables.get(plural):
        yield Problem(f"There is a table {plural} already, in {path}.", "--plural ANOTHER")


def check_class(
    class_name: str, definition: Definition, around: Surroundings, fix: str
) -> Iterator[Problem]:
    """Check a class that the resource would bring."""
    if flaw := reserved.flaw_of_class(class_name):
        yield Problem(f"'{definition.name}' would bring a class {class_name}: {flaw}.", fix)
        return
    path = around.classes.get(class_name)
    if path and PurePosixPath(path).stem not in {definition.name, definition.plural}:
        yield Problem(f"There is a class {class_name} already, in {path}.", fix)
        return
    for other in around.definitions.values():
        if other.name != definition.name and class_name in set(_classes(other)):
            yield Problem(f"The resource {other.name} has a class {class_name} already.", fix)


def _classes(definition: Definition) -> Iterator[str]:
    yield from (f"{definition.class_name}{part}" for part in PARTS)
    for field in definition.fields:
        if field.type == "enum":
            yield definition.enum_class(field)
