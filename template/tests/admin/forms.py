"""Forms of the admin pages, as a browser would send them."""

from html.parser import HTMLParser

from httpx2 import AsyncClient, Response
from typing_extensions import override


class Form(HTMLParser):
    """Collects what the fields of a page hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.field = ""
        self.feed(page)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"textarea", "select"}:
            self.field = given["name"]
            self.values[self.field] = ""
        elif tag == "option" and ("selected" in given or not self.values[self.field]):
            self.values[self.field] = given["value"]
        elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.values[given.get("name", "")] = given.get("value", "y")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in {"textarea", "select"}:
            self.field = ""

    @override
    def handle_data(self, data: str) -> None:
        if self.field and data.strip() and self.lasttag == "textarea":
            self.values[self.field] += data.strip()


async def send_form(client: AsyncClient, url: str, typed: dict[str, str]) -> Response:
    """Open a form, type some values into it, and send it."""
    page = await client.get(url)
    assert page.status_code == 200, page.text
    return await client.post(url, data=Form(page.text).values | typed | {"save": "Save"})
