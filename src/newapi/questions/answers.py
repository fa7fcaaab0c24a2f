"""One answer for every question, and the command that gives the same ones again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from newapi.errors import Problem
from newapi.questions import names
from newapi.questions.choices import BOOLEANS, NAME
from newapi.template import features
from newapi.template.features import Resolution

if TYPE_CHECKING:
    from newapi.template.catalog import Catalog, Question, Value

_REFERENCE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def complete(
    given: Mapping[str, Value], preset: str, defaults: Mapping[str, str], catalog: Catalog
) -> Resolution:
    """Answer every question: by hand, else by the preset, else by the default."""
    answers: dict[str, Value] = {}
    for name, question in catalog.questions.items():
        if name in given:
            answers[name] = given[name]
        elif preset in question.presets:
            answers[name] = question.presets[preset]
        else:
            answers[name] = defaults.get(name) or _default(question, answers)
    return features.resolve(answers, given.keys(), catalog)


def filled(
    given: Mapping[str, Value], catalog: Catalog, context: Mapping[str, Value]
) -> dict[str, Value]:
    """Complete the answers by defaults, which may refer to `context` and to each other."""
    known = dict(context)
    for name, question in catalog.questions.items():
        known[name] = given[name] if name in given else _default(question, known)
    return {name: known[name] for name in catalog.questions}


def conflicts(resolution: Resolution, flags: Mapping[str, str]) -> list[Problem]:
    """Explain where requirements were switched off by hand."""
    return [
        Problem(
            f"{c.feature} needs {c.requirement}, which is switched off by"
            f" {flags.get(c.requirement, 'the answers')}.",
            f"--with {c.requirement}, or --without {c.feature}",
        )
        for c in resolution.conflicts
    ]


def replay(
    target: str,
    answers: Mapping[str, Value],
    preset: str,
    defaults: Mapping[str, str],
    catalog: Catalog,
) -> list[str]:
    """Return the words of the command that makes the same choices again."""
    name = names.last_part(target)
    usual = complete({NAME: name}, preset, defaults, catalog).answers
    enabled, disabled, settings = [], [], []
    for question in catalog.questions.values():
        answer = answers[question.name]
        if answer == usual[question.name]:
            continue
        if not question.feature:
            settings += ["--set", f"{question.name}={_word(answer)}"]
        elif answer == question.off:
            disabled.append(question.name)
        else:
            words = (question.name, str(answer), f"{question.name}={_word(answer)}")
            meaning = [(question, answer)]
            enabled.append(next(w for w in words if features.expand(w, catalog) == meaning))
    command = ["newapi", "create", f"./{target}" if target.startswith("-") else target]
    command += ["--preset", preset] if preset else []
    command += ["--with", ",".join(enabled)] if enabled else []
    command += ["--without", ",".join(disabled)] if disabled else []
    return [*command, *settings]


def _word(answer: Value) -> str:
    return answer if isinstance(answer, str) else str(answer).lower()


def _default(question: Question, answers: Mapping[str, Value]) -> Value:
    """Work out a default, which may refer to the answers before it."""
    default = question.default
    if isinstance(default, bool):
        return default
    if reference := _REFERENCE.fullmatch(default):
        value = answers.get(reference[1], "")
    elif "{{" in default:
        from jinja2.sandbox import SandboxedEnvironment

        value = SandboxedEnvironment().from_string(default).render(answers)
    else:
        value = default
    if question.type == "bool" and isinstance(value, str):
        return BOOLEANS.get(value.lower(), False)
    return value
