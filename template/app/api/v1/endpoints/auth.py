"""Signing in and out, and the sessions in between."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import ValidationError

from app.api.deps import CallerDep, CurrentUser
from app.core.tokens import AccessClaims
from app.crud.session import end_sessions, list_sessions, open_session, refresh_session
from app.crud.user import users
from app.dependencies import Resources, ResourcesDep, SessionDep
from app.exceptions import NotFound, WrongCredentials
from app.models.session import AuthSession
from app.problems import problems
from app.schemas.auth import Credentials, RefreshRequest, SessionRead, TokenPair

router = APIRouter(prefix="/auth", tags=["auth"])

UserAgent = Annotated[str, Header(include_in_schema=False)]


def make_pair(resources: Resources, session: AuthSession, refresh_token: str) -> TokenPair:
    """Return the tokens of a session."""
    access_tokens = resources.access_tokens
    return TokenPair(
        access_token=access_tokens.issue(AccessClaims(session.user_id, session.id)),
        refresh_token=refresh_token,
        expires_in=int(access_tokens.lifetime.total_seconds()),
    )


@router.post("/login", responses=problems(401, 503))
async def log_in(
    credentials: Credentials, resources: ResourcesDep, db: SessionDep, user_agent: UserAgent = ""
) -> TokenPair:
    """Open a session with e-mail address and password."""
    user = await users.authenticate(
        db, resources.passwords, credentials.email, credentials.password.get_secret_value()
    )
    return make_pair(resources, *await open_session(db, resources.settings, user, user_agent))


@router.post("/token", responses=problems(401, 503))
async def log_in_with_form(
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    resources: ResourcesDep,
    db: SessionDep,
    user_agent: UserAgent = "",
) -> TokenPair:
    """Open a session with an OAuth2 password form, as the documentation's button does."""
    try:
        credentials = Credentials.model_validate(
            {"email": form.username, "password": form.password}
        )
    except ValidationError as error:
        raise WrongCredentials from error
    return await log_in(credentials, resources, db, user_agent)


@router.post("/refresh", responses=problems(401))
async def refresh(body: RefreshRequest, resources: ResourcesDep, db: SessionDep) -> TokenPair:
    """Exchange a refresh token for a new pair; a token that comes twice ends its session."""
    return make_pair(resources, *await refresh_session(db, resources.settings, body.refresh_token))


@router.post("/logout", status_code=204, responses=problems(401))
async def log_out(caller: CallerDep, db: SessionDep) -> None:
    """End this session; its tokens stop working at once."""
    await end_sessions(db, caller.user, only=caller.session_id)


@router.get("/sessions", response_model=list[SessionRead], responses=problems(401))
async def read_sessions(user: CurrentUser, db: SessionDep) -> Sequence[AuthSession]:
    """List where you are signed in, the latest first."""
    return await list_sessions(db, user)


@router.delete("/sessions", status_code=204, responses=problems(401))
async def delete_sessions(user: CurrentUser, db: SessionDep) -> None:
    """Sign out everywhere, here too."""
    await end_sessions(db, user)


@router.delete("/sessions/{session_id}", status_code=204, responses=problems(401, 404))
async def delete_session(session_id: UUID, user: CurrentUser, db: SessionDep) -> None:
    """Sign out on one device."""
    if not await end_sessions(db, user, only=session_id):
        raise NotFound
