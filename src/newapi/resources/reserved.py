"""Names that mean something else in the code of a resource, and why each cannot be used."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Mapping

from newapi.resources import naming

_KEPT = "every resource has it already"
_PARAMETER = "lists take it as a parameter of their own"
_PYDANTIC = "Pydantic's models have an attribute of this name"
_PLUGIN = "Pydantic's plugin for mypy has an argument of this name"
_PYTEST = "pytest collects what begins with 'test', and loads what is called 'conftest'"
_SQLALCHEMY = "SQLAlchemy's models have an attribute of this name"
_SHADOWS = "the class of the model uses what Python calls so"
AMBIGUOUS = "in many fonts it looks like a number"
_AMBIGUOUS_NAMES = ("i", "l", "o")
_SECRET = re.compile(r"(?:^|_)(?:pas+wo?r?d|pass(?:phrase)?|pwd|token|secrete?)(?:$|_)")

_FIELDS: Mapping[str, str] = {
    **dict.fromkeys(("id", "created_at", "updated_at", "owner", "owner_id"), _KEPT),
    **dict.fromkeys(("skip", "limit", "search", "sort", "cursor", "include_total"), _PARAMETER),
    **dict.fromkeys(
        (
            "check_cursor", "check_not_empty",
            # Before 0.7.0:
            "descending", "filters", "refuse_cursor_in_other_orders", "refuse_nothing", "sort_by",
        ),
        "the schemas of every resource have an attribute of this name",
    ),
    **dict.fromkeys(("metadata", "registry", "type_annotation_map"), _SQLALCHEMY),
    **dict.fromkeys(
        (
            "construct", "copy", "dict", "from_orm", "json", "model_computed_fields",
            "model_config", "model_construct", "model_copy", "model_extra", "model_fields",
            "model_fields_set", "model_json_schema", "model_parametrized_name", "model_post_init",
            "model_rebuild", "mro", "parse_file", "parse_obj", "parse_raw", "register", "schema",
            "schema_json", "update_forward_refs", "validate",
        ),
        _PYDANTIC,
    ),
    "kwargs": _PLUGIN,
    **dict.fromkeys(
        (
            "bool", "bytes", "classmethod", "date", "datetime", "field_validator",
            "float", "frozenset", "func", "int", "list", "mapped_column", "model_validator",
            "object", "property", "relationship", "set", "staticmethod", "str", "super", "tuple",
        ),
        _SHADOWS,
    ),
    **dict.fromkeys(_AMBIGUOUS_NAMES, AMBIGUOUS),
    **dict.fromkeys(("self", "cls"), "Python's methods call their own object so"),
}  # fmt: skip

# The class of Python that the models of resources with fields of a type use.
_CLASSES_OF_TYPES: Mapping[str, str] = {"time": "time", "timedelta": "duration"}

_PROPOSALS: Mapping[str, str] = {
    "id": "number",
    "date": "due_date",
    "datetime": "starts_at",
    "time": "starts_at",
    "timedelta": "interval",
    "created_at": "published_at",
    "updated_at": "changed_at",
    "owner": "manager",
    "owner_id": "manager",
    "metadata": "details",
    "json": "document",
    "limit": "maximum",
    "sort": "position",
    "dict": "entries",
    "list": "entries",
    "kwargs": "arguments",
    "register": "registration",
    "version": "revision",
    "created_by": "author",
    "updated_by": "editor",
    "deleted_at": "removed_at",
}

# Names that the modules of a resource import, or use for variables.
_VARIABLES = frozenset(
    {
        "ada", "admin", "again", "app", "ascending", "audited", "body", "broken", "cache", "caller",
        "changed", "check_if_match", "check_nested_references", "create_etag", "created",
        "creator_id", "csv", "csv_exports", "data", "date", "datetime", "db", "deleted",
        "descending", "document_etag", "error_location", "error_responses", "etag",
        "etags", "eve", "factory", "falling", "field", "filters", "found", "func", "get_filters",
        "get_references",
        "get_related_rows", "get_user_id", "given", "http_request", "http_response", "id_columns",
        "id_of", "ids", "if_match", "if_none_match", "invalid", "is_not_modified", "itself",
        "list_params", "list_query", "listed", "lock_rows", "merge_nested_rows", "merge_rows",
        "merged", "nested_rows", "nobody", "normalized", "op", "opened", "owner", "page", "pages",
        "params", "problems", "pytest", "query", "read_version", "reference_id", "referred",
        "refusal", "refused", "related", "relationship", "relationships", "rising", "root",
        "root_id", "router", "row", "rows", "rows_above", "sa", "saved", "select", "self",
        "send_form", "sent", "several", "shown", "soft_delete", "sorting", "status_code",
        "stored_files", "submit_form", "taken", "typed", "unique", "updated", "url", "uuid",
        "values", "versioned", "where",
    }
)  # fmt: skip
# Names that only generators before 0.7.0 use for variables.
FORMER_VARIABLES = frozenset({"client", "parameters", "people", "response"})
# Names that the endpoints and tests of files use for variables.
FILE_VARIABLES = frozenset(
    {
        "before",
        "content",
        "downloaded",
        "file",
        "path",
        "requested_range",
        "state",
        "stored",
        "uploaded",
    }
)
# Names of functions and variables in the modules that import a task.
_TASK_VARIABLES = frozenset(
    {
        "accepted", "add_task", "by_name", "client", "create_task", "delete_expired", "finished",
        "get_related_rows", "ids", "job", "kwargs", "map_by_name", "process_file", "publish",
        "publish_task", "publish_unpublished_tasks", "read_task", "registry", "related", "run",
        "run_task", "send_email", "set_progress", "state", "task", "task_id", "tasks", "users",
        "where",
    }
)  # fmt: skip
CLASSES = frozenset(
    {
        "Administrator", "AfterValidator", "Annotated", "Any", "AnyUrl", "AsyncClient",
        "AsyncEngine", "AsyncSession", "Audited", "AwareDatetime", "Base", "Base64", "BaseModel",
        "BaseView", "BeforeValidator", "BigInteger", "Boolean", "CacheDep", "CallerDep",
        "CheckConstraint", "ClaimsDep", "ColumnElement", "Conflict", "CurrentAdmin", "CurrentUser",
        "Cursor", "Date", "DateTime", "Decimal", "Depends", "Double", "DurationText", "Email",
        "EmailStr", "Entity", "Enum", "Field", "FileRules", "Float", "Forbidden", "ForeignKey",
        "HttpUrl", "IfMatch", "IfNoneMatch", "Index", "Input", "Integer", "InvalidReference",
        "IsoDuration", "JsonValue", "Line", "ListParams", "ListQuery", "Literal", "LocalTime",
        "Mapped", "MicrosecondInterval", "ModelView", "MultiLineStr", "NestedRowsCRUD", "NotFound",
        "Numeric", "Page", "Patch", "PatchModel", "People", "Query", "RelatedCRUD", "RequestModel",
        "RequestedRange", "RowIds", "Rows", "SearchParams", "SearchQuery", "Self", "Sequence",
        "SessionDep", "SingleLineStr", "SoftDelete", "SortedCRUD", "StateDep", "StoredFile",
        "StoredFileRead", "StoredFileType", "StrEnum", "String", "Text", "Time", "TokenPayloadDep",
        "UniqueConstraint", "UploadFile", "Url", "UserFactory", "Uuid", "Versioned", "View",
        "WithJsonSchema",
    }
)  # fmt: skip
_BUILTINS = frozenset(dir(builtins))


def flaw_of_field(name: str) -> str:
    """Say why a field cannot be called so; empty when it can."""
    if keyword.iskeyword(name):
        return "it is a keyword of Python"
    if name.startswith(("model_validate", "model_dump")):
        return _PYDANTIC
    class_name = naming.class_of(name)
    if class_name in _BUILTINS:
        return f"its type would be called {class_name}, a name of Python's own"
    return _FIELDS.get(name, "")


def flaw_beside(name: str, types: Collection[str]) -> str:
    """Say why a field cannot be called so in a resource with fields of these types."""
    kind = _CLASSES_OF_TYPES.get(name)
    return f"beside a field of the type {kind}, {_SHADOWS}" if kind in types else ""


def proposal_for_field(name: str) -> str:
    """Return a name that may be used instead."""
    return _PROPOSALS.get(name, f"{name.removeprefix('model_')}_value"[-40:].strip("_"))


def proposal_for_resource(typed: str, fallback: str) -> str:
    """Return a name like this one that a resource, or its plural, can have."""
    name = naming.proposal(typed, fallback)
    is_taken = flaw_of_word(name) or flaw_of_class(naming.class_of(name))
    return f"{name}_entry" if is_taken else name


def flaw_of_word(word: str) -> str:
    """Say why neither a resource nor its plural can be called so; empty when they can."""
    if keyword.iskeyword(word):
        return f"'{word}' is a keyword of Python"
    if word in _BUILTINS:
        return f"'{word}' is a name of Python's own"
    if word in _AMBIGUOUS_NAMES:
        return f"'{word}': {AMBIGUOUS}"
    if word.startswith("test") or word == "conftest":
        return _PYTEST
    if word in _VARIABLES:
        return f"generated code uses '{word}' for something else"
    return ""


def flaw_of_task(name: str) -> str:
    """Say why a task cannot be called so; empty when it can."""
    if flaw := flaw_of_word(name):
        return flaw
    if name in _TASK_VARIABLES:
        return f"generated code uses '{name}' for something else"
    return ""


def flaw_of_class(name: str) -> str:
    """Say why a class cannot be called so; empty when it can."""
    if name in _BUILTINS or name in keyword.kwlist:
        return f"'{name}' is a name of Python's own"
    if name in CLASSES:
        return f"the code of every resource uses a class '{name}' already"
    return ""


def is_secret(name: str) -> bool:
    """Whether linters take a text of this name for a password that is written into the code."""
    return _SECRET.search(name) is not None
