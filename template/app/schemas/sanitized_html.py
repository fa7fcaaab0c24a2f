"""Text that may have formatting: HTML, cleaned before it is stored."""

from typing import Annotated

import nh3
from pydantic import AfterValidator, Field, TypeAdapter

from app.schemas.common import MultiLineStr

LONGEST = 10_000
INLINE = {"a", "b", "br", "code", "em", "i", "s", "strong", "u"}
BLOCKS = {"blockquote", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "ul"}
CLEANER = nh3.Cleaner(
    tags=INLINE | BLOCKS,
    attributes={"a": {"href", "title"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow noopener noreferrer",
)
Limited = Annotated[MultiLineStr, Field(max_length=LONGEST)]
adapter = TypeAdapter(Limited)


def clean(html: str) -> str:
    """Return HTML with nothing in it but formatting and links.

    Raises:
        ValueError: What is left is too long, or has control characters that were written out.
    """
    return adapter.validate_python(CLEANER.clean(html))


SanitizedHtml = Annotated[Limited, AfterValidator(clean)]
"""HTML of which only formatting and links stay; show it as HTML, without encoding it again."""
