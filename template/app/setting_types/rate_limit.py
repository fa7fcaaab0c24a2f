"""Rate limits, such as `100/minute`."""

from typing import Annotated

from limits import parse_many
from pydantic import AfterValidator


def check_rate_limit(limit: str) -> str:
    """Return the rate limit unchanged.

    Raises:
        ValueError: If the string is not a single limit such as `100/minute`.
    """
    try:
        limits = parse_many(limit)
    except ValueError:
        limits = []
    numbers = [number for item in limits for number in (item.amount, item.get_expiry())]
    if len(limits) != 1 or not all(0 < number < 2**31 for number in numbers):
        raise ValueError("must be one rate limit such as 100/minute")
    return limit


RateLimit = Annotated[str, AfterValidator(check_rate_limit)]
