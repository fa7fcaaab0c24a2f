"""Questions as plain lines, for every terminal; `screens` asks the same ones with arrow keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from newapi.errors import Problem, UsageError
from newapi.questions import choices, preferences, summary
from newapi.template import features
from newapi.terminal.text import shorten

if TYPE_CHECKING:
    from newapi.questions.draft import Draft
    from newapi.questions.preferences import Preferences
    from newapi.template.catalog import Question, Value
    from newapi.terminal.console import Console

T = TypeVar("T")

PROPOSED_NAME = "myproject"


@dataclass(frozen=True)
class Interview:
    """The context of the questions: the catalog, the flags and the last choices."""

    draft: Draft  # the answers of the flags
    open_draft: Callable[[str], Draft]  # for a folder; raises UsageError for a bad one
    list_files: Callable[[Mapping[str, Value]], Mapping[str, int]]
    remembered: Preferences
    asks_preset: bool

    @property
    def presets(self) -> dict[str, str]:
        """The presets with one line each; empty when the preset is not asked."""
        if not self.asks_preset:
            return {}
        return preferences.presets(self.draft.catalog, self.remembered)

    def name_draft(self, draft: Draft, target: str) -> Draft:
        """Return the draft for another folder; the answers stay.

        Raises:
            ValueError: The folder or its name cannot be a project's.
        """
        try:
            named = self.open_draft(target)
        except UsageError as error:
            raise ValueError(_explained(error.problems[0])) from error
        named.preset, named.asked = draft.preset, draft.asked
        return named


def end_of_input() -> UsageError:
    """Return the error for a terminal that closes while a question is open."""
    fix = "--defaults takes the defaults without asking"
    return UsageError([Problem("The input ended before the questions did.", fix)])


def ask_yes(console: Console, label: str, *, default: bool) -> bool:
    """Ask a question that has two answers."""

    def understand(text: str) -> bool:
        answer = choices.BOOLEANS.get(text.strip().lower() or str(default).lower())
        if answer is None:
            raise ValueError("type y or n")
        return answer

    return _ask(console, label, "Y/n" if default else "y/N", understand)


def interview(console: Console, about: Interview) -> Draft:
    """Return the answers: the quick way first, every question on request; end with a yes.

    Raises:
        KeyboardInterrupt: The summary is not confirmed.
        UsageError: The input ends.
    """
    draft = about.draft if about.draft.target else _ask_target(console, about)
    console.line(("newapi", "bold cyan"), " makes a FastAPI project in ", (draft.target, "bold"))
    console.line(("Enter takes what is in brackets; Ctrl-C stops and leaves nothing.", "dim"))
    known = {*draft.defaults, *draft.asked}
    personal = [q for q in draft.open if not (q.values or q.presets or q.name in known)]
    _ask_groups(console, draft, personal)
    start = draft.preset
    if about.presets:
        start = _ask_preset(console, about)
        preferences.start_from(draft, start, about.remembered)
    for change in draft.resolution.changes:
        console.line((str(change), "yellow"))
    rest = [q for q in draft.open if q not in personal]
    if rest and ask_yes(console, f"Change anything in {start or 'the defaults'}?", default=False):
        _ask_groups(console, draft, rest)
    summary.show(console, draft)
    while changed := _ask_confirmation(console, about, draft):
        _ask_groups(console, draft, changed)
        summary.show(console, draft)
    return draft


def _ask_target(console: Console, about: Interview) -> Draft:
    def understand(text: str) -> Draft:
        return about.name_draft(about.draft, text.strip() or PROPOSED_NAME)

    return _ask(console, "Name or path of the project", PROPOSED_NAME, understand)


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
    shown = summary.word(current) if question.type == "str" else "Y/n" if current else "y/N"
    for note in _ask(console, label, shown, understand):
        console.line("  ", (note, "yellow"))


def _value(question: Question, text: str, current: Value) -> Value:
    typed = text.strip()
    if not typed:
        return current
    if question.choices:
        typed = _begun(typed, question.choices)
    return choices.understand(question, typed)


def _ask_preset(console: Console, about: Interview) -> str:
    presets = about.presets
    default = preferences.default_preset(about.draft.catalog, about.remembered)
    console.heading("Start from")
    console.rows(((name, "bold"), line) for name, line in presets.items())

    def understand(text: str) -> str:
        name = _begun(text.strip() or default, presets)
        if name not in presets:
            near = features.nearest(name, presets)
            guess = f"; did you mean {near}?" if near else ""
            raise ValueError(f"there is no preset '{shorten(name)}'{guess}")
        return name

    return _ask(console, "Preset", default, understand)


def _ask_confirmation(console: Console, about: Interview, draft: Draft) -> list[Question]:
    """Return the questions to ask again; none when the summary is confirmed.

    Raises:
        KeyboardInterrupt: The answer is no.
    """
    open_questions = {question.name: question for question in draft.open}
    words = ("yes", "change", "tree", "no") if open_questions else ("yes", "tree", "no")
    if open_questions:
        console.line(("The name of a line changes only that line.", "dim"))

    def understand(text: str) -> str:
        answer = _begun(text.strip() or "yes", words)
        if answer in words:
            return answer
        answer = _begun(answer, open_questions)
        if answer not in open_questions:
            raise ValueError(f"type {', '.join(words[:-1])} or {words[-1]}")
        return answer

    while (
        answer := _ask(console, f"Create it? ({', '.join(words)})", "yes", understand)
    ) == "tree":
        summary.tree(console, about.list_files(draft.resolution.answers))
    if answer == "no":
        raise KeyboardInterrupt
    if answer == "change":
        return draft.open
    return [] if answer == "yes" else [open_questions[answer]]


def _ask(console: Console, label: str, default: str, understand: Callable[[str], T]) -> T:
    """Ask until the answer is valid; explain the problem of each invalid one."""
    while True:
        brackets = [(f" [{default}]", "cyan")] if default else []
        try:
            text = console.ask(label, *brackets)
        except (EOFError, OSError) as error:  # the second where the terminal is gone
            raise end_of_input() from error
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


def _explained(problem: Problem) -> str:
    """Return the problem of a name, with a proposal."""
    before, command, proposed = problem.fix.partition("newapi create ")
    fix = f"Try {proposed}." if command and not before else problem.fix
    return f"{problem.message} {fix}"
