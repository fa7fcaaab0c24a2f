"""E-mails with a single-use link, sent in the background."""

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
    """Send a link to the user with this e-mail address; errors are logged.

    Endpoints run this after the response is sent, so that neither the response nor its timing
    shows whether the address is registered. The token is never stored, only its hash.
    """
    settings = state.settings
    hours = {
        "verify-email": settings.verify_email_hours,
        "password-reset": settings.password_reset_hours,
    }[purpose]
    try:
        async with state.sessionmaker.begin() as db:
            created = await create_email_token(db, purpose, email, timedelta(hours=hours))
        if created:
            address, token = created
            # Browsers do not send the fragment, so the token stays out of logs and Referer headers.
            link = f"{settings.frontend_url.rstrip('/')}/{purpose}#token={token}"
            text = Template((TEXTS / f"{purpose}.txt").read_text(encoding="utf-8"))
            subject, _, body = text.substitute(link=link, hours=hours).partition("\n\n")
            await state.mailer.send(Mail(address, subject, body))
    except Exception:
        log.exception("sending an e-mail link failed", purpose=purpose)
