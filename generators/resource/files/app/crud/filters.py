"""The filters of lists: parameters such as `price`, `price__gte` and `price__isnull`."""

from sqlalchemy import ColumnElement, inspect

from app.models.entity import Entity
from app.schemas.common import ListParams, SearchParams


def get_filters(model: type[Entity], params: ListParams) -> list[ColumnElement[bool]]:
    """Return the conditions for the parameters that a list has beside those of every list."""
    filters = params.model_dump(exclude=set(SearchParams.model_fields), exclude_none=True)
    return [get_filter(model, name, value) for name, value in filters.items()]


def get_filter(model: type[Entity], name: str, value: object) -> ColumnElement[bool]:
    """Return the condition for one filter.

    A list of values selects the rows with one of them, `__gte` and `__lte` those with at least or
    at most the value, and `__isnull` those with or without a value.
    """
    column_name, _, lookup = name.partition("__")
    column = inspect(model).columns[column_name]
    condition = column.in_(value) if isinstance(value, list) else column == value
    match lookup:
        case "gte":
            condition = column >= value
        case "lte":
            condition = column <= value
        case "isnull":
            condition = column.is_(None) if value else column.is_not(None)
    return condition
