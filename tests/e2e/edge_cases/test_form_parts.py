# Needs app/request_limits.py app/api/deps.py
from typing import Annotated

from fastapi import FastAPI, Form
from httpx2 import AsyncClient


async def test_form_with_too_many_parts_is_rejected_while_it_is_parsed(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.post("/form", max_body_size=1_000_000)
    async def read_form(text: Annotated[list[str], Form()]) -> int:
        return len(text)

    most = await client.post("/form", files=[("text", (None, "a"))] * 1000)
    more = await client.post("/form", files=[("text", (None, "a"))] * 1001)

    assert (most.json(), more.status_code) == (1000, 400)
    assert more.headers["Content-Type"] == "application/problem+json"
