"""Verifying an address, and resetting a password, by mail."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.schemas.common import Email, RequestModel
from app.schemas.password import NewPassword


class MailRequest(RequestModel):
    """Whom to send a mail."""

    email: Email


class MailRequested(BaseModel):
    """The same answer for every address, so that it tells nothing."""

    detail: str


class EmailConfirmation(RequestModel):
    """The token of a mail, to be spent."""

    token: Annotated[str, Field(min_length=1, max_length=100)]


class PasswordReset(EmailConfirmation):
    """The token of a mail, and the password from now on."""

    new_password: NewPassword
