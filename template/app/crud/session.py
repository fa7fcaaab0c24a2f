"""Sign-ins: opened, kept alive by rotating refresh tokens, and ended."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.config import Settings
from app.core.tokens import AccessClaims, digest, new_refresh_token
from app.crud.base import count_changes, flush
from app.exceptions import TokenReused, Unauthorized
from app.models.entity import utc_now
from app.models.session import AuthSession, RefreshToken
from app.models.user import User

log = structlog.stdlib.get_logger(__name__)


async def open_session(
    db: AsyncSession, settings: Settings, user: User, user_agent: str
) -> tuple[AuthSession, str]:
    """Return a new session and its first refresh token; expired sessions of the user go."""
    now = utc_now()
    await db.execute(
        delete(AuthSession).where(AuthSession.user_id == user.id, AuthSession.expires_at < now)
    )
    session = AuthSession(
        user_id=user.id,
        user_agent=user_agent[:255],
        last_used_at=now,
        expires_at=now + timedelta(days=settings.session_days),
    )
    db.add(session)
    await flush(db)
    return session, await issue_refresh_token(db, settings, session)


async def issue_refresh_token(db: AsyncSession, settings: Settings, session: AuthSession) -> str:
    """Return a new refresh token, which never outlives its session."""
    token = new_refresh_token()
    idle = utc_now() + timedelta(days=settings.refresh_token_days)
    expires_at = min(idle, session.expires_at)
    db.add(RefreshToken(digest=digest(token), session_id=session.id, expires_at=expires_at))
    await flush(db)
    return token


async def refresh_session(
    db: AsyncSession, settings: Settings, token: str
) -> tuple[AuthSession, str]:
    """Spend a refresh token, and return its session with the next one (RFC 9700, 4.14.2).

    Raises:
        Unauthorized: The token is unknown.
        TokenReused: It was spent before, or it expired; the session has ended.
    """
    now, spent_digest = utc_now(), digest(token)
    session = await db.scalar(
        select(AuthSession)
        .join(RefreshToken, RefreshToken.session_id == AuthSession.id)
        .where(
            RefreshToken.digest == spent_digest,
            AuthSession.user_id.in_(select(User.id).where(User.is_active)),
        )
        .with_for_update()  # one after the other, so that two never wait for each other
    )
    if session is None:
        raise Unauthorized
    unspent = (
        update(RefreshToken)
        .where(
            RefreshToken.digest == spent_digest,
            RefreshToken.used_at.is_(None),
            RefreshToken.expires_at > now,
        )
        .values(used_at=now)
    )
    if not await count_changes(db, unspent):
        log.warning("refresh token reused", user_id=str(session.user_id), session=str(session.id))
        await db.execute(delete(AuthSession).where(AuthSession.id == session.id))
        raise TokenReused
    session.last_used_at = now
    return session, await issue_refresh_token(db, settings, session)


async def find_caller(db: AsyncSession, claims: AccessClaims) -> User | None:
    """Return the user behind an access token, as long as the session and the account live."""
    return await db.scalar(
        select(User)
        .join(AuthSession, AuthSession.user_id == User.id)
        .where(
            User.id == claims.user_id,
            User.is_active,
            AuthSession.id == claims.session_id,
            AuthSession.expires_at > utc_now(),
        )
    )


async def list_sessions(db: AsyncSession, user: User) -> Sequence[AuthSession]:
    """Return where the user is signed in, the latest first."""
    statement = select(AuthSession).where(
        AuthSession.user_id == user.id, AuthSession.expires_at > utc_now()
    )
    return (await db.scalars(statement.order_by(AuthSession.last_used_at.desc()))).all()


async def end_sessions(
    db: AsyncSession, user: User, *, only: UUID | None = None, but: UUID | None = None
) -> int:
    """End all sessions of the user, only one, or all but one; return how many there were."""
    statement = delete(AuthSession).where(AuthSession.user_id == user.id)
    if only:
        statement = statement.where(AuthSession.id == only)
    if but:
        statement = statement.where(AuthSession.id != but)
    return await count_changes(db, statement)
