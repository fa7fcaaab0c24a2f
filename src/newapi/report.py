"""What people see of a project: the summary before, the tree and the next steps after."""

from __future__ import annotations

import shlex
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newapi.catalog import Question, Value
    from newapi.console import Console, Part
    from newapi.draft import Draft
    from newapi.making import Made, Plan

_DOCS = "http://127.0.0.1:8000/docs"

Files = Mapping[str, int]  # path within the project: size in bytes


def word(answer: Value) -> str:
    """Write an answer as people say it.

    >>> word(True), word("sqlite")
    ('yes', 'sqlite')
    """
    return answer if isinstance(answer, str) else "yes" if answer else "no"


def summary(console: Console, draft: Draft) -> None:
    """Print every answer, grouped; but not that a feature is off which comes with another."""
    answers = draft.resolution.answers
    brought = {q.name for q in draft.catalog.questions.values() if is_brought(q, answers)}
    preset = f", from {draft.preset}" if draft.preset else ""
    console.heading(f"{draft.target}{preset}")
    rows: list[Sequence[Part]] = []
    for group, members in draft.catalog.grouped():
        for number, question in enumerate(q for q in members if q.name not in brought):
            answer = answers[question.name]
            style = "dim" if answer in (question.off, "") else "green"
            rows.append(
                ((group if number == 0 else "", "bold"), question.name, (word(answer), style))
            )
    console.rows(rows)


def is_brought(question: Question, answers: Mapping[str, Value]) -> bool:
    """Return whether a feature is off, and another one that is on has all of it."""
    return not answers[question.name] and any(answers.get(name) for name in question.comes_with)


def made(console: Console, plan: Plan, result: Made) -> None:
    """Print what was made, what is not as it should be, and what to type next."""
    preset = f" from {plan.preset}" if plan.preset else ""
    verb = "Would create" if plan.is_dry_run else "Created"
    amount = f"{total(result.files)}, {result.seconds:.1f} s"
    console.heading(f"{verb} {plan.target}{preset}: {amount}")
    if plan.is_dry_run:
        tree(console, result.files)
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
        commands(console, "Next", next_commands(plan))
    commands(console, "The same again", [plan.replay])


def next_commands(plan: Plan) -> list[str]:
    """Return what to type to see the project run."""
    answers = plan.answers
    needs_server = answers.get("docker") and answers.get("database", "sqlite") != "sqlite"
    run = "uv run fastapi dev"
    return [
        f"cd {shlex.quote(plan.target)}",
        *(["docker compose up --wait db"] if needs_server else []),
        run if shutil.which("uv") else f"pip install uv && {run}",
        f"open {_DOCS}",
    ]


def folders(console: Console, files: Files) -> None:
    """Print the tree in short: each folder with the number of its files, then the rest."""
    counts = Counter(PurePosixPath(path).parts[0] for path in files if "/" in path)
    top = [path for path in files if "/" not in path]
    rows: list[Sequence[Part]] = [
        ((f"{name}/", "bold cyan"), _plural(number, "file")) for name, number in counts.items()
    ]
    console.rows([*rows, (("./", "bold cyan"), f"{_plural(len(top), 'file')}: {', '.join(top)}")])


def tree(console: Console, files: Files) -> None:
    """Print every file with its size, folders first mentioned where they begin."""
    console.rows(tree_rows(files))


def size(number: int) -> str:
    """Write a number of bytes.

    >>> size(512), size(2048)
    ('512 B', '2.0 kB')
    """
    return f"{number} B" if number < 1024 else f"{number / 1024:.1f} kB"


def total(files: Files) -> str:
    """Say how much there is."""
    return f"{_plural(len(files), 'file')}, {size(sum(files.values()))}"


def commands(console: Console, heading: str, lines: Sequence[str]) -> None:
    """Print commands to type, each on a line of its own and never wrapped."""
    console.heading(heading)
    for line in lines:
        console.command(line)


def tree_rows(files: Files) -> Iterator[Sequence[Part]]:
    """Yield the lines of the tree: the name, indented by its folders, and the size."""
    shown: set[PurePosixPath] = set()
    for path in sorted(files, key=lambda name: ("/" not in name, name)):
        pure = PurePosixPath(path)
        for parent in [*pure.parents][-2::-1]:
            if parent not in shown:
                shown.add(parent)
                yield (f"{'  ' * (len(parent.parts) - 1)}{parent.name}/", "bold cyan"), ""
        yield f"{'  ' * (len(pure.parts) - 1)}{pure.name}", (size(files[path]), "dim")


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
