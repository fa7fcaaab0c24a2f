from collections.abc import AsyncGenerator

import pytest
from fastapi import FastAPI

from app.config import Settings
from tests.servers import change_settings
from tests.smtp import MailServer

AUTH = "/api/v1/auth"


class Inbox(MailServer):
    @property
    def tokens(self) -> list[str]:
        """Return the tokens in the links of all mails, oldest first."""
        return [mail.get_content().split("#token=")[1].split()[0] for mail in self.mails]


@pytest.fixture
async def inbox() -> AsyncGenerator[Inbox]:
    async with Inbox().run() as inbox:
        yield inbox


@pytest.fixture
def changes() -> dict[str, object]:
    return {}


@pytest.fixture
def app(app: FastAPI, settings: Settings, inbox: Inbox, changes: dict[str, object]) -> FastAPI:
    change_settings(app, settings, inbox.settings | changes)
    return app
