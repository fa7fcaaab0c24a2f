"""Database URLs as platforms write them, translated for SQLAlchemy and asyncpg."""

import os
import re
import ssl
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.setting_types.base import is_host, lower_scheme, strip_quotes

SCHEMES = {"postgres", "postgresql", "psql", "pgsql", "postgis"}
EXAMPLE = "postgresql://user:password@host:5432/database"
TLS_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
OTHER_NAMES = {  # of parameters, as Node, Prisma, JDBC and pg8000 write them
    "ApplicationName": "application_name",
    "fallback_application_name": "application_name",
    "currentSchema": "search_path",
    "schema": "search_path",
    "database": "dbname",
    "hostaddr": "host",
    "unix_sock": "host",
}
TLS_MODE_NAMES = (  # of the parameter
    "sslmode",
    "ssl",
    "sslMode",
    "ssl-mode",
    "ssl_mode",
    "ssl_require",
    "sslaccept",
    "tls",
)
OTHER_TLS_MODES = {
    "": "prefer",
    "0": "disable",
    "1": "require",
    "accept_invalid_certs": "require",
    "disabled": "disable",
    "false": "disable",
    "no-verify": "require",
    "preferred": "prefer",
    "required": "require",
    "strict": "verify-full",
    "true": "require",
    "verify_ca": "verify-ca",
    "verify_full": "verify-full",
    "verify_identity": "verify-full",
    '{"rejectunauthorized":false}': "require",
    '{"rejectunauthorized":true}': "verify-full",
}
TLS_FILES = ("sslrootcert", "sslcert", "sslkey")
ARGUMENTS = {  # parameters that are arguments of asyncpg and of SQLAlchemy's dialect
    "connect_timeout": "timeout",
    "timeout": "timeout",
    "command_timeout": "command_timeout",
    "statement_cache_size": "statement_cache_size",
    "prepared_statement_cache_size": "prepared_statement_cache_size",
}
OF_POOLERS = {  # parameters that say that a pooler in transaction mode answers, and their values
    "binary_parameters": {"yes"},  # lib/pq in Go
    "default_query_exec_mode": {"exec", "simple_protocol"},  # pgx in Go
    "pgbouncer": {"true", "1"},  # Prisma
    "pool_mode": {"transaction"},
    "prepareThreshold": {"0"},  # JDBC
    "prepare_threshold": {"0", "none"},  # Psycopg
    "prepared_statements": {"false"},  # Rails
}
POOLERS = (  # the ends of hosts, and ports, where platforms have a pooler in transaction mode
    (".ondigitalocean.com", 25061),
    (".pooler.supabase.com", 6543),
    (".supabase.co", 6543),
)
IGNORED = {  # parameters of libpq, of connection pools and of platforms that asyncpg does not have
    *OF_POOLERS,
    "async_fallback",
    "channel_binding",
    "charset",
    "client_encoding",
    "conn_max_age",
    "connection_limit",
    "description_cache_capacity",
    "encoding",
    "gssencmode",
    "idleTimeoutMillis",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "loadBalanceHosts",
    "load_balance_hosts",
    "loginTimeout",
    "max",
    "max_overflow",
    "min",
    "pool",
    "pool_max_conn_idle_time",
    "pool_max_conn_lifetime",
    "pool_max_conns",
    "pool_min_conns",
    "pool_pre_ping",
    "pool_recycle",
    "pool_size",
    "pool_timeout",
    "reWriteBatchedInserts",
    "reconnect",
    "require_auth",
    "serverVersion",
    "socketTimeout",
    "socket_timeout",
    "sslcertmode",
    "sslcompression",
    "sslfactory",
    "sslidentity",
    "sslnegotiation",
    "sslsni",
    "statement_cache_capacity",
    "statement_cache_mode",
    "supa",
    "tcpKeepAlive",
    "tcp_user_timeout",
    "uselibpqcompat",
    "workaround",
}

OF_ASYNCPG = {
    "gsslib",
    "host",
    "krbsrvname",
    "passfile",
    "port",
    "service",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcrl",
    "sslkey",
    "sslmode",
    "sslpassword",
    "sslrootcert",
    "target_session_attrs",
}
SESSION_ATTRIBUTES = (
    "any",
    "primary",
    "standby",
    "prefer-standby",
    "read-write",
    "read-only",
)
OF_SERVER = {  # settings of PostgreSQL that a connection may set; `options` sets any other one
    "application_name",
    "bytea_output",
    "client_min_messages",
    "datestyle",
    "default_transaction_deferrable",
    "default_transaction_isolation",
    "default_transaction_read_only",
    "extra_float_digits",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "intervalstyle",
    "jit",
    "lock_timeout",
    "options",
    "plan_cache_mode",
    "role",
    "search_path",
    "statement_timeout",
    "synchronous_commit",
    "timezone",
    "transaction_timeout",
    "work_mem",
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
    url, hosts = split_hosts(lower_scheme(strip_quotes(text.strip())))
    parameters = {
        OTHER_NAMES.get(name, name): value if isinstance(value, str) else ",".join(value)
        for name, value in url.query.items()
        if name not in IGNORED
    }
    if modes := [parameters.pop(name) for name in TLS_MODE_NAMES if name in parameters]:
        parameters["sslmode"] = strictest_tls_mode(
            ",".join(modes).lower().replace(" ", "").split(",")
        )
    arguments = driver_arguments(url, parameters)
    if "service" in parameters:
        arguments["servicefile"] = find_service_file(parameters)
    if hosts:
        parameters.setdefault("host", hosts)
    url = replace_address(url, parameters)
    check_names(parameters)
    arguments |= tls_arguments(parameters)
    if parameters:
        arguments["dsn"] = f"postgresql://?{urlencode(parameters)}"
    return url.set(drivername="postgresql+asyncpg", query={}), arguments


def driver_arguments(url: URL, parameters: dict[str, str]) -> dict[str, Any]:
    """Return the arguments of asyncpg and of SQLAlchemy's dialect; take them out of `parameters`.

    Raises:
        ValueError: If one of them is not a number.
    """
    arguments: dict[str, Any] = {}
    is_declared = any(
        str(url.query.get(name, "")).lower() in values for name, values in OF_POOLERS.items()
    )
    is_known = any((url.host or "").endswith(end) and url.port == port for end, port in POOLERS)
    if is_declared or is_known:
        arguments |= TRANSACTION_POOLING
    for name in parameters.keys() & ARGUMENTS.keys():
        arguments[ARGUMENTS[name]] = parse_number(name, parameters.pop(name))
    for name in ("timeout", "command_timeout"):
        if arguments.get(name) == 0:  # libpq waits without a limit
            arguments[name] = None
    return arguments


def replace_address(url: URL, parameters: dict[str, str]) -> URL:
    """Return the URL with the parts of its address that parameters replace, as in libpq.

    Several hosts, or the folder of a socket, stay in `parameters`.

    Raises:
        ValueError: If a host or port is not valid.
    """
    url = url.set(
        username=parameters.pop("user", url.username),
        password=parameters.pop("password", url.password),
        database=parameters.pop("dbname", url.database),
    )
    if "port" in parameters and not all(map(is_port, parameters["port"].split(","))):
        raise ValueError("has a parameter port that is no port, such as port=5432")
    if "host" in parameters:
        check_hosts(parameters["host"])
        ports = parameters.get("port", "").split(",")
        if len(ports) not in {1, len(parameters["host"].split(","))}:
            raise ValueError("has not as many ports as hosts, as in host=db1,db2&port=5432,5433")
        if url.port:
            parameters.setdefault("port", str(url.port))
        return URL.create("", url.username, url.password, database=url.database)
    if "port" in parameters:
        return url.set(port=int(parameters.pop("port")))
    return url


def find_service_file(parameters: dict[str, str]) -> str:
    """Return the path of the file that has the service which the parameters name.

    asyncpg would connect to this machine if the file does not have it.

    Raises:
        ValueError: If no file has it.
    """
    default = os.environ.get("PGSERVICEFILE", "~/.pg_service.conf")
    path = Path(parameters.pop("servicefile", default)).expanduser()
    services = ConfigParser()
    try:
        services.read(path)
        dict(services[parameters["service"]])
    except (ConfigParserError, KeyError, UnicodeError):
        raise ValueError(
            f"has a parameter service that names no section of {path}: correct it, "
            f"or use a URL like {EXAMPLE}"
        ) from None
    return str(path)


def check_names(parameters: dict[str, str]) -> None:
    """Check that asyncpg or the server knows all parameters.

    Raises:
        ValueError: If nothing is known about one of them, or it has a wrong value.
    """
    if parameters.get("target_session_attrs", "any") not in SESSION_ATTRIBUTES:
        known_ones = ", ".join(SESSION_ATTRIBUTES)
        raise ValueError(f"has an unknown target_session_attrs: use one of {known_ones}")
    known = OF_ASYNCPG | OF_SERVER
    unknown = [name for name in parameters if name.lower() not in known and "." not in name]
    if unknown:
        raise ValueError(
            f"has a parameter that is not supported: remove {', '.join(unknown)}, "
            "or set what the server knows with options=-c%20name=value"
        )


def is_port(text: str) -> bool:
    """Return whether the text is the number of a port."""
    return re.fullmatch(r"\d{1,5}", text, re.ASCII) is not None and int(text) in range(1, 65536)


def split_hosts(text: str) -> tuple[URL, str]:
    """Return the URL, and the hosts that only asyncpg can read: several hosts, or a socket.

    Raises:
        ValueError: If the URL is not one of PostgreSQL.
    """
    problem = f"must be a URL like {EXAMPLE}, with %40 for @ and %25 for % in the password"
    address, mark, query = text.partition("?")
    if "/" in address.partition("://")[2] or "@" in address:
        text = address + mark + query.replace("@", "%40")  # it is no end of a password
    text = re.sub(r"(://[^/?]*):(?=(/[^@?]*)?(\?|$))", r"\1", text)  # an empty port
    hosts = ""
    if match := re.match(r"(\w[\w+]*://(?:[^@]*@)?)([^/?@]*(?:,|%2[Ff])[^/?@]*)(?=[/?]|$)", text):
        hosts = unquote(match[2])
        text = match[1] + text[match.end() :]
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(problem) from None
    scheme = url.drivername.partition("+")[0]
    is_address = is_host(url.host or "localhost") and (url.port or 1) in range(1, 65536)
    if scheme not in SCHEMES or not is_address:
        raise ValueError(problem)
    if url.database and url.database.strip("/"):
        url = url.set(database=url.database.strip("/"))
    return url, hosts


def check_hosts(hosts: str) -> None:
    """Check several hosts with or without ports, or the folder of a socket.

    Raises:
        ValueError: If one of them is not valid.
    """
    for host in hosts.split(","):
        is_bare = host.count(":") != 1 and not re.search(r"\]:\d+$", host)
        name, _, port = (host, "", "5432") if is_bare else host.rpartition(":")
        if not host.startswith("/") and not (is_host(name) and is_port(port)):
            raise ValueError(f"names {host}, which is no host with a port, such as db1:5432")


def strictest_tls_mode(modes: list[str]) -> str:
    """Return the strictest of several TLS modes under the name that libpq has for it.

    Raises:
        ValueError: If one of them is unknown.
    """
    names = [OTHER_TLS_MODES.get(mode, mode) for mode in modes]
    if unknown := set(names) - set(TLS_MODES):
        known = ", ".join(TLS_MODES)
        raise ValueError(f"has an unknown sslmode {min(unknown)}: use one of {known}")
    return max(names, key=TLS_MODES.index)


def tls_arguments(parameters: dict[str, str]) -> dict[str, ssl.SSLContext]:
    """Return a TLS context that trusts the authorities of the system, if the URL asks for it.

    libpq and asyncpg look for the file `~/.postgresql/root.crt` instead.

    Raises:
        ValueError: If a file does not exist or is not valid.
    """
    mode = parameters.get("sslmode", "prefer")
    authorities = parameters.get("sslrootcert", "")
    check_tls_files(parameters)
    if authorities != "system" and (authorities or not mode.startswith("verify")):
        return {}
    context = ssl.create_default_context()
    context.check_hostname = authorities == "system" or mode == "verify-full"
    if "sslcert" in parameters:
        context.load_cert_chain(parameters["sslcert"], parameters.get("sslkey"))
    del parameters["sslmode"]
    parameters.pop("sslrootcert", None)
    return {"ssl": context}


def check_tls_files(parameters: dict[str, str]) -> None:
    """Read the files of certificates and keys.

    Raises:
        ValueError: If a file does not exist or is not valid.
    """
    files = {name: parameters[name] for name in TLS_FILES if parameters.get(name)}
    if files.get("sslrootcert") == "system":
        del files["sslrootcert"]
    context = ssl.create_default_context()
    try:
        for name, path in files.items():
            if not Path(path).is_file():
                raise ValueError(f"has a parameter {name} that names no file: {path}")
        if "sslrootcert" in files:
            context.load_verify_locations(files["sslrootcert"])
        if "sslcert" in files:
            password = parameters.get("sslpassword", "")
            context.load_cert_chain(files["sslcert"], files.get("sslkey"), password)
    except OSError as error:
        raise ValueError(f"names a certificate or key that cannot be read: {error}") from None


def parse_number(name: str, value: str) -> float:
    """Return the value of a parameter as a number.

    Raises:
        ValueError: If it is not one.
    """
    if not re.fullmatch(r"\d{1,9}(\.\d+)?", value, re.ASCII):
        raise ValueError(f"has a parameter {name} that is no number, such as {name}=10")
    return float(value) if "." in value and name.endswith("timeout") else int(float(value))
