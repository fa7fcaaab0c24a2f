# Needs app/crud/email_token.py
import pytest
from httpx2 import AsyncClient

from app.commands import create_user
from app.config import Settings
from app.models.user import UserRole
from tests.factories.users import PASSWORD, login


@pytest.mark.parametrize("changes", [{"require_verified_email": True}])
async def test_administrator_created_by_a_command_is_verified(
    client: AsyncClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.commands.get_settings", lambda: settings)

    await create_user("root@example.com", PASSWORD, UserRole.ADMIN)

    assert (await login(client, "root@example.com")).status_code == 200
