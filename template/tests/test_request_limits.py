import json
from collections.abc import AsyncGenerator
from typing import Annotated

import pytest
from fastapi import Body, FastAPI
from httpx2 import AsyncClient

JSON = {"Content-Type": "application/json"}
FIELDS = {str(number): 0 for number in range(1000)}


@pytest.fixture(autouse=True)
def echo(app: FastAPI) -> None:
    @app.post("/json", max_body_size=1_000_000)
    async def read_json(body: Annotated[object, Body()]) -> object:
        return body


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(FIELDS, id="members"),
        pytest.param([0] * 1000, id="elements"),
        pytest.param({"text": '{[,"\\' * 2000, "": "\\"}, id="punctuation in a string"),
        pytest.param(json.loads("[" * 32 + "]" * 32), id="levels"),
    ],
)
async def test_json_within_the_limits_is_accepted(client: AsyncClient, body: object) -> None:
    response = await client.post("/json", json=body)

    assert response.json() == body


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-be"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps(FIELDS | {"one more": 0}), id="members"),
        pytest.param("[" + "[]," * 1000 + "[]]", id="arrays"),
        pytest.param('{"a":0' + ',"a":0' * 1000 + "}", id="the same member"),
        pytest.param("[" * 33 + "]" * 33, id="levels"),
        pytest.param("[" * 200_000, id="open levels"),
        pytest.param('{"∢": 0, ' + '"∢": 0, ' * 1000, id="quotes in UTF-16"),
    ],
)
async def test_json_beyond_the_limits_is_rejected(
    client: AsyncClient, text: str, encoding: str
) -> None:
    response = await client.post("/json", content=text.encode(encoding), headers=JSON)

    assert response.status_code == 413
    assert "more than 1000 fields or 32 levels" in response.text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("]" * 900_000, id="closing brackets"),
        pytest.param('"' * 900_000, id="quotes"),
        pytest.param('"' + '\\"' * 400_000, id="escaped quotes"),
        pytest.param("\\", id="backslash"),
    ],
)
async def test_invalid_json_is_left_to_the_parser(client: AsyncClient, text: str) -> None:
    response = await client.post("/json", content=text, headers=JSON)

    assert response.status_code == 422


async def test_json_of_any_media_type_is_limited(client: AsyncClient) -> None:
    headers = {"Content-Type": "Application/VND.Example+JSON; charset=utf-8"}

    response = await client.post("/json", content="[" * 40, headers=headers)

    assert response.status_code == 413


async def test_body_is_checked_as_a_whole_when_it_arrives_in_parts(client: AsyncClient) -> None:
    async def parts() -> AsyncGenerator[bytes]:
        for _ in range(40):
            yield b"["

    response = await client.post("/json", content=parts(), headers=JSON)

    assert response.status_code == 413


async def test_long_url_is_rejected_and_not_repeated(client: AsyncClient) -> None:
    query = await client.get("/health/live", params={"a": "b" * 8200})
    path = await client.get("/" + "a" * 8200)
    encoded = await client.get("/" + "\N{GRINNING FACE}" * 700)  # twelve bytes each

    assert {query.status_code, path.status_code, encoded.status_code} == {414}
    assert len(path.content) < 1000


async def test_long_headers_are_rejected(client: AsyncClient) -> None:
    one = await client.get("/health/live", headers={"Cookie": "a" * 33_000})
    many = await client.get("/health/live", headers={f"X-{number}": "" for number in range(8000)})

    assert (one.status_code, many.status_code) == (431, 431)
    assert one.json()["request_id"] == one.headers["X-Request-ID"]
