"""Migrate a project's answers to another version of the template, or to other choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from newapi.project import history
from newapi.questions import answers, choices
from newapi.template import features
from newapi.terminal.text import shorten

if TYPE_CHECKING:
    from newapi.template.catalog import Catalog, Question, Value
    from newapi.template.features import Resolution


def recorded(record: history.Record, catalog: Catalog) -> dict[str, Value]:
    """Return the answers that a project was made with; unrecorded ones were the defaults.

    Raises:
        NewapiError: An answer is none that newapi could have written.
    """
    found: dict[str, Value] = {}
    flaws = []
    for name, question in catalog.questions.items():
        if name not in record.answers:
            continue
        try:
            found[name] = choices.understand(question, record.answers[name])
        except ValueError as flaw:
            flaws.append(f"has {name}: '{shorten(record.answers[name])}', which {flaw}")
    complete = answers.filled(found, catalog, {})
    if not flaws:
        contradictions = features.resolve(complete, found.keys(), catalog).conflicts
        flaws = [f"has {c.feature} without {c.requirement}" for c in contradictions]
    if flaws:
        raise history.broken("; ".join(flaws))
    return complete


def over(
    record: history.Record, typed: Mapping[str, Value], preset: str | None, catalog: Catalog
) -> tuple[Resolution, list[str]]:
    """Answer every question of a new version; say which answers could not be kept.

    What was typed decides, then the preset that was named, then what the project had. A new
    question takes its default, which may refer to old answers: so renamed questions keep theirs.
    """
    given: dict[str, Value] = {}
    dropped = []
    for name, question in catalog.questions.items():
        if name in typed:
            given[name] = typed[name]
        elif preset is not None and preset in question.presets:
            given[name] = question.presets[preset]
        elif name in record.answers:
            try:
                given[name] = choices.understand(question, record.answers[name])
            except ValueError as flaw:
                dropped.append(
                    f"{name}: {record.answers[name]!r} {flaw}; the default is taken instead"
                )
    complete = answers.filled(given, catalog, _context(record))
    resolution = features.resolve(complete, typed.keys(), catalog)
    new = [
        _new(question, resolution.answers[name])
        for name, question in catalog.features.items()
        if name not in given and resolution.answers[name] != question.off
    ]
    return replace(resolution, changes=(*new, *resolution.changes)), dropped


def _new(question: Question, value: Value) -> features.Change:
    shown = question.name if value is True else f"{question.name}={value}"
    reason = f"{shown} is new, and on by default; --without {question.name} leaves it out"
    return features.Change(question.name, value, reason)


def _context(record: history.Record) -> dict[str, Value]:
    """Return what defaults may refer to: every old answer, as YAML would read it."""
    booleans = {"true": True, "false": False}
    return {name: booleans.get(text, text) for name, text in record.answers.items()}
