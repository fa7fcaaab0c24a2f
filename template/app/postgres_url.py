"""Database URLs as platforms write them, translated for SQLAlchemy and asyncpg."""

import re
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

SCHEMES = {"postgres", "postgresql", "psql", "pgsql"}
EXAMPLE = "postgresql://user:password@host:5432/database"
TLS_MODES = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}
OTHER_NAMES = {  # of parameters, as Node, Prisma and JDBC write them
    "ApplicationName": "application_name",
    "fallback_application_name": "application_name",
    "currentSchema": "search_path",
    "schema": "search_path",
    "ssl": "sslmode",
}
OTHER_TLS_MODES = {"true": "require", "1": "require", "false": "disable", "0": "disable"}
ARGUMENTS = {  # parameters that are arguments of asyncpg and of SQLAlchemy's dialect
    "connect_timeout": "timeout",
    "timeout": "timeout",
    "command_timeout": "command_timeout",
    "statement_cache_size": "statement_cache_size",
    "prepared_statement_cache_size": "prepared_statement_cache_size",
}
OF_POOLERS = {  # parameters that say that a pooler in transaction mode answers, and their values
    "binary_parameters": {"yes"},  # lib/pq in Go
    "pgbouncer": {"true", "1"},  # Prisma
    "prepareThreshold": {"0"},  # JDBC
    "prepared_statements": {"false"},  # Rails
}
IGNORED = {  # parameters of libpq, of connection pools and of platforms that asyncpg does not have
    *OF_POOLERS,
    "channel_binding",
    "client_encoding",
    "connection_limit",
    "gssencmode",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "load_balance_hosts",
    "pool_max_conns",
    "pool_timeout",
    "socketTimeout",
    "sslcompression",
    "sslnegotiation",
    "sslsni",
    "supa",
    "tcpKeepAlive",
    "tcp_user_timeout",
    "uselibpqcompat",
    "workaround",
}


def unnamed_statement() -> str:
    """Return the name of prepared statements behind a pooler in transaction mode."""
    return ""


# Such a pooler, for example PgBouncer, runs each transaction on another connection to the server,
# where statements that were prepared in an earlier transaction do not exist.
TRANSACTION_POOLING = {
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": unnamed_statement,
}


def parse_database_url(text: str) -> tuple[URL, dict[str, Any]]:
    """Return the URL for SQLAlchemy, and the arguments of asyncpg for the parameters in it.

    asyncpg reads the parameters of libpq, such as `sslmode`, itself.

    Raises:
        ValueError: If the URL does not name a PostgreSQL database, or has an invalid parameter.
    """
    url, hosts = split_hosts(text.strip().strip("\"'"))
    parameters = {
        OTHER_NAMES.get(name, name): value if isinstance(value, str) else ",".join(value)
        for name, value in url.query.items()
        if name not in IGNORED
    }
    arguments: dict[str, Any] = {}
    if any(url.query.get(name) in values for name, values in OF_POOLERS.items()):
        arguments |= TRANSACTION_POOLING
    for name in parameters.keys() & ARGUMENTS.keys():
        arguments[ARGUMENTS[name]] = parse_number(name, parameters.pop(name))
    if arguments.get("timeout") == 0:  # libpq waits without a limit
        arguments["timeout"] = None
    if hosts:
        parameters["host"] = hosts
    if "host" in parameters:  # as in libpq, it replaces the host in the address
        parameters |= {"port": str(url.port)} if url.port else {}
        url = URL.create("", url.username, url.password, database=url.database)
    arguments |= tls_arguments(parameters)
    if parameters:
        arguments["dsn"] = f"postgresql://?{urlencode(parameters)}"
    return url.set(drivername="postgresql+asyncpg", query={}), arguments


def split_hosts(text: str) -> tuple[URL, str]:
    """Return the URL, and the hosts that only asyncpg can read: several hosts, or a socket.

    Raises:
        ValueError: If the URL is not one of PostgreSQL.
    """
    problem = f"must be a URL like {EXAMPLE}, with %40 for @ and %25 for % in the password"
    address, mark, query = text.partition("?")
    if "/" in address.partition("://")[2] or "@" in address:
        text = address + mark + query.replace("@", "%40")  # it is no end of a password
    hosts = ""
    if match := re.match(r"(\w[\w+]*://(?:[^@]*@)?)([^/?@]*(?:,|%2[Ff])[^/?@]*)(?=[/?]|$)", text):
        hosts = unquote(match[2])
        text = match[1] + text[match.end() :]
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(problem) from None
    scheme = url.drivername.partition("+")[0]
    if scheme not in SCHEMES or "@" in (url.host or "") or (url.port or 1) not in range(1, 65536):
        raise ValueError(problem)
    return url, hosts


def tls_arguments(parameters: dict[str, str]) -> dict[str, ssl.SSLContext]:
    """Return a TLS context that trusts the authorities of the system, if the URL asks for it.

    libpq and asyncpg look for the file `~/.postgresql/root.crt` instead.

    Raises:
        ValueError: If the TLS mode is unknown, or a file does not exist.
    """
    mode = parameters.get("sslmode", "prefer").lower()
    mode = OTHER_TLS_MODES.get(mode, mode)
    if mode not in TLS_MODES:
        raise ValueError(f"has an unknown sslmode: use one of {', '.join(sorted(TLS_MODES))}")
    if "sslmode" in parameters:
        parameters["sslmode"] = mode
    authorities = parameters.get("sslrootcert", "")
    for name in ("sslrootcert", "sslcert", "sslkey"):
        path = parameters.get(name, "system")
        if path != "system" and not Path(path).is_file():
            raise ValueError(f"has a parameter {name} that names no file: {path}")
    if authorities != "system" and (authorities or not mode.startswith("verify")):
        return {}
    context = ssl.create_default_context()
    context.check_hostname = authorities == "system" or mode == "verify-full"
    if "sslcert" in parameters:
        context.load_cert_chain(parameters["sslcert"], parameters.get("sslkey"))
    del parameters["sslmode"]
    parameters.pop("sslrootcert", None)
    return {"ssl": context}


def parse_number(name: str, value: str) -> float:
    """Return the value of a parameter as a number.

    Raises:
        ValueError: If it is not one.
    """
    try:
        return int(value) if value.isdecimal() else float(value)
    except ValueError:
        raise ValueError(f"has a parameter {name} that is no number, such as {name}=10") from None
