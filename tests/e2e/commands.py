"""The commands that a generated project documents, extracted from its own files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

VERIFY = "uv run app verify"
MIGRATIONS = (
    "uv run app env",
    "uv run alembic upgrade head",
    "uv run alembic check",
    "uv run alembic downgrade base",
)
BLOCK = re.compile(r"^```(?:bash|console|sh|shell)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def documented(project: Path) -> list[str]:
    """Return the commands of the README, in order."""
    readme = (project / "README.md").read_text(encoding="utf-8")
    return [command for block in BLOCK.findall(readme) for command in lines(block)]


def continuous(project: Path) -> list[str]:
    """Return the commands of the project's CI, in order; none where it has no CI."""
    return [command for script in scripts(pipeline(project)) for command in lines(script)]


def pipeline(project: Path) -> Any:
    """Return the project's GitHub or GitLab pipeline; nothing where it has no CI."""
    for name in (".github/workflows/ci.yml", ".gitlab-ci.yml"):
        if (project / name).exists():
            return yaml.safe_load((project / name).read_text(encoding="utf-8"))
    return None


def pipeline_variables(project: Path) -> dict[str, str]:
    """Return every environment variable that the pipeline sets anywhere."""
    return dict(variables(pipeline(project)))


def variables(node: Any) -> Iterator[tuple[str, str]]:
    """Yield the environment variables below a part of a pipeline."""
    for name, value in node.items() if isinstance(node, dict) else ():
        if name in {"env", "variables"}:
            yield from value.items()
        else:
            yield from variables(value)


def scripts(node: Any, key: str = "") -> Iterator[str]:
    """Yield the shell scripts of a GitHub or GitLab pipeline."""
    match node:
        case dict():
            for name, value in node.items():
                yield from scripts(value, str(name))
        case list():
            for value in node:
                yield from scripts(value, key)
        case str() if key in {"run", "script", "before_script"}:
            yield node


def lines(script: str) -> list[str]:
    """Return the commands of a shell script, without prompts and comments."""
    joined = script.replace("\\\n", " ")
    stripped = (re.sub(r"(^\$ |\s+#.*|^#.*)", "", line.strip()) for line in joined.splitlines())
    return [line for line in stripped if line]
