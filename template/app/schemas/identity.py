"""Who people are elsewhere, as the API shows and takes it."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class CallbackQuery(BaseModel):
    """What a provider sends the browser back with."""

    state: str | None = None
    code: str | None = None
    error: str | None = None


class AuthorizationURL(BaseModel):
    """Where the browser goes next."""

    authorization_url: str


class IdentityRead(BaseModel, from_attributes=True):
    """One way to sign in with a provider."""

    id: UUID
    issuer: str
    subject: str
    created_at: datetime
