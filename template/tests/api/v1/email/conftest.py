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
        parts = [mail.get_content().partition("#token=")[2].split() for mail in self.mails]
        return [part[0] for part in parts if part]


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
