"""The SMTP server as one URL, as platforms and other frameworks write it."""

from typing import Annotated, Literal, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import AfterValidator, SecretStr

from app.setting_types.base import is_host, lower_scheme, strip_quotes

EXAMPLE = "smtp://user:password@smtp.example.org:587"
SUBMISSION_PORT = 587
IMPLICIT_TLS_PORT = 465
STARTTLS_PORTS = {25, 587, 2525}

Security = Literal["starttls", "tls", "none"]
SECURITY: dict[str, Security] = {"starttls": "starttls", "tls": "tls", "none": "none"}


class SmtpServer(NamedTuple):
    """The parts of the URL of an SMTP server."""

    host: str
    port: int
    user: str
    password: str
    security: Security


def parse_smtp_url(text: str) -> SmtpServer:
    """Return the parts of a URL such as `smtp://user:password@host:587` or `smtps://host`.

    Libraries disagree about the meaning of `smtps`. Therefore the port decides where it is known:
    465 begins with TLS; 25, 587 and 2525 with STARTTLS. Only `?security=none` leaves out both.

    Raises:
        ValueError: If it is not the URL of an SMTP server.
    """
    problem = f"must be a URL like {EXAMPLE}, with %40 for @ and %2F for / in the password"
    try:
        parts = urlsplit(lower_scheme(strip_quotes(text.strip())))
        port = parts.port
    except ValueError:
        raise ValueError(problem) from None
    if parts.scheme not in {"smtp", "smtps", "smtp+ssl", "smtp+tls"} or port == 0:
        raise ValueError(problem)
    is_address = is_host(parts.hostname or "") and "@" not in parts.netloc.rpartition("@")[0]
    if not is_address or parts.path.strip("/") or parts.fragment:
        raise ValueError(problem)
    if bool(parts.username) != bool(parts.password):
        raise ValueError(f"needs a user and a password, or neither of them, as in {EXAMPLE}")
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    security = parameters.pop("security", "").lower()
    if parameters or (security and security not in SECURITY):
        raise ValueError("may only have the parameter security: ?security=starttls, tls or none")
    is_tls = parts.scheme in {"smtps", "smtp+ssl"} or security == "tls"
    port = port or (IMPLICIT_TLS_PORT if is_tls else SUBMISSION_PORT)
    if not security:
        is_tls = port == IMPLICIT_TLS_PORT or (is_tls and port not in STARTTLS_PORTS)
        security = "tls" if is_tls else "starttls"
    return SmtpServer(
        parts.hostname or "",
        port,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        SECURITY[security],
    )


def check_smtp_url(url: SecretStr) -> SecretStr:
    """Return the URL unchanged.

    Raises:
        ValueError: If it is not the URL of an SMTP server.
    """
    if url:
        parse_smtp_url(url.get_secret_value())
    return url


SmtpUrl = Annotated[SecretStr, AfterValidator(check_smtp_url)]
