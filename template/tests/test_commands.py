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
    """Run a command in a thread: it starts an event loop of its own."""
    return await to_thread.run_sync(CliRunner().invoke, cli, arguments)


@pytest.fixture(autouse=True)
def settings_of_commands(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("app.commands.get_settings", lambda: settings)
    return settings


async def roles(engine: AsyncEngine) -> dict[str, UserRole]:
    """Return what the database knows."""
    async with engine.connect() as connection:
        rows = await connection.execute(select(User.email, User.role))
    return {row.email: row.role for row in rows}


async def test_administrator_is_created(engine: AsyncEngine) -> None:
    result = await run("create-admin", "--email", "Root@example.com", "--password", PASSWORD)

    assert (result.exit_code, PASSWORD in result.output) == (0, False)
    assert await roles(engine) == {"root@example.com": UserRole.ADMIN}


async def test_weak_password_and_taken_address_are_explained(engine: AsyncEngine) -> None:
    weak = await run("create-admin", "--email", "root@example.com", "--password", "password")
    await run("create-admin", "--email", "root@example.com", "--password", PASSWORD)
    taken = await run("create-admin", "--email", "root@example.com", "--password", PASSWORD)

    assert (weak.exit_code, "too common" in weak.stderr) == (1, True)
    assert (taken.exit_code, "has an account" in taken.stderr) == (1, True)
    assert len(await roles(engine)) == 1


async def test_seed_makes_a_user_to_sign_in_as(engine: AsyncEngine) -> None:
    result = await run("seed")

    assert (result.exit_code, "ada@example.com" in result.output) == (0, True)
    assert await roles(engine) == {"ada@example.com": UserRole.USER}
