# Needs app/admin
import re

from httpx2 import AsyncClient

from tests.admin.test_views import USERS


async def test_pages_load_only_own_files_and_no_inline_scripts(root: AsyncClient) -> None:
    page = await root.get(USERS)

    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'; style-src 'self';" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=", page.text)
    for link in re.findall(r'(?:src|href)="([^"]+\.(?:js|css))"', page.text):
        assert (await root.get(link)).status_code == 200, link
