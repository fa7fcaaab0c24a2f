"""Read and submit the forms of the admin pages, like a browser."""

from html.parser import HTMLParser

from httpx2 import AsyncClient, Response
from typing_extensions import override


class Form(HTMLParser):
    """Parses the values of the form fields in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.field = ""
        self.feed(page)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in {"textarea", "select"}:
            self.field = attributes["name"]
            self.values[self.field] = ""
        elif tag == "option" and ("selected" in attributes or not self.values[self.field]):
            self.values[self.field] = attributes["value"]
        elif tag == "input" and (attributes.get("type") != "checkbox" or "checked" in attributes):
            self.values[attributes.get("name", "")] = attributes.get("value", "y")

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in {"textarea", "select"}:
            self.field = ""

    @override
    def handle_data(self, data: str) -> None:
        if self.field and data.strip() and self.lasttag == "textarea":
            self.values[self.field] += data.strip()


async def submit_form(client: AsyncClient, url: str, changes: dict[str, str]) -> Response:
    """Open a form, change some values, and submit it."""
    page = await client.get(url)
    assert page.status_code == 200, page.text
    return await client.post(url, data=Form(page.text).values | changes | {"save": "Save"})
