from collections.abc import AsyncGenerator

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.factory import create_app
from tests.smtp import MailServer

AUTH = "/api/v1/auth"


class Inbox(MailServer):
    @property
    def tokens(self) -> list[str]:
        """Return the tokens of the links that were mailed, the first first."""
        return [mail.get_content().split("#token=")[1].split()[0] for mail in self.mails]


@pytest.fixture
async def inbox() -> AsyncGenerator[Inbox]:
    async with Inbox().run() as inbox:
        yield inbox


@pytest.fixture
def changes() -> dict[str, object]:
    return {}


@pytest.fixture
def app(
    settings: Settings, engine: AsyncEngine, inbox: Inbox, changes: dict[str, object]
) -> FastAPI:
    return create_app(settings.model_copy(update=inbox.settings | changes))
