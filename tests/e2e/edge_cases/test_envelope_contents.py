# Needs app/envelope.py
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from pydantic import BaseModel

from app.envelope import EnvelopeError
from tests.test_envelope import Number, get_envelope


class Length(BaseModel):
    value: int
    note: str | None = None
    unit: str = "m"


@pytest.mark.parametrize(
    ("option", "value", "data"),
    [
        ("include", {"value"}, {"value": 1}),
        ("exclude", {"value"}, {"note": None, "unit": "m"}),
        ("exclude_none", True, {"value": 1, "unit": "m"}),
        ("exclude_unset", True, {"value": 1}),
        ("exclude_defaults", True, {"value": 1}),
    ],
)
async def test_response_model_options_concern_the_data_and_not_the_envelope(
    app: FastAPI, client: AsyncClient, option: str, value: object, data: dict[str, object]
) -> None:
    options: dict[str, Any] = {f"response_model_{option}": value}

    @app.get("/length", **options)
    async def read_length() -> Length:
        return Length(value=1)

    @app.get("/nothing", **options)
    async def read_nothing() -> Length | None:
        return None

    assert (await client.get("/length")).json() == data
    assert (await client.get("/nothing")).json() is None


async def test_each_invalid_value_has_its_own_error(app: FastAPI, client: AsyncClient) -> None:
    @app.post("/sums")
    async def add(first: Number, second: Number) -> int:
        return first.value + second.value

    envelope = get_envelope(await client.post("/sums", json={"first": {}, "second": {}}))

    assert envelope["message"] == "Request validation failed."
    assert list(envelope["errors"][0]) == [*EnvelopeError.model_fields]
    locations = [error["loc"] for error in envelope["errors"]]
    assert locations == [["body", "first", "value"], ["body", "second", "value"]]
    assert envelope["errors"][0]["detail"] == "Field required"
