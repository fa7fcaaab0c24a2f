"""Database URLs as platforms write them, translated for SQLAlchemy and aiomysql."""

import re
import ssl
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.setting_types.base import is_host, lower_scheme, strip_quotes

SCHEMES = {"mysql", "mysql2", "mariadb"}
EXAMPLE = "mysql://user:password@host:3306/database"
OTHER_NAMES = {  # of parameters, as libraries of other languages write them, in small letters
    "characterencoding": "charset",
    "encoding": "charset",
    "socket": "unix_socket",
    "ssl": "ssl_mode",
    "sslaccept": "ssl_mode",
    "sslca": "ssl_ca",
    "sslcert": "ssl_cert",
    "sslkey": "ssl_key",
    "sslmode": "ssl_mode",
    "sslrootcert": "ssl_ca",
    "tls": "ssl_mode",
    "usessl": "ssl_mode",
}
TLS_MODES = {  # what they are called, and whether the certificate and the name in it are verified
    "disabled": None,
    "disable": None,
    "false": None,
    "0": None,
    "preferred": (False, False),
    "prefer": (False, False),
    "required": (False, False),
    "require": (False, False),
    "skip_verify": (False, False),
    "accept_invalid_certs": (False, False),
    '{"rejectunauthorized":false}': (False, False),
    "true": (True, True),
    "1": (True, True),
    "strict": (True, True),
    '{"rejectunauthorized":true}': (True, True),
    "verify_ca": (True, False),
    "verify_identity": (True, True),
    "verify_full": (True, True),
}
PREFERENCES = {"preferred", "prefer"}
ARGUMENTS = {"charset", "init_command", "program_name", "sql_mode", "unix_socket"}
IGNORED = {  # parameters of libraries of other languages
    "allowpublickeyretrieval",
    "autocommit",
    "autoreconnect",
    "collation",
    "connection_limit",
    "connecttimeout",
    "loc",
    "parsetime",
    "pool",
    "pool_timeout",
    "read_timeout",
    "reconnect",
    "servertimezone",
    "serverversion",
    "socket_timeout",
    "sockettimeout",
    "timezone",
    "use_unicode",
    "useunicode",
    "write_timeout",
    "zerodatetimebehavior",
}


def parse_database_url(text: str) -> tuple[URL, dict[str, Any]]:
    """Return the URL for SQLAlchemy, and the arguments of aiomysql for the parameters in it.

    The tests may use SQLite, so its URLs are accepted too.

    Raises:
        ValueError: If the URL does not name a MySQL database, or has an invalid parameter.
    """
    text = lower_scheme(strip_quotes(text.strip()))
    if text.startswith("sqlite+aiosqlite:///"):
        return make_url(text), {}
    url = split_url(text)
    parameters = read_parameters(url)
    url = replace_address(url, parameters)
    arguments: dict[str, Any] = {"charset": "utf8mb4", **tls_arguments(parameters)}
    timeout = parameters.pop("connect_timeout", "10")
    if not re.fullmatch(r"\d{1,9}", timeout, re.ASCII):
        raise ValueError("has a parameter connect_timeout that is no number of seconds, such as 10")
    arguments["connect_timeout"] = int(timeout)
    if unknown := parameters.keys() - ARGUMENTS - IGNORED:
        raise ValueError(
            f"has a parameter that aiomysql does not know: remove {', '.join(sorted(unknown))}"
        )
    arguments |= {name: value for name, value in parameters.items() if name in ARGUMENTS}
    if arguments["charset"].lower() in {"utf8", "utf-8"}:  # MySQL's name for only a part of it
        arguments["charset"] = "utf8mb4"
    return url.set(drivername="mysql+aiomysql", query={}), arguments


def replace_address(url: URL, parameters: dict[str, str]) -> URL:
    """Return the URL with the parts of its address that parameters replace.

    Raises:
        ValueError: If a host or port is not valid.
    """
    host = parameters.pop("host", "")
    port = parameters.pop("port", "3306")
    if host.startswith("/"):
        parameters["unix_socket"] = host
    elif host:
        url = url.set(host=host)
    if not is_host(url.host or "localhost") or not re.fullmatch(r"\d{1,5}", port, re.ASCII):
        raise ValueError("has a parameter host or port that is not valid, such as port=3306")
    return url.set(
        username=parameters.pop("user", url.username),
        password=parameters.pop("password", url.password),
        port=int(port) if "port" in url.query else url.port,
    )


def requires_tls(text: str) -> bool:
    """Return whether a URL asks for TLS, and not only prefers it."""
    mode = read_tls_mode(read_parameters(split_url(text)))
    return TLS_MODES[mode] is not None and mode not in PREFERENCES


def read_parameters(url: URL) -> dict[str, str]:
    """Return the parameters of a URL under the names that this module uses."""
    parameters = {}
    for name, value in url.query.items():
        written = name.lower().replace("-", "_")
        parameters[OTHER_NAMES.get(written, written)] = str(value).strip()
    return parameters


def split_url(text: str) -> URL:
    """Return the URL as it is written.

    Raises:
        ValueError: If the URL is not one of MySQL or MariaDB.
    """
    problem = f"must be a URL like {EXAMPLE}, with %40 for @ and %25 for % in the password"
    text = re.sub(r"(://[^/?]*):(?=(/[^@?]*)?(\?|$))", r"\1", text)  # an empty port
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(problem) from None
    scheme = url.drivername.partition("+")[0]
    is_address = is_host(url.host or "localhost") and (url.port or 1) in range(1, 65536)
    if scheme not in SCHEMES or not is_address:
        raise ValueError(problem)
    database = (url.database or "").strip("/")
    if not database:
        raise ValueError(f"names no database: write it at the end, as in {EXAMPLE}")
    return url.set(database=database)


def tls_arguments(parameters: dict[str, str]) -> dict[str, ssl.SSLContext]:
    """Return the TLS context that the parameters ask for; it takes them out of `parameters`.

    Raises:
        ValueError: If the TLS mode is unknown, or a file does not exist.
    """
    verification = TLS_MODES[read_tls_mode(parameters)]
    authorities, certificate, key, _ = (
        parameters.pop(name, None) for name in ("ssl_ca", "ssl_cert", "ssl_key", "ssl_mode")
    )
    try:
        for path in (authorities, certificate, key):
            if path and not Path(path).is_file():
                raise ValueError(f"has a TLS parameter that names no file: {path}")
        context = ssl.create_default_context(cafile=authorities)
        if certificate:
            context.load_cert_chain(certificate, key, password="")
    except OSError as error:
        raise ValueError(f"names a certificate or key that cannot be read: {error}") from None
    if verification is None:
        return {}
    verifies_certificate, verifies_name = verification
    context.check_hostname = verifies_name
    if not verifies_certificate:
        context.verify_mode = ssl.CERT_NONE
    return {"ssl": context}


def read_tls_mode(parameters: dict[str, str]) -> str:
    """Return the TLS mode that the parameters ask for, as `TLS_MODES` names it.

    Raises:
        ValueError: If it is unknown.
    """
    is_verified = "true" in (
        parameters.pop("ssl_verify_cert", "").lower(),
        parameters.pop("ssl_verify_identity", "").lower(),
    )
    is_default = is_verified or "ssl_ca" in parameters
    mode = parameters.get("ssl_mode", "verify_identity" if is_default else "disabled")
    mode = mode.lower().replace("-", "_").replace(" ", "")
    if mode not in TLS_MODES:
        modes = "DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY"
        raise ValueError(f"has an unknown ssl-mode: use {modes}")
    return mode
