# Needs app/schemas/common.py
import pytest
from pydantic import ValidationError

from app.schemas.common import ListParams


@pytest.mark.parametrize("sort", ["created_at", "-created_at"])
def test_lists_without_orders_of_their_own_are_sorted_by_time(sort: str) -> None:
    assert ListParams(sort=sort).sort == sort


@pytest.mark.parametrize(
    "sort", ["", "-", "title", "hashed_password", "created_at\n", "--created_at"]
)
def test_unknown_order_is_invalid_and_no_error_of_the_server(sort: str) -> None:
    with pytest.raises(ValidationError):
        ListParams(sort=sort)
