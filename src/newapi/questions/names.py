"""The rules for a project's name, which is a folder and a distribution at once."""

import keyword
import re
import sys
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from newapi.errors import Problem
from newapi.terminal.text import shorten

DEPENDENCIES = Path(__file__).with_name("dependencies.txt")
MAX_LENGTH = 64
RULE = (
    f"A name starts with a letter, ends with a letter or a digit, and has at most {MAX_LENGTH}"
    " letters, digits, dots, dashes and underscores"
)

PATTERN = r"[A-Za-z](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?"
_NAME = re.compile(PATTERN)
_REQUIREMENT = re.compile(r"""["']([A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^]]*\])?\s*[<>=~!][^"']*)["']""")
_DISTRIBUTION = re.compile(r"[^A-Za-z0-9._-]")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)

# Folders of every project, and a package of Python that `sys.stdlib_module_names` leaves out.
_FOLDERS = frozenset({"app", "site-packages", "test", "tests"})
_FALLBACK = "myproject"
_ENDINGS = ("-api", "-service", "-app")


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
    """Say what keeps a name from being a project's, and propose another.

    `dependencies` are those of the template, beside what newapi's own template depends on.
    """
    if not _NAME.fullmatch(name):
        length = f" ({len(name)} characters)" if len(name) > MAX_LENGTH else ""
        return Problem(
            f"'{shorten(name)}'{length} cannot be a project's name. {RULE}.",
            f"newapi create {_repaired(name, dependencies)}",
        )
    if (reason := _taken(name, dependencies)) is not None:
        return Problem(
            f"'{name}' cannot be a project's name: {reason}.",
            f"newapi create {_extended(name, dependencies)}",
        )
    return None


def requirements(root: Path) -> frozenset[str]:
    """Return every requirement in the manifests of a template, whatever is chosen.

    Manifests are `pyproject.toml` of the template, and the parts that features add to it.
    """
    paths = [root / "template" / name for name in ("pyproject.toml.jinja", "pyproject.toml")]
    paths += root.glob("features/*/pyproject.toml.jinja")
    found = (_REQUIREMENT.findall(path.read_text("utf-8")) for path in paths if path.is_file())
    return frozenset(requirement for each in found for requirement in each)


def dependencies(root: Path) -> frozenset[str]:
    """Return the distributions that a template's projects require, whatever is chosen."""
    return frozenset(_normalized(_DISTRIBUTION.split(text)[0]) for text in requirements(root))


@cache
def known_dependencies() -> frozenset[str]:
    """Return what projects of newapi's own template can depend on, directly or not.

    Names are those of distributions and of their modules, normalized as distributions are.
    """
    lines = DEPENDENCIES.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _normalized(name: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)


def _taken(name: str, dependencies: Iterable[str]) -> str | None:
    short = _normalized(name)
    module = short.replace("-", "_")
    if _DEVICE.fullmatch(name):
        return "Windows reserves it for a device"
    if module in {word.lower() for word in keyword.kwlist}:
        return "it is a Python keyword"
    if module in sys.stdlib_module_names:
        return "it is a module of Python's standard library"
    if short in _FOLDERS:
        return "Python or every project has a folder of this name"
    if short in dependencies or short in known_dependencies():
        return "projects depend on a package of this name"
    return None


def _repaired(name: str, dependencies: Iterable[str]) -> str:
    """Return a name that follows the rule and resembles one that does not."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9._]+", "-", plain[: MAX_LENGTH // 2])
    words = re.sub(r"^[^A-Za-z]+|[^A-Za-z0-9]+$", "", words)
    if not words:
        return _FALLBACK
    return words if _taken(words, dependencies) is None else _extended(words, dependencies)


def _extended(name: str, dependencies: Iterable[str]) -> str:
    """Return a name that can be used and begins like one that is taken."""
    words = slug(name)[: MAX_LENGTH // 2].rstrip("-")
    names = (f"{words}{ending}" for ending in _ENDINGS)
    return next((other for other in names if _taken(other, dependencies) is None), _FALLBACK)
