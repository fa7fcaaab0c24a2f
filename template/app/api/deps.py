"""What a request is about: who calls, and which row is meant."""

from collections.abc import Awaitable, Callable
from typing import Annotated, NamedTuple
from uuid import UUID

import structlog
from fastapi import Depends
from fastapi.security import OAuth2PasswordBearer

from app.core.tokens import TokenPayload
from app.crud.auth_session import get_session_user
from app.crud.user import users
from app.dependencies import SessionDep, StateDep
from app.exceptions import Forbidden, NotFound, Unauthorized
from app.models.user import User, UserRole

bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token", auto_error=False)


class Caller(NamedTuple):
    """Who calls, in which session."""

    user: User
    session_id: UUID


def get_token_payload(
    token: Annotated[str | None, Depends(bearer)], state: StateDep
) -> TokenPayload:
    """Return what the access token says.

    Raises:
        Unauthorized: It is missing or invalid.
    """
    if token is None:
        raise Unauthorized
    return state.access_tokens.read(token)


TokenPayloadDep = Annotated[TokenPayload, Depends(get_token_payload)]


async def get_caller(claims: TokenPayloadDep, db: SessionDep) -> Caller:
    """Return who calls.

    Raises:
        Unauthorized: The session has ended.
    """
    user = await get_session_user(db, claims)
    if user is None:
        raise Unauthorized
    structlog.contextvars.bind_contextvars(user_id=str(user.id))
    return Caller(user, claims.session_id)


CallerDep = Annotated[Caller, Depends(get_caller)]


async def get_current_user(caller: CallerDep) -> User:
    """Return who calls."""
    return caller.user


CurrentUser = Annotated[User, Depends(get_current_user)]


def require_roles(*roles: UserRole) -> Callable[[User], Awaitable[User]]:
    """Return a dependency that lets only these roles pass.

    Raises:
        Forbidden: The caller has another role.
    """

    async def get_user_with_role(user: CurrentUser) -> User:
        if user.role not in roles:
            raise Forbidden
        return user

    return get_user_with_role


CurrentAdmin = Annotated[User, Depends(require_roles(UserRole.ADMIN))]


async def get_user(user_id: UUID, caller: CurrentUser, db: SessionDep) -> User:
    """Return the user that is meant: oneself, or for administrators anybody.

    Raises:
        NotFound: There is no such user, or the caller may not know.
    """
    if caller.role is not UserRole.ADMIN and caller.id != user_id:
        raise NotFound
    return await users.get(db, User.id == user_id)


UserDep = Annotated[User, Depends(get_user)]
