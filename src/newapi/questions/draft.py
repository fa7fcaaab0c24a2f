"""The answers while they are being asked: always complete, always fitting together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newapi.questions import answers
from newapi.template import features

if TYPE_CHECKING:
    from newapi.template.catalog import Catalog, Question, Value


@dataclass
class Draft:
    """The answers so far; flags are final, answers to questions can still change."""

    catalog: Catalog
    preset: str
    defaults: Mapping[str, str]
    fixed: Mapping[str, Value]
    flags: Mapping[str, str]
    target: str = ""  # the folder to create; empty until it is known
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

    def start_from(self, preset: str) -> None:
        """Take a preset; answers given so far to questions that presets answer are dropped."""
        self.preset = preset
        questions = self.catalog.questions
        self.asked = {n: value for n, value in self.asked.items() if not questions[n].presets}

    def answer(self, question: Question, *, value: Value) -> list[str]:
        """Take an answer, and switch its requirements on, or its dependents off.

        The latest answer counts: returns what else was switched because of it. Raises
        ValueError when a flag stands against it.
        """
        if value != question.off:
            switched = self._switch_on_what_it_needs(question)
        elif question.feature:
            switched = self._switch_off_what_needs_it(question)
        else:
            switched = {}
        self.asked |= {question.name: value, **{name: new for name, (new, _) in switched.items()}}
        return [note for _, note in switched.values()]

    def _switch_on_what_it_needs(self, question: Question) -> dict[str, tuple[Value, str]]:
        """Return the new answers of the features that a question needs, each with a note."""
        current = self.resolution.answers
        switched: dict[str, tuple[Value, str]] = {}
        for name in features.required(question.name, self.catalog):
            needed = self.catalog.questions[name]
            if current[name] != needed.off:
                continue
            if name in self.fixed:
                flag = self.flags[name]
                raise ValueError(f"{question.name} needs {name}, but {flag} was given")
            note = f"{question.name} needs {name}: switched on"
            switched[name] = (features.on_value(needed, self.catalog), note)
        return switched

    def _switch_off_what_needs_it(self, question: Question) -> dict[str, tuple[Value, str]]:
        """Return the new answers of the features that need a question, each with a note."""
        current = self.resolution.answers
        switched: dict[str, tuple[Value, str]] = {}
        for other in self.catalog.features.values():
            needs = question.name in features.required(other.name, self.catalog)
            if not needs or current[other.name] == other.off:
                continue
            if other.name in self.fixed:
                flag = self.flags[other.name]
                raise ValueError(f"{flag} was given, and {other.name} needs {question.name}")
            note = f"{other.name} needs {question.name}: switched off"
            switched[other.name] = (other.off, note)
        return switched
