"""The name and the issuer of an OpenID Connect provider."""

import re
from typing import Annotated

from pydantic import AfterValidator

from app.setting_types.base import normalize_web_address


def check_provider_name(name: str) -> str:
    """Return the name of the provider, which is a part of URLs.

    Raises:
        ValueError: If it has other characters, or is the name of another provider.
    """
    if not re.fullmatch("[a-z0-9-]+", name) or name in {"google", "github"}:
        raise ValueError(
            "must have only small letters, digits and hyphens, such as keycloak, "
            "and must not be google or github"
        )
    return name


def normalize_issuer(issuer: str) -> str:
    """Return the issuer, also of the URL of its metadata; a slash at the end is a part of it.

    Raises:
        ValueError: If it is not a URL.
    """
    normalize_web_address(issuer)
    return issuer.removesuffix("/.well-known/openid-configuration")


ProviderName = Annotated[str, AfterValidator(check_provider_name)]
Issuer = Annotated[str, AfterValidator(normalize_issuer)]
