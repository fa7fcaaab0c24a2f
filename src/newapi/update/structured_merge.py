"""Merge TOML, YAML, INI and .env files by their keys and entries, where the result is exact.

The lines of a conflict are merged entry by entry, so comments and the order of the project stay.
The result is taken only if a parser finds in it exactly what merging the three parsed files gives,
and if it holds every line that the project has added. A table or mapping that the project has
deleted stays deleted, also where the template has changed it: it may be in another file now.
"""

from __future__ import annotations

import configparser
import itertools
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple, TypeAlias, TypeVar

from newapi.update.hunks import Hunk, Lines, merge_all

_Data: TypeAlias = dict[str, Any]
_Sides: TypeAlias = tuple[Any, ...]
_Kind = TypeVar("_Kind")

_MISSING = object()
_ORDERED = frozenset({"args", "command", "entrypoint", "layers", "steps", "test"})  # order counts
_BLANKS = "\0"  # how the key of comments and blank lines at the end begins
_HEADER = re.compile(rb"\[\[?[\w.\"' -]+\]\]?\s*(#.*)?")
_VARIABLE = re.compile(rb"(?:export )?([A-Za-z_]\w*)=(.*)")
_KEY = re.compile(rb"([\w.\"'/ -]+?)\s*[=:](\s.*)?")
_ENTRY = re.compile(rb"-?\s*[\"']?([^\"']*)[\"']?,?\s*(#.*)?")
_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.-]*)(\[[^\]]*\])?\s*([<>=!~;@].*)?")
_CLOSER = re.compile(rb"[\]})]+,?")


class _Item(NamedTuple):
    """An entry with the comments above it and its nested entries."""

    key: str
    lines: Lines
    head: int  # the number of lines of comments before the entry


def merge(path: str, sides: Sequence[bytes], pieces: Sequence[bytes | Hunk]) -> bytes | None:
    """Return a text without conflicts; None where it would not be exact.

    `sides` are base, ours and theirs, `pieces` the merged text with its conflicts.
    """
    if _parser(path) is None:
        return None
    result = merge_all(pieces, lambda hunk: _merge_lines(*hunk))
    return result if result is not None and _is_exact(path, sides, result) else None


def merge_whole(path: str, sides: Sequence[bytes]) -> bytes | None:
    """Return a text merged by its tables or keys, wherever in the text a side has put them.

    None where that would not be exact.
    """
    if _parser(path) is None:
        return None
    lines = _merge_lines(*(side.splitlines(keepends=True) for side in sides))
    result = None if lines is None else b"".join(lines)
    return result if result is not None and _is_exact(path, sides, result) else None


def _is_exact(path: str, sides: Sequence[bytes], result: bytes) -> bool:
    """Whether a text means what merging three parsed ones gives, with all lines of the project."""
    base, ours, _ = sides
    added = Counter(ours.splitlines()) - Counter(base.splitlines())
    if added - Counter(result.splitlines()):
        return False
    parse = _parser(path)
    if parse is None:
        return False
    try:
        return _is_merge(tuple(parse(text) for text in (*sides, result)))
    except (ValueError, RecursionError):
        return False


def left_out(path: str, sides: Sequence[bytes]) -> list[str]:
    """Return the tables or mappings that the project has deleted, and the template has changed."""
    parse = _parser(path)
    if parse is None:
        return []
    base, ours, theirs = map(parse, sides)
    return [*_left_out(base, ours, theirs)]


def _left_out(base: Any, ours: Any, theirs: Any, above: str = "") -> Iterator[str]:
    for key, old in base.items() if isinstance(base, dict) else ():
        new = theirs.get(key) if isinstance(theirs, dict) else None
        if not isinstance(old, dict) or not isinstance(ours, dict) or new in (old, None):
            continue
        if key in ours:
            yield from _left_out(old, ours[key], new, f"{above}{key}.")
        else:
            yield f"{above}{key}"


def _merge_lines(base: Lines, ours: Lines, theirs: Lines) -> list[bytes] | None:
    """Merge the entries of a conflict by their keys; None if both have changed one of them."""
    items = [[*_items(lines)] for lines in (base, ours, theirs)]
    sides = [{item.key: item for item in found} for found in items]
    if [*map(len, sides)] != [*map(len, items)]:
        return None  # a key is there twice
    old, own, new = sides
    deleted = tuple(f"{key[:-1]}." for key in old if key.startswith("[") and key not in own)
    found: dict[str, Lines] = {}
    for key in {**own, **new}:
        if key not in own and key.startswith(deleted):
            continue  # a table below one that the project has deleted
        lines = _choose(*(side.get(key) for side in sides))
        if lines is None:
            return None
        if lines:
            found[key] = lines
    order = [key for key in own if key in found]
    previous = ""
    for key in new:
        if key in found and key not in own:
            order.insert(_place(key, previous, order, old, found), key)
        previous = key
    return [line for key in order for line in found[key]]


def _choose(base: _Item | None, ours: _Item | None, theirs: _Item | None) -> Lines | None:
    """Return the lines of one entry; none where it goes, None where both have changed it."""
    old, own, new = (_bare(item) for item in (base, ours, theirs))
    above = ours.lines[: len(ours.lines) - len(own)] if ours else ()
    if new in (own, old):
        return ours.lines if ours else ()
    if own == old:
        return [*above, *new] if ours else theirs.lines if theirs else ()
    if ours is None and base is not None and len(base.lines) - base.head > 1:
        return ()  # with nested entries: it stays deleted
    if ours is None or theirs is None:
        return None
    heads = [lines[: len(lines) - _inner(item)] for lines, item in ((own, ours), (new, theirs))]
    if _inner(ours) < 1 or heads[0] != heads[1]:
        return None
    inner = base.lines[base.head + 1 :] if base else ()
    rest = _merge_lines(inner, ours.lines[ours.head + 1 :], theirs.lines[theirs.head + 1 :])
    return None if rest is None else [*above, *heads[0], *rest]


def _bare(item: _Item | None) -> list[bytes]:
    """Return the lines of an entry without blank lines above it."""
    return [*itertools.dropwhile(lambda line: not line.strip(), item.lines)] if item else []


def _inner(item: _Item) -> int:
    """Return the number of lines of nested entries."""
    return len(item.lines) - item.head - 1


def _place(
    key: str, previous: str, order: list[str], old: Mapping[str, _Item], found: Mapping[str, Lines]
) -> int:
    """Return where an entry of the template goes: in a sorted list there, else after its neighbour.

    Entries that the project has added at the same place come first.
    """
    names = [*order, key]
    if len(order) > 1 and order == sorted(order) and not any(map(_is_special, names)):
        return next((at for at, name in enumerate(order) if name > key), len(order))
    at = order.index(previous) + 1 if previous in order else 0
    while at < len(order) and order[at] not in old and not order[at].startswith(_BLANKS):
        if order[at].startswith("[") and not key.startswith("["):
            break  # keys belong to the table above
        if found[key][0].strip() and not found[order[at]][0].strip():
            break  # and lines to the paragraph
        at += 1
    return at


def _is_special(key: str) -> bool:
    """Whether a key is no name that could be sorted: of blank lines, or of a table of TOML."""
    return key.startswith((_BLANKS, "["))


def _items(lines: Lines) -> Iterator[_Item]:
    """Yield the entries of one level; comments and blank lines belong to the one after them.

    Comments with a blank line below are entries of their own.
    """
    indents = [_indent(line) for line in lines if _is_entry(line)]
    level = min(indents, default=0)
    above: list[bytes] = []
    entry: list[bytes] = []
    blanks = 0
    is_table = False
    seen = Counter[bytes]()
    for line in lines:
        is_header = level == 0 and _HEADER.fullmatch(line.strip()) is not None
        is_inside = bool(entry) and (_indent(line) > level or (is_table and not is_header))
        if not _is_entry(line) and not (entry and _CLOSER.fullmatch(line.strip())):
            above.append(line)
        elif is_inside or _CLOSER.fullmatch(line.strip()):
            entry += [*above, line]
            above = []
        else:
            if entry:
                yield _item(entry, blanks)
            apart, above = _split(above)
            if apart:
                yield _comment(apart, seen)
            entry, blanks, above = [*above, line], len(above), []
            is_table = is_header
    if entry:
        yield _item(entry, blanks)
    if above:
        yield _Item(f"{_BLANKS}{len(above)}", above, 0)


def _split(above: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Return comments that stand alone, and those of the entry after them with a blank line."""
    blanks = [number for number, line in enumerate(above) if not line.strip()]
    at = blanks[-1] if blanks else 0
    return (above[:at], above[at:]) if any(map(bytes.strip, above[:at])) else ([], above)


def _comment(lines: list[bytes], seen: Counter[bytes]) -> _Item:
    text = b"\n".join(line.strip() for line in lines).strip()
    seen[text] += 1
    return _Item(f"{_BLANKS}{seen[text]}{text.decode(errors='replace')}", lines, 0)


def _item(lines: list[bytes], head: int) -> _Item:
    return _Item(_key(lines[head].strip()), lines, head)


def _key(line: bytes) -> str:
    if _HEADER.fullmatch(line):
        return line.partition(b"#")[0].strip().decode(errors="replace")
    if match := _VARIABLE.fullmatch(line):
        return match[1].decode()
    if not line.startswith((b'"', b"'", b"-")) and (match := _KEY.fullmatch(line)):
        return match[1].strip(b"\"' ").decode(errors="replace")
    if match := _ENTRY.fullmatch(line):
        return _name(match[1].decode(errors="replace").strip())
    return line.decode(errors="replace")


def _is_entry(line: bytes) -> bool:
    bare = line.strip()
    return bool(bare) and not bare.startswith(b"#") and not _CLOSER.fullmatch(bare)


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t")) if line.strip() else 0


def _name(value: str) -> str:
    """Return what identifies an entry of a list: of a requirement, the name of the package."""
    match = _REQUIREMENT.fullmatch(value)
    return re.sub(r"[-_.]+", "-", match[1]).lower() if match and match[3] else value


def _is_merge(sides: _Sides, key: str = "") -> bool:
    """Whether the last one is what merging the others gives: base, ours and theirs."""
    base, ours, theirs, result = sides
    if theirs in (ours, base):
        return bool(result == ours)
    if ours == base:
        return bool(result == theirs)
    if ours is _MISSING and isinstance(base, dict):
        return result is _MISSING
    if all(isinstance(side, dict) for side in (ours, theirs, result)):
        return _is_merge_of_keys(*(_of_kind(side, dict) for side in sides))
    if all(isinstance(side, list) for side in (ours, theirs, result)):
        return key not in _ORDERED and _is_union(*(_of_kind(side, list) for side in sides))
    return False


def _is_merge_of_keys(base: _Data, ours: _Data, theirs: _Data, result: _Data) -> bool:
    sides = (base, ours, theirs, result)
    return result.keys() <= {*ours, *theirs} and all(
        _is_merge(tuple(side.get(name, _MISSING) for side in sides), name)
        for name in {**ours, **theirs}
    )


def _is_union(*sides: list[Any]) -> bool:
    """Whether the last list has the entries of the others, each side's in its order."""
    if any(isinstance(value, (dict, list)) for side in sides for value in side):
        return False
    named = [{_name(str(value)): value for value in side} for side in sides]
    if any(len(names) != len(side) for names, side in zip(named, sides, strict=True)):
        return False  # an entry is there twice
    old, own, new, now = named
    fresh = [name for name in new if name not in own and name not in old]
    if fresh and own.keys() - old.keys() and old.keys() - own.keys() - new.keys():
        return False  # both have replaced an entry
    return _is_merge_of_keys(old, own, new, now) and all(
        [name for name in now if name in order] == [name for name in order if name in now]
        for order in ([*own], fresh)
    )


def _of_kind(side: Any, kind: type[_Kind]) -> _Kind:
    return side if isinstance(side, kind) else kind()


def _toml(data: bytes) -> object:
    return tomllib.loads(data.decode())


def _ini(data: bytes) -> object:
    """Return the sections with their values; no section or key is there twice."""
    parser = configparser.RawConfigParser(default_section="", allow_no_value=True)
    try:
        parser.read_string(data.decode())
    except configparser.Error as error:
        raise ValueError from error
    return {name: dict(parser.items(name)) for name in parser.sections()}


def _env(data: bytes) -> object:
    """Return the variables, none of them twice."""
    lines = [line.strip() for line in data.splitlines()]
    matches = [_VARIABLE.fullmatch(line) for line in lines if line and not line.startswith(b"#")]
    found = {match[1]: match[2] for match in matches if match}
    if len(found) != len(matches):
        raise ValueError(data)
    return found


def _parser(path: str) -> Callable[[bytes], object] | None:
    """Return what reads a file of this name."""
    name = PurePosixPath(path)
    return _env if name.name.startswith(".env") else _PARSERS.get(name.suffix)


def _yaml(data: bytes) -> object:
    """Return documents as written: scalars with their tags, and no key twice."""
    import yaml

    def plain(node: yaml.Node) -> object:
        if isinstance(node, yaml.MappingNode):
            pairs = {str(plain(key)): plain(value) for key, value in node.value}
            if len(pairs) != len(node.value):
                raise ValueError(node.start_mark)
            return pairs
        if isinstance(node, yaml.SequenceNode):
            return [plain(value) for value in node.value]
        return str(node.value) if node.tag.endswith(":str") else f"{node.tag} {node.value}"

    class Loader(yaml.SafeLoader):
        """A loader that keeps aliases: their values are compared at their anchors."""

        def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
            if self.check_event(yaml.AliasEvent):
                event = self.get_event()  # type: ignore[no-untyped-call]
                return yaml.ScalarNode("alias", event.anchor)
            return super().compose_node(parent, index)

    try:
        list(yaml.compose_all(data, Loader=yaml.SafeLoader))  # every alias has its anchor
        nodes = list(yaml.compose_all(data, Loader=Loader))
    except yaml.YAMLError as error:
        raise ValueError from error
    return {str(number): plain(node) for number, node in enumerate(nodes)}


_PARSERS: Mapping[str, Callable[[bytes], object]] = {
    ".cfg": _ini,
    ".ini": _ini,
    ".toml": _toml,
    ".yaml": _yaml,
    ".yml": _yaml,
}
