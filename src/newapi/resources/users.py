"""The users of a project, as a resource that other resources refer to."""

from __future__ import annotations

from collections.abc import Mapping

from newapi.resources.definition import Definition, Field

# The table and the model are in the template. References to users show none of their fields.
USERS = Definition(name="user", plural="users", access="signed_in", fields=())


def target_of(field: Field, definitions: Mapping[str, Definition]) -> Definition | None:
    """Return the resource that a field refers to; for users of the project, `USERS`."""
    if refers_to_users(field, definitions):
        return USERS
    return definitions.get(field.target or "")


def refers_to_users(field: Field, definitions: Mapping[str, Definition]) -> bool:
    """Tell whether a field refers to users of the project.

    A project without accounts may have a resource of the same name.
    """
    found = definitions.get(USERS.name)
    return field.target == USERS.name and (found is None or found.bundled)


def references_to_users(definitions: Mapping[str, Definition]) -> dict[str, list[str]]:
    """Return the fields that refer to users of the project, by the names of their resources."""
    found = {
        name: [field.name for field in definition.fields if refers_to_users(field, definitions)]
        for name, definition in sorted(definitions.items())
    }
    return {name: fields for name, fields in found.items() if fields}
