from fastapi import FastAPI
from httpx2 import AsyncClient
from pydantic import BaseModel

from app.problems import Problem
from tests.problems import error_location


async def test_unknown_path_is_a_problem_document(client: AsyncClient) -> None:
    response = await client.get("/nowhere")

    problem = Problem.model_validate_json(response.content)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (problem.status, problem.title, problem.instance) == (404, "Not Found", "/nowhere")


async def test_invalid_values_are_described_without_being_repeated(
    app: FastAPI, client: AsyncClient
) -> None:
    class Body(BaseModel):
        number: int

    @app.post("/numbers")
    async def numbers(body: Body) -> Body:
        return body

    for content in (b'{"number": "s3cret"}', b'{"number": NaN}', b'{"number": "\\ud800"}'):
        response = await client.post(
            "/numbers", content=content, headers={"Content-Type": "application/json"}
        )

        assert response.status_code == 422
        assert error_location(response) == ["body", "number"]
        assert "s3cret" not in response.text


async def test_method_that_is_not_allowed_is_answered_with_all_methods_of_the_path(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.get("/things")
    async def read_things() -> None: ...

    @app.post("/things")
    async def create_thing() -> None: ...

    response = await client.delete("/things")

    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, POST"


async def test_unexpected_error_is_a_problem_document_without_its_message(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.get("/broken")
    async def fail() -> None:
        raise RuntimeError("s3cret")

    response = await client.get("/broken")

    assert response.status_code == 500
    assert "s3cret" not in response.text
