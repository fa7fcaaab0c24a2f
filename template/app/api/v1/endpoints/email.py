"""Verifying an address, and resetting a password, by mail."""

from fastapi import APIRouter, BackgroundTasks

from app.api.mails import send_link
from app.crud.email_token import reset_password, spend_token
from app.dependencies import ResourcesDep, SessionDep
from app.problems import problems
from app.schemas.email import EmailConfirmation, MailRequest, MailRequested, PasswordReset

router = APIRouter(prefix="/auth", tags=["auth"])

REQUESTED = MailRequested(detail="If an account needs it, a mail is on its way.")


@router.post("/verify-email", status_code=202)
async def request_verification(
    data: MailRequest, resources: ResourcesDep, background: BackgroundTasks
) -> MailRequested:
    """Ask for a mail that verifies the address; the one before stops working."""
    background.add_task(send_link, resources, "verify-email", data.email)
    return REQUESTED


@router.post("/verify-email/confirm", status_code=204, responses=problems(400))
async def confirm_verification(data: EmailConfirmation, db: SessionDep) -> None:
    """Verify the address with the token of the mail, which works once."""
    await spend_token(db, "verify-email", data.token)


@router.post("/password-reset", status_code=202)
async def request_password_reset(
    data: MailRequest, resources: ResourcesDep, background: BackgroundTasks
) -> MailRequested:
    """Ask for a mail that lets you choose a new password; the one before stops working."""
    background.add_task(send_link, resources, "password-reset", data.email)
    return REQUESTED


@router.post("/password-reset/confirm", status_code=204, responses=problems(400, 503))
async def confirm_password_reset(
    data: PasswordReset, resources: ResourcesDep, db: SessionDep
) -> None:
    """Choose a new password with the token of the mail; every session ends."""
    password = data.new_password.get_secret_value()
    await reset_password(db, resources.passwords, data.token, password)
