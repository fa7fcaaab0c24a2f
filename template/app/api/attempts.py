"""Limits on guessing: how often an address tries an account, and accounts at all."""

from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Request

from app.api.limits import charge, client_address
from app.dependencies import ResourcesDep


async def get_account(request: Request) -> str:
    """Return which account the body names, as a digest: logs and Redis need no addresses."""
    form = "form" in request.headers.get("content-type", "")
    body = await (request.form() if form else request.json())
    named = body.get("email") or body.get("username") if hasattr(body, "get") else None
    account = named.strip().lower() if isinstance(named, str) else ""
    return sha256(account.encode(errors="surrogatepass")).hexdigest()


async def limit_attempts(
    request: Request, resources: ResourcesDep, account: Annotated[str, Depends(get_account)]
) -> None:
    """Limit attempts by address, and by address and account: nobody can lock out another.

    Raises:
        TooManyRequests: There were too many.
        ServiceUnavailable: Redis is down.
    """
    limits, settings, address = resources.rate_limits, resources.settings, client_address(request)
    for rate, key in (
        (settings.rate_limit_attempts, ("attempts", address)),
        (settings.rate_limit_account_attempts, ("attempts", address, account)),
    ):
        charge(request, await limits.spend(rate, *key, strict=True))


AttemptLimit = Depends(limit_attempts)
