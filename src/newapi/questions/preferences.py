"""The choices of the last `newapi create`, kept in the user's config folder."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from newapi.questions import answers, choices, summary

if TYPE_CHECKING:
    from newapi.questions.draft import Draft
    from newapi.template.catalog import Catalog, Question, Value

LAST = "last"  # stands among the presets for the choices of last time
_TEXTS = frozenset({"author_name", "author_email"})
_MAX_BYTES = 100_000


@dataclass(frozen=True)
class Preferences:
    """A preset, and the answers that differ from it."""

    preset: str = ""
    answers: Mapping[str, Value] = field(default_factory=dict)


def path() -> Path:
    """Return the file that holds the preferences, whether it exists or not."""
    from platformdirs import user_config_path

    return user_config_path("newapi", appauthor=False) / "preferences.json"


def read(catalog: Catalog) -> Preferences:
    """Return the last choices, as far as this template still asks for them.

    Raises:
        ValueError: The file is there and holds something else.
        OSError: The file is there and cannot be read.
    """
    try:
        with path().open("rb") as file:
            content = file.read(_MAX_BYTES)
    except FileNotFoundError:
        return Preferences()
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError("not preferences") from error
    if not isinstance(document, dict) or not isinstance(document.get("answers"), dict):
        raise ValueError("not preferences")
    preset = str(document.get("preset"))
    known = {
        name: value
        for name, value in document["answers"].items()
        if _is_remembered(catalog.questions.get(name)) and _is_answer(catalog, name, value)
    }
    return Preferences(preset if preset in catalog.presets else "", known)


def write(draft: Draft) -> None:
    """Keep the choices of a draft: no names, no descriptions, nothing secret.

    Raises:
        OSError: The file cannot be written.
    """
    usual = answers.complete({}, draft.preset, draft.defaults, draft.catalog).answers
    chosen = draft.resolution.answers
    different = {
        name: chosen[name]
        for name, question in draft.catalog.questions.items()
        if _is_remembered(question) and chosen[name] != usual[name]
    }
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"preset": draft.preset, "answers": different}, indent=2) + "\n"
    descriptor, temporary = tempfile.mkstemp(prefix=".preferences-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def forget() -> None:
    """Delete the preferences.

    Raises:
        OSError: The file is there and cannot be deleted.
    """
    path().unlink(missing_ok=True)


def presets(catalog: Catalog, remembered: Preferences) -> dict[str, str]:
    """Return the presets with one line each; the last choices come first."""
    different = _governed(catalog, remembered)
    if not different:
        return dict(catalog.presets)
    words = ", ".join(f"{name}={summary.word(value)}" for name, value in different.items())
    preset = remembered.preset or catalog.default_preset
    return {LAST: f"As last time: {preset} with {words}", **catalog.presets}


def default_preset(catalog: Catalog, remembered: Preferences) -> str:
    """Return which of the presets is offered first."""
    if _governed(catalog, remembered):
        return LAST
    return remembered.preset or catalog.default_preset


def start_from(draft: Draft, name: str, remembered: Preferences) -> None:
    """Take a preset, or the choices of last time, as far as no flag stands against them."""
    last = remembered.preset or draft.catalog.default_preset
    draft.start_from(last if name == LAST else name)
    if name == LAST:
        _answer(draft, _governed(draft.catalog, remembered))


def offer(draft: Draft, remembered: Preferences) -> None:
    """Make the remembered answers that no preset gives the defaults of a draft."""
    governed = _governed(draft.catalog, remembered)
    rest = {name: value for name, value in remembered.answers.items() if name not in governed}
    _answer(draft, rest)


def _answer(draft: Draft, values: Mapping[str, Value]) -> None:
    for question in draft.open:
        if question.name in values:
            with suppress(ValueError):  # a flag stands against it
                draft.answer(question, value=values[question.name])


def _governed(catalog: Catalog, remembered: Preferences) -> dict[str, Value]:
    """Return the remembered answers to questions that presets answer."""
    return {n: v for n, v in remembered.answers.items() if catalog.questions[n].presets}


def _is_remembered(question: Question | None) -> bool:
    return question is not None and bool(question.values or question.name in _TEXTS)


def _is_answer(catalog: Catalog, name: str, value: object) -> bool:
    question = catalog.questions[name]
    if question.values:
        return isinstance(value, bool) == (question.type == "bool") and value in question.values
    if not isinstance(value, str):
        return False
    with suppress(ValueError):
        return choices.understand(question, value) == value
    return False
