"""Names that a YAML file uses and does not define, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import yaml

    from newapi.project.tree import Entry, Tree

    Pair: TypeAlias = tuple[yaml.ScalarNode, yaml.Node]

# Where the entries of a section name those of another one, in files of Compose and of GitHub.
_USES: Mapping[str, Mapping[str, str]] = {
    "services": {
        "depends_on": "services",
        "volumes": "volumes",
        "networks": "networks",
        "secrets": "secrets",
        "configs": "configs",
    },
    "jobs": {"needs": "jobs"},
}
_DEFAULT_NETWORK = "default"
_NAME = re.compile(r"[a-zA-Z0-9][\w.-]*")


def aliases(entry: Entry) -> dict[str, int]:
    """Return the aliases without an anchor before them."""
    import yaml

    found: dict[str, int] = {}
    anchors = set[str]()
    try:
        for event in yaml.parse(entry.data.decode("utf-8-sig"), Loader=yaml.BaseLoader):
            if isinstance(event, yaml.DocumentStartEvent):
                anchors = set()
            elif isinstance(event, yaml.AliasEvent):
                if event.anchor not in anchors and event.start_mark:
                    found.setdefault(f"*{event.anchor}", event.start_mark.line + 1)
            elif isinstance(event, yaml.NodeEvent) and event.anchor:
                anchors.add(event.anchor)
    except (yaml.YAMLError, UnicodeDecodeError):
        return {}
    return found


def names(entry: Entry) -> dict[str, int]:
    """Return the services, volumes, networks and jobs that are used and not defined.

    A file that includes others may find them there.
    """
    sections = _sections(entry)
    if "include" in sections:
        return {}
    defined = _defined(sections)
    found: dict[str, int] = {}
    for section, uses in _USES.items():
        for _, user in _pairs(sections.get(section)):
            for key, value in _pairs(user):
                target = uses.get(key.value, "")
                for name, line in _used(value) if target else ():
                    shown = f"{target.removesuffix('s')} {name}"
                    if name != _DEFAULT_NETWORK and shown not in defined:
                        found.setdefault(shown, line)
    return found


def is_defined_beside(files: Tree, path: str, name: str) -> bool:
    """Whether another YAML file in the folder of a YAML file defines a name.

    Compose may read both.
    """
    if not is_yaml(path):
        return False
    folder = path.rpartition("/")[0]
    return any(
        name in _defined(_sections(entry))
        for other, entry in files.items()
        if is_yaml(other) and other != path and other.rpartition("/")[0] == folder
    )


def is_yaml(path: str) -> bool:
    """Whether a path is that of a YAML file."""
    return path.endswith((".yml", ".yaml"))


def _sections(entry: Entry) -> dict[str, yaml.Node]:
    import yaml

    try:
        root = yaml.compose(entry.data.decode("utf-8-sig"), Loader=yaml.BaseLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return {}
    return {key.value: value for key, value in _pairs(root)}


def _defined(sections: Mapping[str, yaml.Node]) -> set[str]:
    """Return the definitions in the sections of a file, each as `service db`."""
    targets = {target for uses in _USES.values() for target in uses.values()}
    return {
        f"{target.removesuffix('s')} {name.value}"
        for target in targets
        for name, _ in _pairs(sections.get(target))
    }


def _pairs(node: yaml.Node | None) -> Iterator[Pair]:
    """Yield the keys and values of a mapping, also of those that are merged into it."""
    import yaml

    if isinstance(node, yaml.SequenceNode):  # `<<: [*one, *two]`
        for each in node.value:
            yield from _pairs(each)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "<<":
                yield from _pairs(value)
            elif isinstance(key, yaml.ScalarNode):
                yield key, value


def _used(node: yaml.Node) -> Iterator[tuple[str, int]]:
    """Yield the names in `db`, `[db]`, `[data:/var/lib/db]`, `{db: ...}` or `[{source: data}]`."""
    import yaml

    if isinstance(node, yaml.MappingNode):
        yield from ((key.value, key.start_mark.line + 1) for key, _ in _pairs(node))
    elif isinstance(node, yaml.ScalarNode):
        name = node.value.partition(":")[0]
        if _NAME.fullmatch(name):  # a path is not a name
            yield name, node.start_mark.line + 1
    else:
        for each in node.value:
            if isinstance(each, yaml.ScalarNode):
                yield from _used(each)
            fields = {key.value: value for key, value in _pairs(each)}
            if "source" in fields and _is_no_path(fields):
                yield from _used(fields["source"])


def _is_no_path(fields: Mapping[str, yaml.Node]) -> bool:
    return "type" not in fields or fields["type"].value == "volume"
