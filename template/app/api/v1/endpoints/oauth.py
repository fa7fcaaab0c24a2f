"""Signing in with a provider, and the identities that users have there."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse

from app.api.deps import CurrentUser, TokenPayloadDep
from app.api.v1.endpoints.auth import UserAgent, create_token_pair
from app.core.providers import Provider
from app.crud.auth_session import create_session, get_session_user
from app.crud.identity import link, list_identities, sign_in, unlink
from app.dependencies import SessionDep, StateDep
from app.exceptions import NotFound, Unauthorized
from app.models.identity import Identity
from app.problems import error_responses
from app.schemas.auth import TokenPair
from app.schemas.identity import AuthorizationURL, CallbackQuery, IdentityRead

router = APIRouter(prefix="/auth", tags=["auth"])


async def get_provider(provider: str, state: StateDep) -> Provider:
    """Return the provider that is meant.

    Raises:
        NotFound: It is unknown, or its settings are not there.
    """
    if provider not in state.oauth.providers:
        raise NotFound
    return state.oauth.providers[provider]


ProviderDep = Annotated[Provider, Depends(get_provider)]


@router.get("/providers")
async def read_providers(state: StateDep) -> list[str]:
    """List the providers to sign in with."""
    return list(state.oauth.providers)


@router.get(
    "/{provider}/login",
    status_code=302,
    response_class=RedirectResponse,
    responses=error_responses(404, 502),
)
async def start_sign_in(provider: ProviderDep, request: Request) -> RedirectResponse:
    """Go to the provider to sign in; it sends the browser back to the callback."""
    return RedirectResponse(await provider.start(request), 302)


@router.post("/{provider}/link", responses=error_responses(401, 404, 502))
async def start_linking(
    _: CurrentUser,
    payload: TokenPayloadDep,
    provider: ProviderDep,
    request: Request,
    db: SessionDep,
) -> AuthorizationURL:
    """Start to link an identity to your account; the same browser goes on at the address."""
    await db.close()  # the provider may take long, and others need the connection
    return AuthorizationURL(authorization_url=await provider.start(request, payload))


@router.get("/{provider}/callback", responses=error_responses(401, 403, 404, 409, 502, 503))
async def finish_sign_in(
    provider: ProviderDep,
    _: Annotated[CallbackQuery, Query()],
    request: Request,
    state: StateDep,
    db: SessionDep,
    user_agent: UserAgent = "",
) -> TokenPair:
    """Open a session for who comes back from the provider, or link the identity."""
    person, claims = await provider.finish(request)
    if claims is None:
        user = await sign_in(db, person)
    elif found := await get_session_user(db, claims):
        user = found
        await link(db, user, person)
    else:
        raise Unauthorized
    return create_token_pair(state, *await create_session(db, state.settings, user, user_agent))


@router.get("/identities", response_model=list[IdentityRead], responses=error_responses(401))
async def read_identities(user: CurrentUser, db: SessionDep) -> Sequence[Identity]:
    """List your identities elsewhere."""
    return await list_identities(db, user)


@router.delete(
    "/identities/{identity_id}", status_code=204, responses=error_responses(401, 404, 409)
)
async def delete_identity(identity_id: UUID, user: CurrentUser, db: SessionDep) -> None:
    """Unlink an identity, unless it is your only way to sign in."""
    await unlink(db, user, identity_id)
