"""Items, as the API shows and takes them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.schemas.common import UNSET, PatchModel, RequestModel, SearchParams, SingleLineStr
from app.schemas.sanitized_html import SanitizedHtml

Title = Annotated[
    SingleLineStr, Field(min_length=1, max_length=100, examples=["Analytical engine"])
]
Description = Annotated[SanitizedHtml, Field(examples=["Weaves <em>algebraic</em> patterns."])]


class ItemCreate(RequestModel):
    """What a new item takes."""

    title: Title
    description: Description | None = None


class ItemUpdate(PatchModel):
    """What may be changed of an item."""

    title: Title = UNSET
    description: Description | None = None


class ItemRead(BaseModel, from_attributes=True):
    """What the API shows of an item."""

    id: UUID
    owner_id: UUID
    title: str = Field(examples=["Analytical engine"])
    description: str | None = Field(examples=["Weaves algebraic patterns."])
    created_at: datetime
    updated_at: datetime


class ItemListParams(SearchParams, frozen=True):
    """Which items to list."""

    sort: Literal["created_at", "-created_at", "title", "-title"] = "-created_at"
