"""What people see of a new project: its files, warnings and next commands."""

from __future__ import annotations

import shlex
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from newapi.questions import summary
from newapi.terminal.text import plural

if TYPE_CHECKING:
    from newapi.create.plan import Made, Plan
    from newapi.terminal.console import Console, Part

_DOCS = "http://127.0.0.1:8000/docs"


def made(console: Console, plan: Plan, result: Made) -> None:
    """Print the files of the project, warnings, and the next commands."""
    preset = f" from {plan.preset}" if plan.preset else ""
    verb = "Would create" if plan.is_dry_run else "Created"
    amount = f"{summary.total(result.files)}, {result.seconds:.1f} s"
    console.heading(f"{verb} {plan.target}{preset}: {amount}")
    if plan.is_dry_run:
        summary.tree(console, result.files)
    else:
        folders(console, result.files)
    for path in result.kept:
        console.warn(f"{path} was there and is kept as it is")
    for warning in result.warnings:
        first, *rest = warning.splitlines()
        console.warn(first)
        for line in rest:
            console.note(f"  {line}")
    if not plan.is_dry_run:
        console.commands("Next", next_commands(plan))
    console.commands("The same again", [plan.replay])


def next_commands(plan: Plan) -> list[str]:
    """Return what to type to see the project run."""
    answers = plan.answers
    needs_server = answers.get("docker") and answers.get("database") == "mysql"
    run = "uv run fastapi dev"
    return [
        f"cd {shlex.quote(plan.target)}",
        *(["docker compose up --wait db"] if needs_server else []),
        run if shutil.which("uv") else f"pip install uv && {run}",
        f"open {_DOCS}",
    ]


def folders(console: Console, files: summary.Files) -> None:
    """Print the tree in short: each folder with the number of its files, then the rest."""
    counts = Counter(PurePosixPath(path).parts[0] for path in files if "/" in path)
    top = [path for path in files if "/" not in path]
    rows: list[Sequence[Part]] = [
        ((f"{name}/", "bold cyan"), plural(number, "file")) for name, number in counts.items()
    ]
    console.rows([*rows, (("./", "bold cyan"), f"{plural(len(top), 'file')}: {', '.join(top)}")])
