"""Mails with a link that works once, sent after the answer."""

from datetime import timedelta
from pathlib import Path
from string import Template

import structlog

from app.core.mail import Mail
from app.crud.email_token import create_email_token
from app.dependencies import AppState
from app.models.email_token import Purpose

TEXTS = Path(__file__).parents[1] / "texts"
log = structlog.stdlib.get_logger(__name__)


async def send_email_link(state: AppState, purpose: Purpose, email: str) -> None:
    """Send a link to who has this address and needs one; a failure is only logged.

    This runs in the background, after the commit, and looks the address up only then: the answer
    tells by nothing whether it is known. It is no job for a queue, which would keep the token.
    """
    settings = state.settings
    hours = {
        "verify-email": settings.verify_email_hours,
        "password-reset": settings.password_reset_hours,
    }[purpose]
    try:
        async with state.sessionmaker.begin() as db:
            issued = await create_email_token(db, purpose, email, timedelta(hours=hours))
        if issued:
            address, token = issued
            # Behind the # it stays in the browser, out of logs and of the Referer header.
            link = f"{settings.frontend_url.rstrip('/')}/{purpose}#token={token}"
            text = Template((TEXTS / f"{purpose}.txt").read_text(encoding="utf-8"))
            subject, _, body = text.substitute(link=link, hours=hours).partition("\n\n")
            await state.mailer.send(Mail(address, subject, body))
    except Exception:
        log.exception("mail was not sent", purpose=purpose)
