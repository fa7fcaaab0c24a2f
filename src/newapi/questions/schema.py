"""The JSON Schema of the answers that `newapi create` takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from newapi.project import answers_file
from newapi.questions import answers, names
from newapi.questions.choices import NAME
from newapi.template import features
from newapi.terminal.text import CONTROL, EMAIL, MAX_TEXT

if TYPE_CHECKING:
    from newapi.template.catalog import Catalog, Question

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_DESCRIPTION = (
    "The answers of `newapi create NAME --answers FILE`; `--answers -` reads them from standard"
    " input. What is left out is answered by --preset, and the defaults here are those of the"
    " preset {preset}. Flags win over answers, and NAME over project_name."
)
_IGNORED = "Ignored: the answers file of a project says here where it came from."


def of_answers(catalog: Catalog) -> Schema:
    """Return the schema of the answers to all questions of a template."""
    preset = catalog.default_preset
    defaults = answers.complete({}, preset, {}, catalog).answers
    properties = {
        name: {**_of_question(question), "default": defaults[name]}
        for name, question in catalog.questions.items()
    }
    ignored = {"type": "string", "description": _IGNORED}
    properties |= dict.fromkeys((answers_file.COMMIT, answers_file.SRC_PATH), ignored)
    return {
        "$schema": DIALECT,
        "title": "Answers of newapi create",
        "description": _DESCRIPTION.format(preset=preset or "of the template"),
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "allOf": list(_requirements(catalog)),
        "x-presets": {
            name: {q.name: q.presets[name] for q in catalog.questions.values() if name in q.presets}
            for name in catalog.presets
        },
    }


def _of_question(question: Question) -> Schema:
    about: Schema = {"title": question.title, "description": question.help}
    if question.type == "bool":
        return {**about, "type": "boolean"}
    if question.choices:
        return {**about, "type": "string", "enum": list(question.choices)}
    if question.name == NAME:
        about["description"] = f"{question.help}. {names.RULE}."
    return {**about, "type": "string", "maxLength": MAX_TEXT, "pattern": _pattern(question)}


def _pattern(question: Question) -> str:
    """Return the pattern of a text; spaces around it do not count."""
    if question.name == NAME:
        return f"^ *{names.PATTERN} *$"
    if "email" in question.name:
        return f"^ *(?:{EMAIL})? *$"
    printable = f"[^{CONTROL}]*"
    return f"^{printable}[^ {CONTROL}]{printable}$" if question.default else f"^{printable}$"


def _requirements(catalog: Catalog) -> Iterator[Schema]:
    """Yield, for each feature, that nothing is switched off that it requires."""
    for name, question in catalog.features.items():
        required = [catalog.questions[each] for each in features.required(name, catalog)]
        if required:
            yield {
                "if": {"required": [name], "properties": {name: {"not": {"const": question.off}}}},
                "then": {
                    "properties": {each.name: {"not": {"const": each.off}} for each in required}
                },
            }
