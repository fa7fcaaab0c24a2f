"""Read the answers of a project from its files, without rendering a release."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from newapi.project import tree
from newapi.questions import choices
from newapi.template import features

if TYPE_CHECKING:
    from newapi.project.tree import Tree
    from newapi.template.catalog import Catalog, Question, Value

# Files that name the database and other choices.
TELLING = ("pyproject.toml", ".env.example", "README.md")
# Answers that no project has. Each is found again in the lines that have it.
MARKS: Mapping[str, str] = {
    "project_name": "Qzxname",
    "description": "Qzx says this",
    "author_name": "Qzx Author",
    "author_email": "qzx@qzx.example.com",
}
_ALL, _HALF = 1.0, 0.5
_CONTEXT = 4  # characters around a text: without them, every line would be one


def guess(catalog: Catalog, paths: Collection[str], telling: Tree) -> dict[str, Value]:
    """Return the likely answer of each question that is not a free text."""
    found: dict[str, Value] = {}
    for name, question in catalog.questions.items():
        if question.feature:
            found[name] = _feature(question, paths, catalog)
        elif question.choices:
            found[name] = _named(question, telling)
    return {
        name: catalog.questions[name].off if _comes_anyway(name, found, catalog) else value
        for name, value in found.items()
    }


def is_certain(question: Question, paths: Collection[str]) -> bool:
    """Whether a feature has all of its files in the project, or none."""
    return question.type == "bool" and _present(question, paths) in {0.0, _ALL}


def texts(rendered: Tree, ours: Tree, catalog: Catalog) -> dict[str, Value]:
    """Return the free texts, from the lines of a version that was rendered with `MARKS`."""
    marks = {mark: name for name, mark in MARKS.items() if name in catalog.questions}
    anything = re.compile("|".join(map(re.escape, marks)))
    votes: dict[str, Counter[str]] = {name: Counter() for name in marks.values()}
    for path, entry in rendered.items():
        if not entry.is_text or path not in ours:
            continue
        present = ours[path].data.decode(errors="replace").splitlines()
        for line in entry.data.decode(errors="replace").splitlines():
            context = "".join(anything.sub("", line).split())
            if len(context) >= _CONTEXT and (found := anything.findall(line)):
                _vote(votes, _pattern(line, anything), [marks[mark] for mark in found], present)
    return {
        name: answer
        for name, counts in votes.items()
        if (answer := _first_usable(catalog.questions[name], counts)) is not None
    }


def _feature(question: Question, paths: Collection[str], catalog: Catalog) -> Value:
    share = _present(question, paths)
    if question.type == "bool":
        return share >= _HALF
    return features.on_value(question, catalog) if share else question.off


def _present(question: Question, paths: Collection[str]) -> float:
    """Return the share of the paths of a feature that the project has.

    Where the project has no folder of that name, the same path in any other folder counts.
    """
    places = {*paths, *tree.folders(dict.fromkeys(paths))}
    owned = [path.strip("/") for path in question.paths if "*" not in path]
    found = 0
    for path in owned:
        top, _, inner = path.partition("/")
        is_moved = inner and top not in places
        found += path in places or any(is_moved and p.endswith(f"/{inner}") for p in places)
    return found / len(owned) if owned else _HALF


def _named(question: Question, telling: Tree) -> Value:
    """Return the choice that the telling files name most often; numbers stand for anything."""
    if not any(choice.isalpha() for choice in question.choices):
        return question.default
    text = b"\n".join(entry.data for entry in telling.values()).decode(errors="replace").lower()
    counts = {choice: text.count(choice.lower()) for choice in question.choices}
    best = max(counts.values(), default=0)
    tied = [choice for choice, count in counts.items() if count == best]
    return question.default if question.default in tied or not tied else tied[0]


def _comes_anyway(name: str, found: Mapping[str, Value], catalog: Catalog) -> bool:
    """Whether another feature brings the files of this one."""
    return any(
        found.get(other) != catalog.questions[other].off
        for other in catalog.questions[name].comes_with
        if other in catalog.questions
    )


def _pattern(line: str, anything: re.Pattern[str]) -> re.Pattern[str]:
    plain = anything.split(line)
    return re.compile("(.+?)".join(map(re.escape, plain)))


def _vote(
    votes: Mapping[str, Counter[str]],
    pattern: re.Pattern[str],
    names: list[str],
    lines: Iterable[str],
) -> None:
    for line in lines:
        if match := pattern.fullmatch(line):
            for name, text in zip(names, match.groups(), strict=True):
                votes[name][text] += 1


def _first_usable(question: Question, counts: Counter[str]) -> Value | None:
    for text, _ in counts.most_common():
        with suppress(ValueError):
            plain = json.loads(f'"{text}"') if "\\" in text else text
            return choices.understand(question, plain)
    return None
