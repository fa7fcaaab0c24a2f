from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError

from app.schemas.common import UNSET, Cursor, RequestModel, SingleLineStr, ListParams, PatchModel, MultiLineStr

SOMEBODY = UUID("00000000-0000-4000-8000-000000000000")
AGES_AGO = urlsafe_b64encode(f"0001-01-01T00:00:00+14:00 {SOMEBODY}".encode()).decode()
CURSOR = str(Cursor(datetime(2026, 1, 1, tzinfo=UTC), SOMEBODY))


class Name(RequestModel):
    name: SingleLineStr


class NewName(PatchModel):
    name: SingleLineStr = UNSET


@pytest.mark.parametrize(
    "body",
    [{}, {"name": "two\nlines"}, {"name": "null\x00byte"}, {"name": "Ada", "role": "admin"}],
    ids=str,
)
def test_input_refuses(body: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Name.model_validate(body)


@pytest.mark.parametrize("body", [{}, {"name": None}, {"role": "admin"}], ids=str)
def test_change_refuses(body: dict[str, str | None]) -> None:
    with pytest.raises(ValidationError):
        NewName.model_validate(body)


def test_line_is_stripped_and_text_may_have_several() -> None:
    assert TypeAdapter(SingleLineStr).validate_python(" Ada ") == "Ada"
    assert TypeAdapter(MultiLineStr).validate_python("two\n\tlines") == "two\n\tlines"
    with pytest.raises(ValidationError):
        TypeAdapter(MultiLineStr).validate_python("right\u202eto left")


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "forged"},
        {"cursor": AGES_AGO},
        {"cursor": CURSOR, "sort": "name"},
        {"limit": 0},
        {"limit": 101},
        {"skip": -1},
        {"unknown": 1},
    ],
    ids=str,
)
def test_list_refuses_what_it_cannot_do(query: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ListParams.model_validate(query)


def test_cursor_comes_back_as_it_was_given() -> None:
    assert str(Cursor.parse(CURSOR)) == CURSOR
    assert ListParams(cursor=CURSOR).cursor == CURSOR
