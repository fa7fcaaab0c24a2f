"""HTML from clients, sanitized before it is stored."""

from typing import Annotated

import nh3
from pydantic import AfterValidator, Field, TypeAdapter

from app.schemas.common import MultiLineStr

MAX_LENGTH = 10_000
INLINE_TAGS = {"a", "b", "br", "code", "em", "i", "s", "strong", "u"}
BLOCK_TAGS = {"blockquote", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "ul"}

cleaner = nh3.Cleaner(
    tags=INLINE_TAGS | BLOCK_TAGS,
    attributes={"a": {"href", "title"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="nofollow noopener noreferrer",
)
LimitedStr = Annotated[MultiLineStr, Field(max_length=MAX_LENGTH)]
limited_str = TypeAdapter(LimitedStr)


def sanitize(html: str) -> str:
    """Return the HTML with formatting and links only.

    Raises:
        ValueError: If the result is too long or contains decoded control characters.
    """
    return limited_str.validate_python(cleaner.clean(html))


SanitizedHtml = Annotated[LimitedStr, AfterValidator(sanitize)]
"""HTML with formatting and links only; browsers can show it without escaping."""
