"""Limits on guessing: how often an address tries an account, and accounts at all."""

from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Request
from pydantic import TypeAdapter, ValidationError

from app.api.deps import CurrentUser
from app.api.limits import charge, client_address
from app.dependencies import StateDep
from app.schemas.common import Email

EMAIL = TypeAdapter[str](Email)
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}  # they say `username`


async def get_account(request: Request) -> object:
    """Return which account the body names, as it was typed; None where it names none."""
    form = request.headers.get("content-type", "").partition(";")[0].strip().lower() in FORMS
    try:
        body = await (request.form() if form else request.json())
    except (ValueError, RecursionError):
        return None
    return body.get("username" if form else "email") if hasattr(body, "get") else None


def digest_account(account: object) -> str:
    """Return a digest of the address that is meant: logs and Redis need no addresses."""
    try:
        email = EMAIL.validate_python(account)
    except ValidationError:
        email = ""  # no account has it, however it is typed
    return sha256(email.encode()).hexdigest()


async def limit_attempts(
    request: Request, state: StateDep, account: Annotated[object, Depends(get_account)]
) -> None:
    """Limit attempts by address, and by address and account: nobody can lock out another.

    Raises:
        TooManyRequests: There were too many.
        ServiceUnavailable: Redis is down.
    """
    limits, settings, address = state.rate_limiter, state.settings, client_address(request)
    for rate, key in (
        (settings.login_rate_limit, ("attempts", address)),
        (settings.login_rate_limit_per_account, ("attempts", address, digest_account(account))),
    ):
        charge(request, await limits.spend(rate, *key, strict=True))


async def limit_password_changes(request: Request, state: StateDep, user: CurrentUser) -> None:
    """Limit guesses at the password of who is signed in, wherever they come from.

    Raises:
        TooManyRequests: There were too many.
        ServiceUnavailable: Redis is down.
    """
    rate, limits = state.settings.login_rate_limit_per_account, state.rate_limiter
    charge(request, await limits.spend(rate, "password", str(user.id), strict=True))


AttemptLimit = Depends(limit_attempts)
PasswordLimit = Depends(limit_password_changes)
