"""Schemas of login with a provider."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class OAuthCallbackParams(BaseModel):
    """Query parameters that the provider adds to the callback URL."""

    state: str | None = None
    code: str | None = None
    error: str | None = None


class AuthorizationURL(BaseModel):
    """The URL at the provider where the browser continues."""

    authorization_url: str


class IdentityRead(BaseModel, from_attributes=True):
    """An identity that is linked to the user."""

    id: UUID
    issuer: str
    subject: str
    created_at: datetime
