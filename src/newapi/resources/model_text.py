"""Write changes that the command line makes into `models.yml`; all other lines stay as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from newapi.resources import fields, naming

if TYPE_CHECKING:
    from newapi.resources.definition import Definition, Field

HEAD = """\
# The resources of this project. Edit them, then run `newapi generate`.
# `newapi schema models` prints the JSON Schema of this file.
resources:
"""


_OMITTED = ("[]", "false")


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def write(definitions: Mapping[str, Definition]) -> str:
    """Return a file with these resources."""
    shown = [_entry(definitions[name], 2, 2) for name in sorted(definitions)]
    return HEAD + "\n".join(shown)


def is_empty(text: str) -> bool:
    """Tell whether a file holds nothing but what newapi has written into it itself."""
    return text.strip() == f"{HEAD.strip()} {{}}"


def updated(
    text: str,
    before: Mapping[str, Definition],
    after: Mapping[str, Definition],
    renamed: Mapping[str, str],
) -> str:
    """Return the text of a file that says `before`, so that it says `after`.

    `renamed` has the new names of fields by their old ones.
    """
    import yaml

    root: Any = yaml.compose(text, Loader=yaml.BaseLoader)
    resources = _items(root)["resources"]
    edits = [*_of_resources(text, resources, before, after)]
    for name, node in _items(resources[1]).items():
        if name in after and before.get(name) != after[name]:
            edits += _of_fields(text, _items(node[1])["fields"], after[name], renamed)
            edits += _of_groups(text, _items(node[1]), before[name], after[name])
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _of_resources(
    text: str, resources: tuple[Any, Any], before: Mapping[str, Definition],
    after: Mapping[str, Definition],
) -> Iterator[_Edit]:  # fmt: skip
    """Return the edits that add and remove whole resources."""
    key, mapping = resources
    found = _items(mapping)
    added = [each for name, each in after.items() if name not in before]
    if mapping.flow_style or not found:  # `resources: {...}` is written out
        shown = "".join("\n" + _entry(each, 2, 2).rstrip("\n") for each in after.values())
        yield _Edit(key.end_mark.index + 1, mapping.end_mark.index, shown or " {}")
        return
    outer = mapping.start_mark.column
    inner = next(iter(found.values()))[1].start_mark.column - outer
    for each in added:
        yield _added(text, found, each.name, _entry(each, outer, max(inner, 1)))
    gone = [item for name, item in found.items() if name not in after]
    if len(gone) == len(found) and not added:
        yield _Edit(key.end_mark.index + 1, _end(mapping), " {}")
        return
    for node in gone:
        yield _lines_of(text, *node)


def _added(text: str, found: Mapping[str, tuple[Any, Any]], name: str, entry: str) -> _Edit:
    """Return the edit that adds a resource: in its place if they are sorted, else at the end."""
    later = [other for other in found if other > name] if [*found] == sorted(found) else []
    if later:
        key = found[later[0]][0]
        start = int(key.start_mark.index) - int(key.start_mark.column)
        return _Edit(start, start, f"{entry}\n")
    end = _end_of_line(text, _end(list(found.values())[-1][1]))
    return _Edit(end, end, f"{'' if text[:end].endswith(chr(10)) else chr(10)}\n{entry}")


def _of_fields(
    text: str, fields_node: tuple[Any, Any], after: Definition, renamed: Mapping[str, str]
) -> Iterator[_Edit]:
    key, mapping = fields_node
    found = _items(mapping)
    if mapping.flow_style:
        indent = key.start_mark.column + 2
        shown = "".join("\n" + _field(each, indent) for each in after.fields)
        yield _Edit(key.end_mark.index + 1, mapping.end_mark.index, shown)
        return
    kept: set[str] = set()
    for name, (name_node, value) in found.items():
        field = after.field(renamed.get(name, name))
        if field is None:
            yield _lines_of(text, name_node, value)
            continue
        kept.add(field.name)
        if field.name != name:
            yield _Edit(name_node.start_mark.index, name_node.end_mark.index, field.name)
        yield from _of_value(value, field)
    added = [each for each in after.fields if each.name not in kept]
    if added:
        end = _end_of_line(text, _end(list(found.values())[-1][1]))
        column = mapping.start_mark.column
        first = "" if text[:end].endswith("\n") else "\n"
        yield _Edit(end, end, first + "".join(_field(each, column) + "\n" for each in added))


def _of_groups(
    text: str, found: Mapping[str, tuple[Any, Any]], before: Definition, after: Definition
) -> Iterator[_Edit]:
    """Yield the edits of groups, rules and switches that have changed, also by renamed fields."""
    first, last = found["fields"][0], [*found.values()][-1][1]
    sides = [[*_groups(each), *_switches(each)] for each in (before, after)]
    for (key, old), (_, new) in zip(*sides, strict=True):
        if old == new:
            continue
        if key not in found:
            end = _end_of_line(text, _end(last))
            start = "" if text[:end].endswith("\n") else "\n"
            yield _Edit(end, end, f"{start}{' ' * first.start_mark.column}{key}: {new}\n")
        elif new in _OMITTED:
            yield _lines_of(text, *found[key])
        else:
            node, value = found[key]
            end = int(value.end_mark.index) if value.flow_style else _end(value)
            yield _Edit(node.end_mark.index + 1, end, f" {new}")


def _groups(definition: Definition) -> list[tuple[str, str]]:
    """Return the keys that have lists as values, with the lists in one line."""
    rules = ", ".join(scalar(rule.text) for rule in definition.rules)
    return [
        ("unique", _flow(definition.unique)),
        ("indexes", _flow(definition.indexes)),
        ("rules", f"[{rules}]"),
    ]


def _switches(definition: Definition) -> list[tuple[str, str]]:
    return [(switch, str(is_on).lower()) for switch, is_on in definition.switches.items()]


def _flow(groups: Sequence[Sequence[str]]) -> str:
    shown = (f"[{', '.join(group)}]" for group in groups)
    return f"[{', '.join(shown)}]"


def _of_value(value: Any, field: Field) -> Iterator[_Edit]:
    """Write the type of a field, where it differs."""
    import yaml

    node = value
    if isinstance(value, yaml.MappingNode):
        node = _items(value)["type"][1]
    read, _ = fields.read([f"{field.name}:{node.value}"])
    if not read or read[0] != field:
        yield _Edit(node.start_mark.index, node.end_mark.index, scalar(fields.render_type(field)))


def _entry(definition: Definition, outer: int, inner: int) -> str:
    """Return a whole resource."""
    first, second = " " * outer, " " * (outer + inner)
    lines = [f"{first}{definition.name}:"]
    if definition.bundled:
        fields_of = [_field(field, outer + 2 * inner) for field in definition.fields]
        return "\n".join([*lines, f"{second}fields:", *fields_of]) + "\n"
    if definition.plural != naming.plural_of(definition.name):
        lines.append(f"{second}plural: {definition.plural}")
    lines.append(f"{second}access: {definition.access}")
    if definition.api != "v1":
        lines.append(f"{second}api: {definition.api}")
    lines += [f"{second}{key}: {shown}" for key, shown in _switches(definition) if shown == "true"]
    lines.append(f"{second}fields:")
    lines += [_field(field, outer + 2 * inner) for field in definition.fields]
    lines += [f"{second}{key}: {shown}" for key, shown in _groups(definition) if shown != "[]"]
    return "\n".join(lines) + "\n"


def _field(field: Field, indent: int) -> str:
    return f"{' ' * indent}{field.name}: {scalar(fields.render_type(field))}"


def scalar(text: str) -> str:
    """Return a text as YAML, quoted where it has to be."""
    import yaml

    return str(yaml.safe_dump([text], allow_unicode=True, width=1_000_000))[2:].rstrip("\n")


def _items(node: Any) -> dict[str, tuple[Any, Any]]:
    """Return the keys of a mapping with the nodes of key and value."""
    pairs: Sequence[tuple[Any, Any]] = node.value
    return {str(key.value): (key, value) for key, value in pairs} if pairs else {}


def _end(node: Any) -> int:
    """Return where a node ends, without the comments behind it."""
    import yaml

    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _end(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _end(node.value[-1])
    return int(node.end_mark.index)


def _end_of_line(text: str, index: int) -> int:
    """Return where the line ends, with its line break."""
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def _lines_of(text: str, key: Any, value: Any) -> _Edit:
    """Return the edit that removes the lines of a key and its value."""
    start = int(key.start_mark.index) - int(key.start_mark.column)
    return _Edit(start, _end_of_line(text, _end(value)), "")
