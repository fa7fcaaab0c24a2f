"""Login with a provider, and the identities that are linked to a user."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse

from app.api.deps import CurrentUser, TokenPayloadDep
from app.api.v1.endpoints.auth import UserAgent, create_token_pair
from app.core.providers import OAuthProvider
from app.crud.auth_session import create_auth_session, get_user_by_session
from app.crud.identity import (
    get_identities,
    get_or_create_user,
    link_identity,
    unlink_identity,
)
from app.dependencies import SessionDep, StateDep
from app.exceptions import InvalidAuthToken, NotFound
from app.models.identity import Identity
from app.problems import error_responses
from app.request_limits import SMALL_BODY_BYTES
from app.schemas.auth import TokenPair
from app.schemas.identity import AuthorizationURL, IdentityRead, OAuthCallbackParams

router = APIRouter(prefix="/auth", tags=["auth"], max_body_size=SMALL_BODY_BYTES)


async def get_provider(provider: str, state: StateDep) -> OAuthProvider:
    """Return the provider with this name.

    Raises:
        NotFound: If no such provider is configured.
    """
    if provider not in state.oauth_providers:
        raise NotFound("Provider not found.")
    return state.oauth_providers[provider]


ProviderDep = Annotated[OAuthProvider, Depends(get_provider)]


@router.get("/providers")
async def list_providers(state: StateDep) -> list[str]:
    """List the names of the configured providers."""
    return list(state.oauth_providers)


@router.get(
    "/{provider}/login",
    status_code=302,
    response_class=RedirectResponse,
    responses=error_responses(404, 502),
)
async def oauth_login(provider: ProviderDep, request: Request) -> RedirectResponse:
    """Redirect the browser to the provider, which redirects it back to the callback."""
    return RedirectResponse(await provider.create_authorization_url(request), 302)


@router.post("/{provider}/link", responses=error_responses(401, 404, 502))
async def oauth_link(
    provider: ProviderDep,
    _: CurrentUser,
    payload: TokenPayloadDep,
    request: Request,
    db: SessionDep,
) -> AuthorizationURL:
    """Return a URL at the provider; opened in the same browser, it links an identity to you."""
    await db.close()  # waiting for the provider must not hold a database connection
    url = await provider.create_authorization_url(request, link_to=payload)
    return AuthorizationURL(authorization_url=url)


@router.get("/{provider}/callback", responses=error_responses(401, 403, 404, 409, 502, 503))
async def oauth_callback(
    provider: ProviderDep,
    _: Annotated[OAuthCallbackParams, Query()],
    request: Request,
    state: StateDep,
    db: SessionDep,
    user_agent: UserAgent = "",
) -> TokenPair:
    """Log in with the response of the provider, or link the identity if that was requested."""
    userinfo, link_to = await provider.handle_callback(request)
    if link_to is None:
        user = await get_or_create_user(db, userinfo)
    elif current_user := await get_user_by_session(db, link_to):
        user = current_user
        await link_identity(db, user, userinfo)
    else:
        raise InvalidAuthToken
    session, refresh_token = await create_auth_session(db, state.settings, user, user_agent)
    return create_token_pair(state, session, refresh_token)


@router.get("/identities", response_model=list[IdentityRead], responses=error_responses(401))
async def list_identities(user: CurrentUser, db: SessionDep) -> Sequence[Identity]:
    """List your linked identities."""
    return await get_identities(db, user)


@router.delete(
    "/identities/{identity_id}", status_code=204, responses=error_responses(401, 404, 409)
)
async def delete_identity(identity_id: UUID, user: CurrentUser, db: SessionDep) -> None:
    """Unlink an identity, unless it is your only login method."""
    await unlink_identity(db, user, identity_id)
