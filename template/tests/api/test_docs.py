import re
from base64 import b64encode
from hashlib import sha256

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient


async def test_documentation_loads_nothing_from_elsewhere(client: AsyncClient) -> None:
    page = await client.get("/docs")

    assert (await client.get("/openapi.json")).status_code == 200
    for link in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert (await client.get(link)).status_code == 200, link


async def test_policy_allows_the_inline_script_by_its_hash(client: AsyncClient) -> None:
    page = await client.get("/docs")

    [script] = re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in page.headers["Content-Security-Policy"]


async def test_documentation_can_be_switched_off(production: FastAPI) -> None:
    async with AsyncClient(transport=ASGITransport(production), base_url="http://test") as client:
        for path in ("/docs", "/openapi.json"):
            assert (await client.get(path)).status_code == 404
