"""What FastAPI leaves open in the OpenAPI document for generators of clients."""

import re
from typing import Any

from fastapi.routing import APIRoute

from app.config import API_PREFIX

LIST_ACTIONS = {"create", "list"}
ROW_ACTIONS = {"read", "update", "delete"}


def create_operation_id(route: APIRoute) -> str:
    """Return the first part of the path and the name of the function, as in `auth_login`.

    A list and its rows, such as `/users` and `/users/{user_id}`, need only the first word of the
    name: `create_user` becomes `users_create`. Versions after the first one are at the end, as in
    `users_create_v2`.
    """
    path = route.path_format.removeprefix(API_PREFIX)
    version = re.search(r"/v(\d+)(?=/)", path)
    first, *rest = path[version.end() if version else 0 :].strip("/").split("/")
    action = route.name.partition("_")[0]
    is_list = not rest and action in LIST_ACTIONS
    is_row = len(rest) == 1 and rest[0].startswith("{") and action in ROW_ACTIONS
    words = [] if first.startswith("{") else [first]
    words.append(action if is_list or is_row else route.name)
    if version and version[1] != "1":
        words.append(f"v{version[1]}")
    return re.sub(r"\W+", "_", "_".join(words))


def complete_document(openapi: dict[str, Any]) -> None:
    """Change an OpenAPI document as generators of clients and linters of APIs expect it."""
    openapi.setdefault("servers", [{"url": "/"}])
    document_formats(openapi)
    document_tags(openapi)
    document_access(openapi)


def document_formats(openapi: dict[str, Any]) -> None:
    """Complete the formats of files and of optional strings, such as passwords, in forms.

    Without the format `binary`, generated clients send files as text. The format of an optional
    string belongs beside its type.
    """
    for schema in openapi.get("components", {}).get("schemas", {}).values():
        for field in schema.get("properties", {}).values():
            options = field.get("anyOf", [])
            for value in (field, field.get("items", {}), *options):
                if "contentMediaType" in value:
                    value["format"] = "binary"
            for option in options:
                if option.get("type") == "string" and "format" in field:
                    option["format"] = field.pop("format")


def document_tags(openapi: dict[str, Any]) -> None:
    """List the tags of all operations."""
    tags = openapi.setdefault("tags", [])
    listed = {tag["name"] for tag in tags}
    for operation in list_operations(openapi):
        for name in operation.get("tags", []):
            if name not in listed:
                listed.add(name)
                tags.append({"name": name})


def document_access(openapi: dict[str, Any]) -> None:
    """Say of operations without authentication that they need none."""
    for operation in list_operations(openapi):
        operation.setdefault("security", [])


def list_operations(openapi: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the operations of all paths."""
    return [operation for path in openapi["paths"].values() for operation in path.values()]
