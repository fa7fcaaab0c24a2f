from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import TypeAdapter, ValidationError

from app.schemas.common import (
    UNSET,
    Cursor,
    ListParams,
    MultiLineStr,
    PatchModel,
    RequestModel,
    SingleLineStr,
)

ROW_ID = UUID("00000000-0000-4000-8000-000000000000")
OUT_OF_RANGE = urlsafe_b64encode(f"0001-01-01T00:00:00+14:00 {ROW_ID}".encode()).decode()
CURSOR = str(Cursor(datetime(2026, 1, 1, tzinfo=UTC), ROW_ID))


class NameCreate(RequestModel):
    name: SingleLineStr


class NameUpdate(PatchModel):
    name: SingleLineStr = UNSET


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "two\nlines"},
        {"name": "\nAda"},
        {"name": "Ada\u2028"},
        {"name": "null\x00byte"},
        {"name": "Ada", "role": "admin"},
    ],
    ids=str,
)
def test_request_model_rejects(body: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        NameCreate.model_validate(body)


@pytest.mark.parametrize("body", [{}, {"name": None}, {"role": "admin"}], ids=str)
def test_patch_model_rejects(body: dict[str, str | None]) -> None:
    with pytest.raises(ValidationError):
        NameUpdate.model_validate(body)


def test_single_line_is_stripped_and_control_characters_are_rejected() -> None:
    assert TypeAdapter(SingleLineStr).validate_python(" Ada ") == "Ada"
    assert TypeAdapter(MultiLineStr).validate_python("two\n\tlines") == "two\n\tlines"
    with pytest.raises(ValidationError):
        TypeAdapter(MultiLineStr).validate_python("right\u202eto left")


@pytest.mark.parametrize(
    "params",
    [
        {"cursor": "forged"},
        {"cursor": OUT_OF_RANGE},
        {"cursor": CURSOR, "sort": "name"},
        {"limit": 0},
        {"limit": 101},
        {"skip": -1},
        {"unknown": 1},
    ],
    ids=str,
)
def test_list_params_reject(params: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as error:
        ListParams.model_validate(params)

    assert "decode" not in str(error.value)


def test_cursor_survives_encoding_and_decoding() -> None:
    assert str(Cursor.parse(CURSOR)) == CURSOR
    assert ListParams(cursor=CURSOR).cursor == CURSOR
