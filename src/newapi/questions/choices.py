"""Read answers from the flags and the answers file, with all problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from newapi.errors import Problem
from newapi.project.answers_file import Answers
from newapi.questions import names
from newapi.template import features
from newapi.terminal.text import flaw_of_email, flaw_of_text, repaired, shorten

if TYPE_CHECKING:
    from newapi.template.catalog import Catalog, Question, Value

NAME = "project_name"
BOOLEANS: Mapping[str, bool] = {
    **dict.fromkeys(("true", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "no", "n", "off", "0"), False),
}


@dataclass(frozen=True)
class Choices:
    """The choices as typed."""

    name: str | None = None
    preset: str | None = None
    enabled: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    file: Answers = field(default_factory=Answers)


@dataclass(frozen=True)
class Given:
    """Explicit answers, the flag behind each, and the problems."""

    values: Mapping[str, Value]
    flags: Mapping[str, str]
    problems: tuple[Problem, ...]


def read(choices: Choices, catalog: Catalog, dependencies: frozenset[str] = frozenset()) -> Given:
    """Understand the choices; flags win over the name, and the name over the file."""
    file = _Reader(catalog, dependencies)
    for name, value in choices.file.values.items():
        if not (name == NAME and choices.name is not None):
            file.set(name, value, flag="the answers file", is_typed=choices.file.is_json)
    file.switch(choices.file.enabled, choices.file.disabled)
    if choices.name is not None:
        file.set_name(choices.name)
    flags = _Reader(catalog, dependencies)
    flags.switch(choices.enabled, choices.disabled)
    for setting in choices.settings:
        flags.set_pair(setting)
    problems = [*_problems_of_preset(choices.preset, catalog), *file.problems, *flags.problems]
    return Given(file.values | flags.values, file.flags | flags.flags, tuple(problems))


def understand(question: Question, text: str) -> Value:
    """Return typed text as an answer; raises ValueError with the problem."""
    if question.type == "bool":
        if (answer := BOOLEANS.get(text.strip().lower())) is None:
            raise ValueError("must be true or false")
        return answer
    if question.choices:
        if text not in question.choices:
            near = features.nearest(text, question.choices)
            hint = f" (did you mean {near}?)" if near else ""
            raise ValueError(f"must be one of {', '.join(question.choices)}{hint}")
        return text
    text = repaired(text).strip(" ")
    flaw = flaw_of_email(text) if "email" in question.name and text else flaw_of_text(text)
    if not flaw and not text and question.default:
        flaw = "must not be empty"
    if flaw:
        raise ValueError(flaw)
    return text


def _typed(question: Question, value: Value) -> Value:
    """Return a value of a JSON document as an answer; raises ValueError with the problem."""
    if question.type == "bool":
        if not isinstance(value, bool):
            raise ValueError("must be true or false, without quotation marks")
        return value
    if isinstance(value, bool):
        raise ValueError("must be a text, in quotation marks")
    return understand(question, value)


class _Reader:
    """Collects answers from one place, and problems instead of exceptions."""

    def __init__(self, catalog: Catalog, dependencies: frozenset[str]) -> None:
        self.catalog = catalog
        self.dependencies = dependencies
        self.values: dict[str, Value] = {}
        self.flags: dict[str, str] = {}
        self.problems: list[Problem] = []

    def set_pair(self, setting: str) -> None:
        name, separator, text = setting.partition("=")
        if not separator:
            self._complain(f"--set {shorten(setting)} has no value.", "--set QUESTION=VALUE")
        else:
            self.set(name.strip(), text, flag=f"--set {name.strip()}={shorten(text)}")

    def set(self, name: str, typed: Value, *, flag: str, is_typed: bool = False) -> None:
        text = typed if isinstance(typed, str) else str(typed).lower()
        question = self.catalog.questions.get(name)
        if question is None:
            near = features.nearest(name, self.catalog.questions)
            guess = f" Did you mean {near}?" if near else ""
            where = " in the answers file" if flag == "the answers file" else ""
            known = ", ".join(self.catalog.questions)
            self._complain(
                f"There is no question '{shorten(name)}'{where}.{guess}",
                f"--set {near}={shorten(text)}" if near else f"The questions are: {known}",
            )
            return
        try:
            value = _typed(question, typed) if is_typed else understand(question, text)
        except ValueError as flaw:
            example = "|".join(question.choices) or (
                "true|false" if question.type == "bool" else ""
            )
            self._complain(
                f"{name} '{shorten(text)}' {flaw}.",
                f"--set {name}={example or 'TEXT'}",
            )
            return
        if name == NAME and (problem := names.check(str(value), self.dependencies)):
            self.problems.append(problem)
            return
        self._add(question, value, flag)

    def set_name(self, name: str) -> None:
        """Take the last part of the target; a fork need not ask for the name."""
        if problem := names.check(name, self.dependencies):
            self.problems.append(problem)
        elif NAME in self.catalog.questions:
            self._add(self.catalog.questions[NAME], name, name)

    def switch(self, enabled: tuple[str, ...], disabled: tuple[str, ...]) -> None:
        """Take lists of words, as --with and --without have them."""
        for word in _words(enabled):
            self.enable(word)
        for word in _words(disabled):
            self.disable(word)

    def enable(self, word: str) -> None:
        flag = f"--with {shorten(word)}"
        name, separator, text = word.partition("=")
        if separator:
            self.set(name, text, flag=flag)
            return
        meanings = features.expand(word, self.catalog)
        if len(meanings) == 1:
            self._add(*meanings[0], flag)
        elif meanings:
            ways = " or ".join(f"--with {question.name}={value}" for question, value in meanings)
            self._complain(f"'{shorten(word)}' can mean several things.", ways)
        else:
            self._unknown(word, "--with")

    def disable(self, word: str) -> None:
        name, _, text = word.partition("=")
        feature = self.catalog.features.get(name)
        meanings = [(feature, text)] if feature else features.expand(word, self.catalog)
        meanings = [(question, value) for question, value in meanings if question.feature]
        if len(meanings) != 1:
            self._unknown(word, "--without")
            return
        question = meanings[0][0]
        if text and question.name == name:
            self._complain(f"--without takes no value: {shorten(word)}.", f"--without {name}")
        elif question.can_be_off:
            self._add(question, question.off, f"--without {shorten(word)}")
        else:
            values = "|".join(question.choices)
            self._complain(f"{name} cannot be switched off.", f"--set {name}={values}")

    def _add(self, question: Question, value: Value, flag: str) -> None:
        name = question.name
        if name in self.values and self.values[name] != value:
            self._complain(
                f"{self.flags[name]} and {flag} contradict each other.", "Keep one of them"
            )
        self.values[name] = value
        self.flags[name] = flag

    def _unknown(self, word: str, flag: str) -> None:
        words = features.vocabulary(self.catalog)
        near = features.nearest(word, words)
        guess = f" Did you mean {near}?" if near else ""
        self._complain(
            f"There is no feature '{shorten(word)}'.{guess}",
            f"{flag} {near}" if near else "`newapi features` lists them",
        )

    def _complain(self, message: str, fix: str) -> None:
        self.problems.append(Problem(message, fix))


def _problems_of_preset(preset: str | None, catalog: Catalog) -> list[Problem]:
    if preset is None or preset in catalog.presets:
        return []
    known = "|".join(catalog.presets)
    near = features.nearest(preset, catalog.presets)
    guess = f" Did you mean {near}?" if near else ""
    message = f"There is no preset '{shorten(preset)}'.{guess}"
    return [Problem(message, f"--preset {near or known}" if known else "Drop --preset")]


def _words(lists: tuple[str, ...]) -> list[str]:
    return [word.strip() for text in lists for word in text.split(",") if word.strip()]
