"""Write the definitions of a translation as `models.yml`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace

from newapi.model_import.translation import Resource
from newapi.resources import fields, model_text, naming
from newapi.resources.definition import Field
from newapi.terminal.text import visible

_WIDTH = 100


def write(resources: Sequence[Resource]) -> str:
    """Return the text of a file."""
    shown = ("\n".join(_lines(resource)) + "\n" for resource in resources)
    return model_text.HEAD + "\n".join(shown)


def _lines(resource: Resource) -> Iterator[str]:
    definition = resource.definition
    for line in textwrap.wrap(visible(resource.description), _WIDTH):
        yield f"  # {line}"
    yield f"  {definition.name}:"
    if definition.plural != naming.plural_of(definition.name):
        yield f"    plural: {definition.plural}"
    if resource.access:
        yield f"    access: {resource.access}"
    yield "    fields:"
    for field in definition.fields:
        yield from _field(field)
    for key, groups in (("unique", definition.unique), ("indexes", definition.indexes)):
        if groups:
            yield f"    {key}:"
            yield from (f"      - [{', '.join(group)}]" for group in groups)
    if definition.rules:
        yield "    rules:"
        yield from (f"      - {model_text.scalar(rule.text)}" for rule in definition.rules)


def _field(field: Field) -> Iterator[str]:
    """Return a field on one line, or with a line for each part that is not its type."""
    extras = {
        "column": field.column_name,
        "description": field.description,
        "on_delete": field.on_delete,
    }
    plain = replace(field, column_name=None, description=None, on_delete=None, labels=())
    kind = model_text.scalar(fields.render_type(plain))
    if not any(extras.values()) and not field.labels:
        yield f"      {field.name}: {kind}"
        return
    yield f"      {field.name}:"
    yield f"        type: {kind}"
    yield from (f"        {key}: {model_text.scalar(text)}" for key, text in extras.items() if text)
    if field.labels:
        yield "        labels:"
        for value, label in field.labels:
            yield f"          {model_text.scalar(value)}: {model_text.scalar(label)}"
