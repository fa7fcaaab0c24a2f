"""Limits on how often a client may call."""

from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request
from limits import parse

from app.dependencies import StateDep
from app.exceptions import TooManyRequests


def client_address(request: Request) -> str:
    """Return who calls, as the server saw it; an IPv6 network counts as one client."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:  # a socket file has no address
        return host
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False).network_address)
    return host


def charge(request: Request, headers: dict[str, str]) -> None:
    """Tell the client what is left.

    Raises:
        TooManyRequests: Nothing is.
    """
    request.state.rate_limit_headers = headers
    if "Retry-After" in headers:
        raise TooManyRequests


async def limit_requests(request: Request, state: StateDep) -> None:
    """Apply the limit on all requests of a client together.

    Raises:
        TooManyRequests: It is used up.
    """
    rate, limits = state.settings.rate_limit, state.rate_limiter
    charge(request, await limits.spend(rate, "requests", client_address(request)))


def limit(rate: str) -> Callable[[Request, StateDep], Awaitable[None]]:
    """Return a dependency that gives a route a limit of its own, such as 5/minute.

    Raises:
        TooManyRequests: It is used up.
    """
    parse(rate)  # a mistake shows when the application starts

    async def limit_route(request: Request, state: StateDep) -> None:
        endpoint = request.scope["endpoint"]
        name = f"{endpoint.__module__}.{endpoint.__qualname__}"
        spent = await state.rate_limiter.spend(rate, name, client_address(request))
        charge(request, spent)

    return limit_route
