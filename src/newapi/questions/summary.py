"""The summary of a project before it is created: its answers, and the tree of its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from newapi.terminal.text import plural

if TYPE_CHECKING:
    from newapi.questions.draft import Draft
    from newapi.template.catalog import Question, Value
    from newapi.terminal.console import Console, Part

Files = Mapping[str, int]  # path within the project: size in bytes


def word(answer: Value) -> str:
    """Write an answer as people say it.

    >>> word(True), word("sqlite")
    ('yes', 'sqlite')
    """
    return answer if isinstance(answer, str) else "yes" if answer else "no"


def show(console: Console, draft: Draft) -> None:
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


def tree(console: Console, files: Files) -> None:
    """Print every file with its size, folders first mentioned where they begin."""
    console.rows(tree_rows(files))


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


def total(files: Files) -> str:
    """Say how much there is."""
    return f"{plural(len(files), 'file')}, {size(sum(files.values()))}"


def size(number: int) -> str:
    """Write a number of bytes.

    >>> size(512), size(2048)
    ('512 B', '2.0 kB')
    """
    return f"{number} B" if number < 1024 else f"{number / 1024:.1f} kB"
