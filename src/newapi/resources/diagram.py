"""Resources and their relations as a picture: as text for a terminal, and as Mermaid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from newapi.resources import fields

if TYPE_CHECKING:
    from newapi.resources.definition import Definition, Field

_MANY, _ONE = "}o", "|o"


def lines(before: Definition | None, after: Definition | None) -> Iterator[str]:
    """Return a resource as text: `+` marks new lines, `-` lines that go, `~` changed ones."""
    definition = after or before
    if definition is None:
        return
    mark = "+" if before is None else "-" if after is None else "~"
    yield f"{mark} {definition.name} ({definition.plural}, {definition.access})"
    shown = [*(after.fields if after else ()), *_dropped(before, after)]
    width = max(len(field.name) for field in shown)
    for field in shown:
        yield f"  {_mark(field, before, after)} {field.name:<{width}} {_type(field)}"
    yield from _others(before, after)


def _others(before: Definition | None, after: Definition | None) -> Iterator[str]:
    """Return the lines of rules and switches."""
    old, new = ([*_texts(each)] if each else [] for each in (before, after))
    for text in [*new, *(text for text in old if text not in new)]:
        mark = " " if text in old and text in new else "+" if text in new else "-"
        yield f"  {mark} {text}"


def _texts(definition: Definition) -> Iterator[str]:
    yield from (f"rule: {rule.text}" for rule in definition.rules)
    yield from (f"{switch}: true" for switch, is_on in definition.switches.items() if is_on)


def mermaid(definitions: Mapping[str, Definition]) -> str:
    """Return an entity relationship diagram of Mermaid.

    A reference leads from many rows, or one where it is unique, to one row, or none where it is
    optional.
    """
    found = ["erDiagram"]
    for _, definition in sorted(definitions.items()):
        found.append(f"    {definition.name} {{")
        rules = {rule.fields[0]: rule.text for rule in definition.rules}
        found += (
            f"        {_plain(field, rules.get(field.name, ''))}"
            for field in definition.fields
            if field.has_column
        )
        found.append("    }")
    for name, definition in sorted(definitions.items()):
        for field in _references(definition.fields):
            if field.type == "many":
                found.append(f"    {name} {_MANY}--o{{ {field.target} : {field.name}")
                continue
            if field.type == "nested":
                found.append(f"    {name} ||--o{{ {field.target} : {field.name}")
                continue
            ends = f"{_ONE if field.unique else _MANY}--{'o|' if field.optional else '||'}"
            found.append(f"    {name} {ends} {field.target} : {field.name}")
    return "\n".join(found) + "\n"


def _references(found: Iterable[Field]) -> Iterator[Field]:
    return (field for field in found if field.target)


def _dropped(before: Definition | None, after: Definition | None) -> Iterator[Field]:
    for field in before.fields if before else ():
        if after is None or after.field(field.name) is None:
            yield field


def _mark(field: Field, before: Definition | None, after: Definition | None) -> str:
    old = before.field(field.name) if before else None
    new = after.field(field.name) if after else None
    if old is None or new is None:
        return "+" if old is None else "-"
    return " " if old == new else "~"


def _type(field: Field) -> str:
    shown = fields.render_type(field)
    return f"{shown} -> {field.target}" if field.target else shown


def _plain(field: Field, rule: str) -> str:
    """Return a field in the words of Mermaid, which knows neither options nor question marks."""
    key = " FK" if field.target else " UK" if field.unique else ""
    words = ["optional"] if field.optional else []
    words += [rule] if rule else []
    comment = f' "{", ".join(words)}"' if words else ""
    return f"{'uuid' if field.target else field.type} {field.column}{key}{comment}"
