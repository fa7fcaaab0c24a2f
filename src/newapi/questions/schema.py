"""The JSON Schema of what `newapi create` takes: answers and options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from newapi.project import answers_file
from newapi.questions import answers, names, options
from newapi.questions.choices import NAME
from newapi.template import features
from newapi.terminal.text import CONTROL, EMAIL, MAX_TEXT

if TYPE_CHECKING:
    from newapi.template.catalog import Catalog, Question

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_DESCRIPTION = (
    "What `newapi create [NAME] --answers FILE` reads; `--answers -` reads it from standard input:"
    " answers, and options of the command, which begin with _. What is left out is answered by the"
    " preset, and the defaults here are those of the preset {preset}. Flags win over this document,"
    " and the name of the folder over project_name. --template, --ref and --force, which decide"
    " whose code is written and where, are options of the command line only."
)
_IGNORED = "Ignored: the answers file of a project says here where it came from."


def of_answers(catalog: Catalog) -> Schema:
    """Return the schema of the answers to all questions of a template, and of the options."""
    preset = catalog.default_preset
    defaults = answers.complete({}, preset, {}, catalog).answers
    properties = {
        name: {**_of_question(question), "default": defaults[name]}
        for name, question in catalog.questions.items()
    }
    ignored = {"type": "string", "description": _IGNORED}
    properties |= dict.fromkeys((answers_file.COMMIT, answers_file.SRC_PATH), ignored)
    properties |= _options(catalog)
    return {
        "$schema": DIALECT,
        "title": "Input of newapi create",
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


def _options(catalog: Catalog) -> dict[str, Schema]:
    """Return the options of `create` that may stand beside the answers."""
    words = [*features.vocabulary(catalog)]
    words += [f"{q.name}={value}" for q in catalog.questions.values() for value in q.choices]
    off = [name for name, question in catalog.features.items() if question.can_be_off]
    place = f"^(?!~)(?:[^{CONTROL}]*/)?{names.PATTERN}/?$"
    found: dict[str, Schema] = {
        options.TARGET: {"type": "string", "pattern": place},
        options.PRESET: {"type": "string", "enum": list(catalog.presets)},
        answers_file.ENABLED: {"type": "array", "items": {"enum": words}},
        answers_file.DISABLED: {"type": "array", "items": {"enum": off}},
        **{name: {"type": "boolean", "default": value} for name, value in options.SWITCHES.items()},
    }
    return {
        name: {"description": options.HELP[name], **about}
        for name, about in found.items()
        if about.get("enum", True) and about.get("items", {}).get("enum", True)
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
