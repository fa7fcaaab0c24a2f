"""E-mail verification and password reset."""

from fastapi import APIRouter, BackgroundTasks

from app.api.emails import AccountNoticesDep, send_email_link
from app.core.session import release_connection
from app.crud.email_token import check_email_token, consume_email_token, reset_password
from app.dependencies import SessionDep, StateDep
from app.problems import error_responses
from app.request_limits import SMALL_BODY_BYTES
from app.schemas.email import (
    EmailLinkRequest,
    EmailLinkResponse,
    EmailVerificationConfirm,
    PasswordResetConfirm,
)

router = APIRouter(prefix="/auth", tags=["auth"], max_body_size=SMALL_BODY_BYTES)

LINK_REQUESTED = EmailLinkResponse(
    detail="If the e-mail address is registered and needs a link, an e-mail has been sent."
)


@router.post("/verify-email", status_code=202)
async def request_email_verification(
    data: EmailLinkRequest, state: StateDep, background_tasks: BackgroundTasks
) -> EmailLinkResponse:
    """Send an e-mail with a link that verifies the address, at most three in an hour."""
    background_tasks.add_task(send_email_link, state, "verify-email", data.email)
    return LINK_REQUESTED


@router.post("/verify-email/confirm", status_code=204, responses=error_responses(400))
async def verify_email(data: EmailVerificationConfirm, db: SessionDep) -> None:
    """Verify the e-mail address with the token from the link."""
    await consume_email_token(db, "verify-email", data.token)


@router.post("/password-reset", status_code=202)
async def request_password_reset(
    data: EmailLinkRequest, state: StateDep, background_tasks: BackgroundTasks
) -> EmailLinkResponse:
    """Send an e-mail with a link that resets the password, at most three in an hour."""
    background_tasks.add_task(send_email_link, state, "password-reset", data.email)
    return LINK_REQUESTED


@router.post("/password-reset/confirm", status_code=204, responses=error_responses(400, 503))
async def confirm_password_reset(
    data: PasswordResetConfirm, state: StateDep, db: SessionDep, notices: AccountNoticesDep
) -> None:
    """Set a new password with the token from the link; all sessions of the user end."""
    await check_email_token(db, "password-reset", data.token)
    await release_connection(db)  # hashing is slow
    hashed_password = await state.password_hasher.hash(data.new_password.get_secret_value())
    user = await reset_password(db, data.token, hashed_password)
    notices.add(user, "Your password was reset.")
