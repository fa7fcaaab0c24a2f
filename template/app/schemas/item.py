"""Schemas of items."""

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
    """Body of a request that creates an item."""

    title: Title
    description: Description | None = None


class ItemUpdate(PatchModel):
    """Body of a request that updates an item."""

    title: Title = UNSET
    description: Description | None = None


class ItemRead(BaseModel, from_attributes=True):
    """An item in a response."""

    id: UUID
    owner_id: UUID
    title: str = Field(examples=["Analytical engine"])
    description: str | None = Field(examples=["Weaves algebraic patterns."])
    created_at: datetime
    updated_at: datetime


class ItemListParams(SearchParams, frozen=True):
    """Query parameters of the list of items."""

    sort: Literal["created_at", "-created_at", "title", "-title"] = "-created_at"
