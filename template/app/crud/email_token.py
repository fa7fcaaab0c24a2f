"""Mailed tokens: issued, spent once, and void when something else overtakes them."""

from datetime import timedelta
from secrets import token_urlsafe

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.security import Passwords
from app.core.tokens import digest
from app.crud.base import count_changes, flush
from app.crud.session import end_sessions
from app.exceptions import InvalidToken
from app.models.email_token import EmailToken, Purpose
from app.models.entity import utc_now
from app.models.user import User


def is_valid(purpose: Purpose, token: str) -> ColumnElement[bool]:
    """Return the condition that a token can be spent."""
    return and_(
        EmailToken.digest == digest(token),
        EmailToken.purpose == purpose,
        EmailToken.used_at.is_(None),
        EmailToken.expires_at > utc_now(),
    )


async def issue_token(
    db: AsyncSession, purpose: Purpose, email: str, lifetime: timedelta
) -> str | None:
    """Return a token of 256 random bits for who has this address and needs one; no other works."""
    user = await db.scalar(
        select(User).where(User.email == email, User.is_active).with_for_update()
    )  # locked, so that of two that are issued at the same time one voids the other
    if user is None or (purpose == "verify-email" and user.email_verified):
        return None
    await void_tokens(db, user, purpose)
    token = token_urlsafe(32)
    values = {"purpose": purpose, "user_id": user.id, "expires_at": utc_now() + lifetime}
    db.add(EmailToken(digest=digest(token), **values))
    await flush(db)
    return token


async def spend_token(db: AsyncSession, purpose: Purpose, token: str) -> User:
    """Return the user to whom a token was mailed, whose address is verified by that.

    Raises:
        InvalidToken: It is unknown, void, spent or expired.
    """
    valid = is_valid(purpose, token)
    owner = select(EmailToken.user_id).where(valid).scalar_subquery()
    user = await db.scalar(select(User).where(User.id == owner, User.is_active).with_for_update())
    spent = update(EmailToken).where(valid).values(used_at=utc_now())
    if user is None or not await count_changes(db, spent):
        raise InvalidToken
    user.email_verified_at = user.email_verified_at or utc_now()
    return user


async def reset_password(db: AsyncSession, passwords: Passwords, token: str, password: str) -> None:
    """Replace a password; every session ends, and every other token is void.

    Raises:
        InvalidToken: The token is unknown, void, spent or expired.
        ServiceUnavailable: Too many passwords wait already.
    """
    if not await db.scalar(select(EmailToken.digest).where(is_valid("password-reset", token))):
        raise InvalidToken
    await db.close()  # hashing takes long, and others need the connection
    hashed = await passwords.hash(password)
    user = await spend_token(db, "password-reset", token)
    user.hashed_password = hashed
    await flush(db)
    await end_sessions(db, user)
    await void_tokens(db, user)


async def void_tokens(db: AsyncSession, user: User, purpose: Purpose | None = None) -> None:
    """Make the tokens of a user worthless: all, or those for one purpose."""
    statement = delete(EmailToken).where(EmailToken.user_id == user.id)
    await db.execute(statement.where(EmailToken.purpose == purpose) if purpose else statement)


async def distrust_address(db: AsyncSession, user: User) -> None:
    """Forget that the address was verified, as when it has become another one."""
    user.email_verified_at = None
    await flush(db)
    await void_tokens(db, user)
