"""Types of settings that are written in several ways, or that are easily written wrong."""

import json
import re
from typing import Annotated

from pydantic import AfterValidator, AnyUrl, BeforeValidator
from pydantic_settings import NoDecode


def split_list(value: object) -> object:
    """Return the parts of a string such as `a.example.com, b.example.com`, or of a JSON list."""
    if not isinstance(value, str):
        return value
    try:
        parsed = json.loads(value)
    except ValueError:
        parsed = None
    return parsed if isinstance(parsed, list) else re.findall(r"[^\s,]+", value)


def normalize_host(text: str) -> str:
    """Return a host as the `Host` header names it: without scheme and port, in small letters.

    Raises:
        ValueError: If no request can have this host.
    """
    try:
        url = AnyUrl(text if "://" in text else f"http://{text}")
    except ValueError:
        raise ValueError(f"names {text}, which is no host such as api.example.com") from None
    host = (url.host or "").lower().removesuffix(".")
    if not host or url.path not in {None, "/"} or url.query or url.username:
        raise ValueError(f"names {text}, which is no host such as api.example.com")
    if ("*" in host.removeprefix("*.") and host != "*") or host.startswith("."):
        raise ValueError(f"names {text}, which matches no host: write it like *.example.com")
    return host


def normalize_origin(text: str) -> str:
    """Return an origin as browsers send it: in small letters, without default port and slash.

    Raises:
        ValueError: If no browser sends this origin.
    """
    if "*" in text:
        raise ValueError(f"names {text}, but has no wildcards: list each origin")
    example = "https://app.example.com"
    try:
        url = AnyUrl(text)
    except ValueError:
        raise ValueError(f"names {text}, which is no origin such as {example}") from None
    if not url.host:
        raise ValueError(f"names {text}, which needs a scheme, as in {example}")
    if url.path not in {None, "/"} or url.query or url.fragment or url.username:
        raise ValueError(
            f"names {text}, which has more than scheme, host and port, as in {example}"
        )
    return str(url).lower().removesuffix("/")


def normalize_web_address(text: str) -> str:
    """Return the URL of a web site without the slash at its end.

    Raises:
        ValueError: If it does not begin with `http://` or `https://`.
    """
    if not re.match("https?://[^/]", text, re.IGNORECASE):
        raise ValueError("must be a URL such as https://www.example.com")
    return text.rstrip("/")


HostList = Annotated[
    list[Annotated[str, AfterValidator(normalize_host)]], NoDecode, BeforeValidator(split_list)
]
OriginList = Annotated[
    list[Annotated[str, AfterValidator(normalize_origin)]], NoDecode, BeforeValidator(split_list)
]
WebAddress = Annotated[str, AfterValidator(normalize_web_address)]
LowerCase = BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value)
UpperCase = BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)
