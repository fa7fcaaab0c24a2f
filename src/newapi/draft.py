"""The answers while they are being asked: always complete, always fitting together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newapi import answers, features

if TYPE_CHECKING:
    from newapi.catalog import Catalog, Question, Value


@dataclass
class Draft:
    """What is decided so far; flags are final, answers to questions can still change."""

    catalog: Catalog
    preset: str
    defaults: Mapping[str, str]
    fixed: Mapping[str, Value]
    flags: Mapping[str, str]
    asked: dict[str, Value] = field(default_factory=dict)

    @property
    def resolution(self) -> features.Resolution:
        """Every question's answer as things stand."""
        given = {**self.fixed, **self.asked}
        return answers.complete(given, self.preset, self.defaults, self.catalog)

    @property
    def open(self) -> list[Question]:
        """The questions that no flag has answered."""
        return [q for q in self.catalog.questions.values() if q.name not in self.fixed]

    def answer(self, question: Question, *, value: Value) -> list[str]:
        """Take an answer, and switch with it what it needs or what needs it.

        The latest answer counts: returns what else was switched because of it. Raises
        ValueError when a flag stands against it.
        """
        current = self.resolution.answers
        changed = {question.name: value}
        notes = []
        if value != question.off:
            for name in features.required(question.name, self.catalog):
                needed = self.catalog.questions[name]
                if current[name] != needed.off:
                    continue
                if name in self.fixed:
                    flag = self.flags[name]
                    raise ValueError(f"{question.name} needs {name}, but {flag} was given")
                changed[name] = features.on_value(needed, self.catalog)
                notes.append(f"{question.name} needs {name}: switched on")
        elif question.feature:
            for other in self.catalog.features.values():
                needs = question.name in features.required(other.name, self.catalog)
                if not needs or current[other.name] == other.off:
                    continue
                if other.name in self.fixed:
                    flag = self.flags[other.name]
                    raise ValueError(f"{flag} was given, and {other.name} needs {question.name}")
                changed[other.name] = other.off
                notes.append(f"{other.name} needs {question.name}: switched off")
        self.asked |= changed
        return notes
