import re

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient


async def test_documentation_loads_no_file_of_another_host(client: AsyncClient) -> None:
    page = await client.get("/docs")

    assert (await client.get("/openapi.json")).status_code == 200
    for link in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert (await client.get(link)).status_code == 200, link


async def test_page_has_no_inline_script_and_its_policy_allows_none(client: AsyncClient) -> None:
    page = await client.get("/docs")

    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    for script in re.findall(r"<script(.*?)</script>", page.text, re.DOTALL):
        assert re.fullmatch(r' src="docs/assets/[^"]+">', script)


async def test_documentation_can_be_disabled(production: FastAPI) -> None:
    async with AsyncClient(transport=ASGITransport(production), base_url="http://test") as client:
        for path in ("/docs", "/openapi.json"):
            assert (await client.get(path)).status_code == 404
