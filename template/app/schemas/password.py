"""The rules for passwords (OWASP ASVS 5.0, section 6.2)."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from app.schemas.common import CONTROL_CHARACTER

MIN_LENGTH, MAX_LENGTH = 8, 128
MIN_DIFFERENT = 5  # different characters: `aaaaaaaa` and `12341234` are easy to guess
COMMON_PASSWORDS = Path(__file__).with_name("common_passwords.txt")


@cache
def common_passwords() -> frozenset[str]:
    """Return the most common passwords, in lower case."""
    return frozenset(COMMON_PASSWORDS.read_text(encoding="utf-8").split())


def check_encodable(password: SecretStr) -> SecretStr:
    """Return the password unchanged.

    Raises:
        ValueError: If the password contains a lone surrogate, which UTF-8 cannot encode.
    """
    password.get_secret_value().encode()
    return password


def check_strength(password: SecretStr) -> SecretStr:
    """Return the password unchanged.

    Raises:
        ValueError: If the password is too short, too long or too easy to guess.
    """
    value = password.get_secret_value()
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise ValueError(f"a password has {MIN_LENGTH} to {MAX_LENGTH} characters")
    if CONTROL_CHARACTER.search(value):
        raise ValueError("a password has no control characters")
    if len(set(value)) < MIN_DIFFERENT or value.lower() in common_passwords():
        raise ValueError("this password is too common")
    return password


Password = Annotated[SecretStr, AfterValidator(check_encodable), Field(max_length=MAX_LENGTH)]
"""A password of a login; only new passwords have to follow the rules."""

NewPassword = Annotated[
    SecretStr,
    AfterValidator(check_encodable),
    AfterValidator(check_strength),
    Field(
        json_schema_extra={"minLength": MIN_LENGTH, "maxLength": MAX_LENGTH},
        examples=["correct horse battery staple"],
    ),
]
"""A new password: at least eight characters, and not easy to guess."""
