from fastapi import APIRouter, FastAPI
from httpx2 import AsyncClient


async def test_next_version_stands_beside_the_first(app: FastAPI, client: AsyncClient) -> None:
    v2 = APIRouter(prefix="/v2")

    @v2.get("/hello")
    async def hello() -> str:
        return "hello"

    app.include_router(v2, prefix="/api")

    assert (await client.get("/api/v2/hello")).json() == "hello"
