"""Commands that need the database."""

import asyncio
from secrets import token_urlsafe
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from app.config import get_settings
from app.crud.user import users
from app.exceptions import AppError
from app.factory import open_resources
from app.models.user import UserRole
from app.schemas.user import UserCreate


def create_admin(
    email: Annotated[str, typer.Option(prompt=True)],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
) -> None:
    """Create an administrator."""
    asyncio.run(create_user(email, password, UserRole.ADMIN))
    typer.echo(f"{email} may administer now.")


def seed() -> None:
    """Give developers a user to sign in as."""
    if get_settings().environment == "production":
        raise_exit("Production gets no invented users.")
    password = token_urlsafe(12)
    asyncio.run(create_user("ada@example.com", password, UserRole.USER))
    typer.echo(f"Sign in as ada@example.com with the password {password}")


async def create_user(email: str, password: str, role: UserRole) -> None:
    """Create a user, or explain why that is not possible."""
    try:
        data = UserCreate.model_validate({"email": email, "password": password})
        async with open_resources(get_settings()) as state:
            resources = state["resources"]
            async with resources.sessions.begin() as db:
                await users.sign_up(db, resources.passwords, data, role)
    except ValidationError as error:
        raise_exit("; ".join(item["msg"] for item in error.errors()))
    except AppError as error:
        raise_exit(error.detail)
    except (OSError, SQLAlchemyError) as error:
        raise_exit(f"Is the database there, and migrated? {type(error).__name__}")


def raise_exit(reason: str) -> NoReturn:
    """End the command with an explanation.

    Raises:
        Exit: Always, with status 1.
    """
    typer.echo(reason, err=True)
    raise typer.Exit(1)
