from collections.abc import AsyncGenerator

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.factory import create_app
from tests.api.v1.email.inbox import Inbox


@pytest.fixture
async def inbox() -> AsyncGenerator[Inbox]:
    async with Inbox().run() as inbox:
        yield inbox


@pytest.fixture
def app(settings: Settings, engine: AsyncEngine, inbox: Inbox) -> FastAPI:
    return create_app(settings.model_copy(update=inbox.settings))
