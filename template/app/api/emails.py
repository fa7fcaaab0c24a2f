"""E-mails with a single-use link, and about changes of a user, sent in the background."""

from datetime import timedelta
from pathlib import Path
from string import Template
from typing import Annotated

import structlog
from fastapi import BackgroundTasks, Depends

from app.api.deps import CurrentUser
from app.core.mail import Mail
from app.crud.email_token import create_email_token
from app.dependencies import AppState, StateDep
from app.models.email_token import Purpose
from app.models.user import User

TEXTS = Path(__file__).parents[1] / "texts"
log = structlog.get_logger(__name__)


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
            await state.mailer.send(create_mail(address, purpose, link=link, hours=hours))
    except Exception:
        log.exception("sending an e-mail link failed", purpose=purpose)


async def send_account_notice(state: AppState, address: str, change: str) -> None:
    """Send an e-mail about a change of the account; errors are logged."""
    link = f"{state.settings.frontend_url.rstrip('/')}/password-reset"
    try:
        await state.mailer.send(create_mail(address, "account-changed", change=change, link=link))
    except Exception:
        log.exception("sending an account notice failed")


def create_mail(address: str, name: str, **values: object) -> Mail:
    """Return the e-mail with the text of this name in `app/texts`."""
    text = Template((TEXTS / f"{name}.txt").read_text(encoding="utf-8"))
    subject, _, body = text.substitute(values).partition("\n\n")
    return Mail(address, subject, body)


class AccountNotices:
    """Sends users an e-mail about changes of their accounts, after the response."""

    def __init__(self, state: StateDep, background_tasks: BackgroundTasks) -> None:
        self._state = state
        self._background_tasks = background_tasks

    def add(self, user: User, change: str) -> None:
        """Tell a user about a change, unless the address may belong to someone else."""
        if user.email_verified:
            self._background_tasks.add_task(send_account_notice, self._state, user.email, change)


AccountNoticesDep = Annotated[AccountNotices, Depends(AccountNotices)]


def account_notice(change: str) -> object:
    """Return a dependency that tells the current user about a change, if the request succeeds."""

    async def add_notice(user: CurrentUser, notices: AccountNoticesDep) -> None:
        notices.add(user, change)

    return Depends(add_notice)
