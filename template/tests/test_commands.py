import pytest
from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from typer.testing import CliRunner, Result

from app.cli import cli
from app.config import Settings
from app.models.user import User, UserRole
from tests.factories.users import PASSWORD


async def run(*arguments: str) -> Result:
    """Run a command in a thread, because it starts its own event loop."""
    return await to_thread.run_sync(CliRunner().invoke, cli, arguments)


@pytest.fixture(autouse=True)
def command_settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("app.commands.get_settings", lambda: settings)
    return settings


async def roles(engine: AsyncEngine) -> dict[str, UserRole]:
    """Return the roles of all users by e-mail address."""
    async with engine.connect() as connection:
        rows = await connection.execute(select(User.email, User.role))
    return {row.email: row.role for row in rows}


async def test_create_admin_creates_an_administrator(engine: AsyncEngine) -> None:
    result = await run("create-admin", "--email", "Root@example.com", "--password", PASSWORD)

    assert (result.exit_code, PASSWORD in result.output) == (0, False)
    assert await roles(engine) == {"root@example.com": UserRole.ADMIN}


async def test_address_of_the_own_network_is_accepted(engine: AsyncEngine) -> None:
    result = await run("create-admin", "--email", "admin@corp.local", "--password", PASSWORD)

    assert (result.exit_code, await roles(engine)) == (0, {"admin@corp.local": UserRole.ADMIN})


async def test_weak_password_and_registered_address_are_reported(engine: AsyncEngine) -> None:
    weak = await run("create-admin", "--email", "root@example.com", "--password", "password")
    await run("create-admin", "--email", "root@example.com", "--password", PASSWORD)
    taken = await run("create-admin", "--email", "root@example.com", "--password", PASSWORD)

    assert (weak.exit_code, "too common" in weak.stderr) == (1, True)
    assert (taken.exit_code, "already registered" in taken.stderr) == (1, True)
    assert len(await roles(engine)) == 1


async def test_seed_creates_a_user(engine: AsyncEngine) -> None:
    result = await run("seed")

    assert (result.exit_code, "ada@example.com" in result.output) == (0, True)
    assert await roles(engine) == {"ada@example.com": UserRole.USER}
