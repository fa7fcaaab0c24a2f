"""The answers that projects can have together, and those of the presets."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path

from newapi.template.catalog import Catalog, Question, Value, load

Answers = dict[str, Value]
Pair = frozenset[tuple[str, Value]]

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template"
CORE = ("database", "python_version", "license")
CATALOG: Catalog = load(ROOT)
BRINGS = {"auth": "tables"}  # features that come with another one


def factors(catalog: Catalog) -> dict[str, tuple[Value, ...]]:
    """Return the questions that change files, with their values."""
    return {
        question.name: question.values
        for question in catalog.questions.values()
        if question.feature or question.name in CORE
    }


def on(question: Question) -> Value:
    """Return an answer that switches a feature on."""
    return next(value for value in question.values if value != question.off)


def requirements(catalog: Catalog) -> list[tuple[Question, Question]]:
    """Return each feature beside one that it requires."""
    return [
        (question, catalog.questions[name])
        for question in catalog.questions.values()
        for name in question.requires
    ]


def is_feasible(answers: Mapping[str, Value], catalog: Catalog) -> bool:
    """Tell whether the requirements of all chosen features are met; absent answers are free."""
    return not any(
        answers.get(needy.name, needy.off) != needy.off and answers.get(needed.name) == needed.off
        for needy, needed in requirements(catalog)
    )


def feasible_pairs(catalog: Catalog) -> set[Pair]:
    """Return every two answers that one project can have together.

    Two answers can be at odds through a third question only where both a feature and a
    feature that requires it are among them, so closing each pair over the requirements decides.
    """
    pairs: set[Pair] = set()
    for (left, lefts), (right, rights) in itertools.combinations(factors(catalog).items(), 2):
        for a, b in itertools.product(lefts, rights):
            if is_feasible(with_requirements({left: a, right: b}, catalog), catalog):
                pairs.add(frozenset({(left, a), (right, b)}))
    return pairs


def with_requirements(answers: Mapping[str, Value], catalog: Catalog) -> Answers:
    """Switch on the requirements of the chosen features, unless they have an answer."""
    closed = dict(answers)
    for _ in catalog.questions:
        for needy, needed in requirements(catalog):
            if closed.get(needy.name, needy.off) != needy.off:
                closed.setdefault(needed.name, on(needed))
    return closed


def with_brought(answers: Mapping[str, Value]) -> Answers:
    """Switch on the features that others bring along."""
    return {**answers, **{name: True for owner, name in BRINGS.items() if answers.get(owner)}}


def covered_pairs(rows: Iterable[Mapping[str, Value]]) -> set[Pair]:
    """Return the pairs of answers that the rows hold."""
    return {frozenset(pair) for row in rows for pair in itertools.combinations(row.items(), 2)}


def preset(name: str, catalog: Catalog = CATALOG) -> Answers:
    """Return the answers of a preset."""
    return {
        question.name: question.presets[name]
        for question in catalog.questions.values()
        if name in question.presets
    }


PRESETS: Mapping[str, Answers] = {name: preset(name) for name in CATALOG.presets}
