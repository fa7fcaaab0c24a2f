"""Users by the identities that they have elsewhere."""

from collections.abc import Sequence
from secrets import token_urlsafe
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.providers import Person
from app.core.security import Passwords
from app.crud.base import flush
from app.crud.user import users
from app.exceptions import Conflict, Forbidden, NotFound
from app.models.identity import Identity
from app.models.user import User
from app.schemas.user import UserCreate

UNMATCHED = "$bm8gcGFzc3dvcmQgaGVyZQ$"
"""The salt of a hash that no password has: it was made with another one."""


async def find_user(db: AsyncSession, person: Person) -> User | None:
    """Return the user who has this identity."""
    return await db.scalar(
        select(User)
        .join(Identity, Identity.user_id == User.id)
        .where(Identity.issuer == person.issuer, Identity.subject == person.subject)
    )


async def sign_in(db: AsyncSession, passwords: Passwords, person: Person) -> User:
    """Return the user who has this identity, or a new one.

    Raises:
        Forbidden: The account is closed, or the provider vouches for no e-mail address.
        Conflict: An account has the address already.
    """
    user = await find_user(db, person)
    if user is None:
        await db.close()  # hashing takes long, and others need the connection
        user = await sign_up(db, passwords, person)
    if not user.is_active:
        raise Forbidden("This account is closed.")
    return user


async def sign_up(db: AsyncSession, passwords: Passwords, person: Person) -> User:
    """Return a new user, who has this identity and no password.

    Raises:
        Forbidden: The provider vouches for no e-mail address.
        Conflict: An account has the address already; it may be somebody else's.
    """
    password = token_urlsafe(48)
    values = {"email": person.email, "full_name": person.full_name, "password": password}
    try:
        user = await users.sign_up(db, passwords, UserCreate.model_validate(values))
    except ValidationError as error:
        raise Forbidden("The provider has not verified an e-mail address of yours.") from error
    except Conflict as error:
        raise Conflict("Your e-mail address has an account here: sign in, then link.") from error
    head, _, digest = user.hashed_password.rsplit("$", 2)
    user.hashed_password = f"{head}{UNMATCHED}{digest}"
    await link(db, user, person)
    return user


async def link(db: AsyncSession, user: User, person: Person) -> None:
    """Give the user this identity.

    Raises:
        Conflict: It is somebody else's.
    """
    owner = await find_user(db, person)
    if owner is None:
        db.add(Identity(user_id=user.id, issuer=person.issuer, subject=person.subject))
        await flush(db)
    elif owner.id != user.id:
        raise Conflict("This identity belongs to another account.")


async def list_identities(db: AsyncSession, user: User) -> Sequence[Identity]:
    """Return the identities of the user, locked against changes."""
    statement = select(Identity).where(Identity.user_id == user.id).order_by(Identity.created_at)
    return (await db.scalars(statement.with_for_update())).all()


async def unlink(db: AsyncSession, user: User, identity_id: UUID) -> None:
    """Take an identity from the user.

    Raises:
        NotFound: The user has no such identity.
        Conflict: It is the only way to sign in.
    """
    identities = await list_identities(db, user)
    identity = next((one for one in identities if one.id == identity_id), None)
    if identity is None:
        raise NotFound
    if len(identities) == 1 and UNMATCHED in user.hashed_password:
        raise Conflict("This is your only way to sign in.")
    await db.delete(identity)
    await flush(db)
