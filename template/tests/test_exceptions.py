from fastapi import FastAPI
from httpx2 import AsyncClient

from app.exceptions import InvalidReference


async def test_reference_to_missing_row_is_a_validation_error(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.post("/books")
    async def create_book() -> None:
        raise InvalidReference("shelf_id")

    response = await client.post("/books")

    assert response.status_code == 422
    [error] = response.json()["errors"]
    assert (error["loc"], error["type"]) == (["body", "shelf_id"], "invalid_reference")
