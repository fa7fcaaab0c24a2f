"""Which features an answer needs, and which question a word on the command line means."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from newapi.template.catalog import Catalog, Question, Value


@dataclass(frozen=True)
class Change:
    """A feature that was switched because of another one."""

    name: str
    value: Value
    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Conflict:
    """A feature that was asked for, and its requirement that was switched off by hand."""

    feature: str
    requirement: str


@dataclass(frozen=True)
class Resolution:
    """Answers that fit together, how they came about, and where they cannot."""

    answers: Mapping[str, Value]
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]


def required(name: str, catalog: Catalog) -> list[str]:
    """Return the requirements of a feature, direct ones first."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        for requirement in catalog.questions[waiting.pop(0)].requires:
            if requirement in catalog.questions and requirement not in found:
                found[requirement] = None
                waiting.append(requirement)
    found.pop(name, None)
    return list(found)


def resolve(answers: Mapping[str, Value], by_hand: Collection[str], catalog: Catalog) -> Resolution:
    """Resolve requirements: explicit answers win; changes of other answers are recorded."""
    questions = catalog.questions
    result = dict(answers)
    changes: list[Change] = []
    conflicts: list[Conflict] = []
    wanted = [name for name in questions if name in by_hand and _is_on(name, result, catalog)]
    for name in (*wanted, *(other for other in questions if other not in wanted)):
        if not _is_on(name, result, catalog):
            continue
        missing = [r for r in required(name, catalog) if not _is_on(r, result, catalog)]
        refused = [requirement for requirement in missing if requirement in by_hand]
        if refused and name in wanted:
            conflicts += [Conflict(name, requirement) for requirement in refused]
        elif refused:
            result[name] = questions[name].off
            changes.append(Change(name, result[name], f"{name} needs {refused[0]}: switched off"))
        else:
            for requirement in missing:
                result[requirement] = on_value(questions[requirement], catalog)
                reason = f"{name} needs {requirement}: switched on"
                changes.append(Change(requirement, result[requirement], reason))
    return Resolution(result, tuple(changes), tuple(conflicts))


def _is_on(name: str, answers: Mapping[str, Value], catalog: Catalog) -> bool:
    return answers[name] != catalog.questions[name].off


def on_value(question: Question, catalog: Catalog) -> Value:
    """Return what "on" means for a feature that has several values."""
    if question.type == "bool":
        return True
    usual = (question.presets.get(catalog.default_preset), question.default, *question.choices)
    return next(value for value in usual if value in question.choices and value != question.off)


def expand(word: str, catalog: Catalog) -> list[tuple[Question, Value]]:
    """Return the questions that a word of --with can mean: none if unknown, several if unclear."""
    name, separator, value = word.partition("=")
    if separator:
        question = catalog.questions.get(name)
        return [(question, value)] if question else []
    if feature := catalog.features.get(word):
        return [(feature, on_value(feature, catalog))]
    return [(q, word) for q in catalog.questions.values() if word in q.choices]


def vocabulary(catalog: Catalog) -> dict[str, str]:
    """Return every word that --with takes, with its meaning."""
    words = {name: feature.title for name, feature in catalog.features.items()}
    for question in catalog.questions.values():
        for value in question.choices:
            if value != question.off and len(expand(value, catalog)) == 1:
                words.setdefault(value, f"{question.name}={value}")
    return words


def nearest(word: str, known: Collection[str]) -> str:
    """Return the known word that was probably meant; empty when none is near."""
    import difflib

    folded = {name.lower().replace("-", "_"): name for name in known}
    wanted = word.lower().replace("-", "_")
    if matches := difflib.get_close_matches(wanted, folded, 1, 0.6):
        return folded[matches[0]]
    begun = [name for key, name in folded.items() if len(wanted) > 1 and key.startswith(wanted)]
    return begun[0] if len(begun) == 1 else ""
