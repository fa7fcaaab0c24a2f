"""Verifying an address, and resetting a password, by mail."""

from fastapi import APIRouter, BackgroundTasks

from app.api.emails import send_email_link
from app.crud.email_token import consume_email_token, reset_password
from app.dependencies import SessionDep, StateDep
from app.problems import error_responses
from app.schemas.email import EmailConfirmation, MailRequest, MailRequested, PasswordReset

router = APIRouter(prefix="/auth", tags=["auth"])

REQUESTED = MailRequested(detail="If an account needs it, a mail is on its way.")


@router.post("/verify-email", status_code=202)
async def request_verification(
    data: MailRequest, state: StateDep, background: BackgroundTasks
) -> MailRequested:
    """Ask for a mail that verifies the address; the one before stops working."""
    background.add_task(send_email_link, state, "verify-email", data.email)
    return REQUESTED


@router.post("/verify-email/confirm", status_code=204, responses=error_responses(400))
async def confirm_verification(data: EmailConfirmation, db: SessionDep) -> None:
    """Verify the address with the token of the mail, which works once."""
    await consume_email_token(db, "verify-email", data.token)


@router.post("/password-reset", status_code=202)
async def request_password_reset(
    data: MailRequest, state: StateDep, background: BackgroundTasks
) -> MailRequested:
    """Ask for a mail that lets you choose a new password; the one before stops working."""
    background.add_task(send_email_link, state, "password-reset", data.email)
    return REQUESTED


@router.post("/password-reset/confirm", status_code=204, responses=error_responses(400, 503))
async def confirm_password_reset(data: PasswordReset, state: StateDep, db: SessionDep) -> None:
    """Choose a new password with the token of the mail; every session ends."""
    password = data.new_password.get_secret_value()
    await reset_password(db, state.password_hasher, data.token, password)
