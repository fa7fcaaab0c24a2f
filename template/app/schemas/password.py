"""What makes a password acceptable (OWASP ASVS 5.0, section 6.2)."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

COMMON_PASSWORDS = Path(__file__).with_name("common_passwords.txt")


@cache
def common_passwords() -> frozenset[str]:
    """Return the passwords that are tried first, in lower case."""
    return frozenset(COMMON_PASSWORDS.read_text(encoding="utf-8").split())


def refuse_common(password: SecretStr) -> SecretStr:
    """Return a password as it is.

    Raises:
        ValueError: It is one of the first that are tried.
    """
    if password.get_secret_value().lower() in common_passwords():
        raise ValueError("this password is too common")
    return password


NewPassword = Annotated[
    SecretStr,
    Field(min_length=8, max_length=128, examples=["correct horse battery staple"]),
    AfterValidator(refuse_common),
]
"""Long rather than complicated: any characters, but not a common password."""

Password = Annotated[SecretStr, Field(min_length=1, max_length=128)]
"""A password that is only compared."""
