# Needs app/schemas/sanitized_html.py
import pytest
from httpx2 import AsyncClient
from pydantic import ValidationError

from app.schemas.item import ItemCreate
from tests.api.v1.test_sanitized_html import create_item


async def test_link_has_no_target_and_a_safe_rel(ada: AsyncClient) -> None:
    link = '<a href="https://example.com/" target="_top" rel="opener">d</a>'

    assert (await create_item(ada, link)).json()["description"] == (
        '<a href="https://example.com/" rel="nofollow noopener noreferrer">d</a>'
    )


@pytest.mark.parametrize("sent", ["x" * 10_001, "&" * 9_999, "<a>" * 3_000, "&#8238;", "&#1;"])
def test_limits_apply_before_and_after_sanitizing(sent: str) -> None:
    with pytest.raises(ValidationError, match="description"):
        ItemCreate(title="Engine", description=sent)
