"""How settings say how often something may happen."""

from typing import Annotated

from limits import parse_many
from pydantic import BeforeValidator


def check_rate(rate: str) -> str:
    """Return a rate as it is, such as 100/minute.

    Raises:
        ValueError: It is none, or there are several.
    """
    if len(parse_many(rate)) != 1:
        raise ValueError("one rate is needed, such as 100/minute")
    return rate


Rate = Annotated[str, BeforeValidator(check_rate)]
