# Needs app/commands.py
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from tests.test_commands import roles, run


async def test_seed_is_rejected_in_production(
    settings: Settings, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    production = settings.model_copy(update={"environment": "production"})
    monkeypatch.setattr("app.commands.get_settings", lambda: production)

    assert (await run("seed")).exit_code == 1
    assert await roles(engine) == {}
