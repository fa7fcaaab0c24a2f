import pytest
from httpx2 import AsyncClient, Response

ITEMS = "/api/v1/items"


async def create_item(client: AsyncClient, description: str) -> Response:
    return await client.post(ITEMS, json={"title": "Engine", "description": description})


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("plain text", "plain text"),
        ("<p>a <em>b</em></p><ul><li>c</li></ul>", "<p>a <em>b</em></p><ul><li>c</li></ul>"),
        ("a<script>alert(1)</script>b", "ab"),
        ('<b onclick="alert(1)" style="color:red">b</b>', "<b>b</b>"),
        ('<a href="javascript:alert(1)">c</a>', '<a rel="nofollow noopener noreferrer">c</a>'),
        ('<img src="x" onerror="alert(1)">d', "d"),
        ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
        ("a < b", "a &lt; b"),
        ("a &lt; b", "a &lt; b"),
    ],
)
async def test_only_formatting_and_links_are_kept(ada: AsyncClient, sent: str, stored: str) -> None:
    created = (await create_item(ada, sent)).json()

    url = f"{ITEMS}/{created['id']}"
    updated = (await ada.patch(url, json={"description": created["description"]})).json()
    assert created["description"] == stored
    assert updated["description"] == stored


async def test_title_is_not_html_and_is_stored_unchanged(ada: AsyncClient) -> None:
    title = "<script>alert('1 < 2')</script>"

    response = await ada.post(ITEMS, json={"title": title})

    assert response.json()["title"] == title
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
