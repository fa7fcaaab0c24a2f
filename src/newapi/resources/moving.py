"""Rename resources: the new names in them and in the resources that refer to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newapi.resources.definition import Definition


def moved(
    definitions: Mapping[str, Definition], names: Mapping[str, tuple[str, str]]
) -> dict[str, Definition]:
    """Return definitions under new names, singular and plural, that nothing else has changed in."""
    found: dict[str, Definition] = {}
    for name, definition in definitions.items():
        singular, plural = names.get(name, (name, definition.plural))
        fields = tuple(
            replace(field, target=names[field.target][0])
            if field.target and field.target in names
            else field
            for field in definition.fields
        )
        found[singular] = replace(definition, name=singular, plural=plural, fields=fields)
    return found


def paths(
    before: Collection[str], after: Collection[str], old: Definition, new: Definition
) -> dict[str, str]:
    """Return where the files of a resource go."""
    places = {_shape(path, new): path for path in after}
    pairs = {path: places.get(_shape(path, old)) for path in before}
    return {path: place for path, place in pairs.items() if place and place != path}


def _shape(path: str, definition: Definition) -> tuple[str, str]:
    """Return the folder of a file, and its name without that of the resource."""
    pure = PurePosixPath(path)
    name = pure.name.replace(definition.plural, "{many}").replace(definition.name, "{one}")
    return pure.parent.as_posix(), name
