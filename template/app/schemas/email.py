"""Schemas of e-mail verification and password reset."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.schemas.common import Email, RequestModel
from app.schemas.password import NewPassword


class EmailLinkRequest(RequestModel):
    """The e-mail address to send a link to."""

    email: Email


class EmailLinkResponse(BaseModel):
    """A message that is the same for every e-mail address."""

    detail: str


class EmailVerificationConfirm(RequestModel):
    """The token from the link in the e-mail."""

    token: Annotated[str, Field(min_length=1, max_length=100)]


class PasswordResetConfirm(EmailVerificationConfirm):
    """The token from the link in the e-mail, and the new password."""

    new_password: NewPassword
