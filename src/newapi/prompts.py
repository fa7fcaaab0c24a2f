"""The conversation with somebody at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from newapi import choices, features, report
from newapi.errors import Problem, UsageError
from newapi.text import shorten

if TYPE_CHECKING:
    from newapi.catalog import Catalog, Question, Value
    from newapi.console import Console
    from newapi.draft import Draft

T = TypeVar("T")


def ask_target(console: Console, check: Callable[[str], list[Problem]]) -> str:
    """Ask where the project goes until the answer is acceptable."""

    def understand(text: str) -> str:
        target = text.strip() or "myproject"
        if problems := check(target):
            raise ValueError(problems[0].message)
        return target

    return _ask(console, "Name or path of the project", "myproject", understand)


def ask_yes(console: Console, label: str, *, default: bool) -> bool:
    """Ask a question that has two answers."""

    def understand(text: str) -> bool:
        answer = choices.BOOLEANS.get(text.strip().lower() or str(default).lower())
        if answer is None:
            raise ValueError("type y or n")
        return answer

    return _ask(console, label, "Y/n" if default else "y/N", understand)


def interview(console: Console, draft: Draft, *, target: str, ask_preset: bool) -> None:
    """Fill a draft: the quick way first, every question on request; end with a yes.

    Raises KeyboardInterrupt when the summary is not confirmed.
    """
    console.line(("newapi", "bold cyan"), " makes a FastAPI project in ", (target, "bold"))
    console.line(("Enter takes what is in brackets; Ctrl-C stops and leaves nothing.", "dim"))
    personal = [q for q in draft.open if not (q.values or q.presets or q.name in draft.defaults)]
    _ask_groups(console, draft, personal)
    if ask_preset and draft.catalog.presets:
        draft.preset = _ask_preset(console, draft.catalog)
    for change in draft.resolution.changes:
        console.line((str(change), "yellow"))
    rest = [q for q in draft.open if q not in personal]
    name = draft.preset or "the defaults"
    if rest and ask_yes(console, f"Change anything in {name}?", default=False):
        _ask_groups(console, draft, rest)
    while not _is_confirmed(console, draft, target):
        _ask_groups(console, draft, draft.open)


def _ask_groups(console: Console, draft: Draft, questions: Iterable[Question]) -> None:
    wanted = {question.name for question in questions}
    for group, members in draft.catalog.grouped():
        if asked := [question for question in members if question.name in wanted]:
            console.heading(group)
            for question in asked:
                _ask_question(console, draft, question)


def _ask_question(console: Console, draft: Draft, question: Question) -> None:
    current = draft.resolution.answers[question.name]

    def understand(text: str) -> list[str]:
        return draft.answer(question, value=_value(question, text, current))

    console.line("  ", (question.help, "dim"))
    label = f"  {question.name}"
    if question.choices:
        label += f" ({', '.join(question.choices)})"
    shown = report.word(current) if question.type == "str" else "Y/n" if current else "y/N"
    for note in _ask(console, label, shown, understand):
        console.line("  ", (note, "yellow"))


def _value(question: Question, text: str, current: Value) -> Value:
    typed = text.strip()
    if not typed:
        return current
    if question.choices:
        typed = _begun(typed, question.choices)
    return choices.understand(question, typed)


def _ask_preset(console: Console, catalog: Catalog) -> str:
    console.heading("Start from")
    console.rows(((name, "bold"), about) for name, about in catalog.presets.items())

    def understand(text: str) -> str:
        name = _begun(text.strip() or catalog.default_preset, catalog.presets)
        if name not in catalog.presets:
            near = features.nearest(name, catalog.presets)
            guess = f"; did you mean {near}?" if near else ""
            raise ValueError(f"there is no preset '{shorten(name)}'{guess}")
        return name

    return _ask(console, "Preset", catalog.default_preset, understand)


def _is_confirmed(console: Console, draft: Draft, target: str) -> bool:
    """Show the summary; true for yes, false to change something, Ctrl-C for no."""
    report.summary(console, draft, target)
    words = ("yes", "change", "no") if draft.open else ("yes", "no")

    def understand(text: str) -> str:
        answer = _begun(text.strip() or "yes", words)
        if answer not in words:
            raise ValueError(f"type {', '.join(words[:-1])} or {words[-1]}")
        return answer

    answer = _ask(console, f"Create it? ({', '.join(words)})", "yes", understand)
    if answer == "no":
        raise KeyboardInterrupt
    return answer == "yes"


def _ask(console: Console, label: str, default: str, understand: Callable[[str], T]) -> T:
    """Ask until the answer is understood; explain what is wrong with the others."""
    while True:
        brackets = [(f" [{default}]", "cyan")] if default else []
        try:
            text = console.ask(label, *brackets)
        except EOFError:
            fix = "--defaults takes the defaults without asking"
            raise UsageError([Problem("The input ended before the questions did.", fix)]) from None
        try:
            return understand(text)
        except ValueError as flaw:
            indent = " " * (len(label) - len(label.lstrip()))
            typed = shorten(text.strip())
            message = str(flaw) if typed in str(flaw) else f"{typed}: {flaw}"
            console.line(indent, (message, "red"))


def _begun(text: str, words: Iterable[str]) -> str:
    """Complete the beginning of a word, when only one word begins like that."""
    known = list(words)
    matches = [word for word in known if word.lower() == text.lower()]
    matches = matches or [word for word in known if word.lower().startswith(text.lower())]
    return matches[0] if len(matches) == 1 else text
