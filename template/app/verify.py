"""All checks of the project: `uv run app verify`."""

import os
import shutil
import sysconfig
from pathlib import Path

import anyio
import typer

ROOT = Path(__file__).parent.parent
CHECKS = (
    "ruff format --check .",
    "ruff check .",
    "lint-imports",
    "mypy .",
    "pyright",
    "pytest --cov",
)


def verify() -> None:
    """Check format, lint, imports, types, tests and migrations, as continuous integration does."""
    failed = [check for check in CHECKS if not anyio.run(run_check, check)]
    if failed:
        typer.echo(f"Failed: {', '.join(failed)}", err=True)
        raise typer.Exit(1)
    typer.echo("All checks passed.")


async def run_check(check: str) -> bool:
    """Run the command of a check in the root of the project; return whether it succeeds."""
    typer.echo(f"==> {check}")
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    program, *arguments = check.split()
    command = [shutil.which(program, path=path) or program, *arguments]
    environment = os.environ | {"PATH": path}
    result = await anyio.run_process(
        command, stdin=None, stdout=None, stderr=None, check=False, cwd=ROOT, env=environment
    )
    return result.returncode == 0
