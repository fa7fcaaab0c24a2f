"""What makes a password acceptable (OWASP ASVS 5.0, section 6.2)."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

SHORTEST, LONGEST = 8, 128
COMMON_PASSWORDS = Path(__file__).with_name("common_passwords.txt")


@cache
def common_passwords() -> frozenset[str]:
    """Return the passwords that are tried first, in lower case."""
    return frozenset(COMMON_PASSWORDS.read_text(encoding="utf-8").split())


def check_text(password: SecretStr) -> SecretStr:
    """Return a password as it is.

    Raises:
        ValueError: It cannot be encoded, because it holds half a character.
    """
    password.get_secret_value().encode()
    return password


def check_strength(password: SecretStr) -> SecretStr:
    """Return a password as it is.

    Raises:
        ValueError: It is too short, too long, or one of the first that are tried.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"a password has {SHORTEST} to {LONGEST} characters")
    if password.get_secret_value().lower() in common_passwords():
        raise ValueError("this password is too common")
    return password


Password = Annotated[SecretStr, AfterValidator(check_text), Field(max_length=LONGEST)]
"""A password that is only compared."""

NewPassword = Annotated[
    SecretStr,
    AfterValidator(check_text),
    AfterValidator(check_strength),
    Field(
        json_schema_extra={"minLength": SHORTEST, "maxLength": LONGEST},
        examples=["correct horse battery staple"],
    ),
]
"""Long rather than complicated: any characters, but not a common password."""
