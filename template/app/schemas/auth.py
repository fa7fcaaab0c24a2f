"""Schemas of logins, tokens and sessions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.schemas.common import Email, RequestModel
from app.schemas.password import Password


class Credentials(RequestModel):
    """E-mail address and password of a user."""

    email: Email
    password: Password


class RefreshRequest(RequestModel):
    """A refresh token to exchange for a new token pair."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=100)]


BEARER: Literal["bearer"] = "bearer"


class TokenPair(BaseModel):
    """A short-lived access token and a refresh token (RFC 6749)."""

    access_token: str = Field(examples=["eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln"])
    refresh_token: str = Field(examples=["1Sg8vmOaDQv3TzTyXyBRsWzrEJtgKqJpcF7wsyxBQ4c"])
    token_type: Literal["bearer"] = BEARER
    expires_in: int = Field(description="Seconds until the access token expires", examples=[900])


class AuthSessionRead(BaseModel, from_attributes=True):
    """A session of a user on one device."""

    id: UUID
    user_agent: str = Field(examples=["Mozilla/5.0 (X11; Linux x86_64)"])
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
