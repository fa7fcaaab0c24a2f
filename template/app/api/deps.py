"""Dependencies about the current request: its user, their permissions, and the user in its path.

What exists without a user, such as a database session, belongs in app/dependencies.py.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends
from fastapi.security import OAuth2PasswordBearer

from app.config import API_PREFIX
from app.core.tokens import TokenPayload, decode_access_token
from app.crud.auth_session import check_recent_login, get_user_by_session
from app.crud.user import users
from app.dependencies import SessionDep, StateDep
from app.exceptions import Forbidden, InvalidAuthToken, Unauthorized
from app.models.user import User, UserRole

oauth2_scheme = OAuth2PasswordBearer(tokenUrl=f"{API_PREFIX}/v1/auth/token", auto_error=False)


async def get_token_payload(
    token: Annotated[str | None, Depends(oauth2_scheme)], state: StateDep
) -> TokenPayload:
    """Return the payload of the access token.

    Raises:
        Unauthorized: If the request has no access token.
        InvalidAuthToken: If the token is invalid or has expired.
    """
    if token is None:
        raise Unauthorized
    return decode_access_token(state.settings, token)


TokenPayloadDep = Annotated[TokenPayload, Depends(get_token_payload)]


async def get_current_user(payload: TokenPayloadDep, db: SessionDep) -> User:
    """Return the user of the access token.

    Raises:
        InvalidAuthToken: If the session has ended or the user is inactive.
    """
    user = await get_user_by_session(db, payload)
    if user is None:
        raise InvalidAuthToken
    structlog.contextvars.bind_contextvars(user_id=str(user.id))
    return user


CurrentUser = Annotated[User, Depends(get_current_user)]


async def require_recent_login(state: StateDep, db: SessionDep, payload: TokenPayloadDep) -> None:
    """Check that the user has logged in recently, before a change that gives or takes access.

    Raises:
        InvalidAuthToken: If the session has ended.
        LoginNotRecent: If the login of the session is longer ago than `RECENT_LOGIN_MINUTES`.
    """
    await check_recent_login(db, state.settings, payload)


RecentLogin = Depends(require_recent_login)


def require_roles(*roles: UserRole) -> Callable[[User], Awaitable[User]]:
    """Return a dependency that returns the current user and rejects users without these roles."""

    async def get_user_with_role(user: CurrentUser) -> User:
        if user.role not in roles:
            raise Forbidden
        return user

    return get_user_with_role


CurrentAdmin = Annotated[User, Depends(require_roles(UserRole.ADMIN))]


async def get_user(user_id: UUID, current_user: CurrentUser, db: SessionDep) -> User:
    """Return the user with this id. Only administrators may read other users.

    Raises:
        NotFound: If the user does not exist, or the current user may not read it.
    """
    visible = [] if current_user.role is UserRole.ADMIN else [User.id == current_user.id]
    return await users.get(db, *visible, id=user_id)


PathUser = Annotated[User, Depends(get_user)]
