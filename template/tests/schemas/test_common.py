import pytest
from pydantic import TypeAdapter, ValidationError

from app.schemas.common import (
    UNSET,
    ListParams,
    MultiLineStr,
    PatchModel,
    RequestModel,
    SingleLineStr,
)


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
        {"limit": 0},
        {"limit": 101},
        {"skip": -1},
        {"cursor": "x" * 2001},
        {"unknown": 1},
    ],
    ids=str,
)
def test_list_params_reject(params: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ListParams.model_validate(params)
