"""Wire resources into files that they share with the project: whole lines in, whole lines out.

The lines come from the generator (`wiring.yml.jinja`). They are found by their meaning, so it does
not matter how a user has arranged or formatted a file. What cannot be placed, or is no longer as
it was put there, is left to the user: nothing is guessed.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from newapi.resources import imports, layers, members, statements
from newapi.resources.source import Source

Kind = Literal["import", "entry", "item", "member", "base", "call", "layer"]
_PLACES = {
    "entry": "list",
    "item": "in",
    "member": "in",
    "base": "in",
    "call": "in",
    "layer": "before",
}
_HELD = frozenset({"entry", "item", "member", "base"})
_FINDERS: dict[str, Callable[[Source, str, str], bool]] = {
    "entry": statements.has_entry,
    "item": members.has_item,
    "member": members.has_member,
    "base": members.has_base,
    "call": statements.has_call,
}


@dataclass(frozen=True, order=True)
class Wire:
    """One line in a shared file."""

    file: str
    kind: Kind
    line: str
    place: str = ""  # what holds an entry, item, member, base or call; the line before a layer


@dataclass(frozen=True)
class Loose:
    """A line that the user has to add or delete."""

    wire: Wire
    action: Literal["add", "delete"]

    def __str__(self) -> str:
        """Say what to do.

        >>> str(Loose(Wire("app/admin/views.py", "entry", "ItemView", "VIEWS"), "add"))
        'app/admin/views.py: add `ItemView` to VIEWS by hand'
        """
        word = "to" if self.action == "add" and self.wire.kind in _HELD else "in"
        where = f" {word} {self.wire.place}" if self.wire.kind in {*_HELD, "call"} else ""
        where = where if self.wire.place else ""
        return f"{self.wire.file}: {self.action} `{self.wire.line}`{where} by hand"


def read(document: object) -> list[Wire]:
    """Parse the wiring of a generator.

    Raises:
        ValueError: It is not a list of lines.
    """
    if not isinstance(document, list | None):
        raise ValueError("the wiring is not a list")
    return [wire for about in document or [] for wire in _read(about)]


def rewire(
    data: bytes, remove: Iterable[Wire], add: Iterable[Wire], known: Collection[Wire]
) -> tuple[bytes, list[Loose]]:
    """Take lines out of a file and put others in.

    `known` are the lines of all resources: among each other they are sorted, so the order in which
    resources were generated makes no difference.
    """
    encoding = _encoding(data)
    loose: list[Loose] = []
    text = data.decode(encoding) if encoding else ""
    for wire in sorted(remove):
        changed = _without(text, wire) if encoding else None
        loose += [Loose(wire, "delete")] if changed is None else []
        text = text if changed is None else changed
    for wire in sorted(add):
        changed = _with(text, wire, known) if encoding else None
        loose += [Loose(wire, "add")] if changed is None else []
        text = text if changed is None else changed
    return (text.encode(encoding) if encoding else data), loose


def _read(about: object) -> Iterator[Wire]:
    if not isinstance(about, dict) or about.get("kind") not in get_args(Kind):
        raise ValueError(f"not a line to wire: {about!r}")
    place = about.get(_PLACES.get(about["kind"], ""), "")
    wire = Wire(about["file"], about["kind"], about["line"], place)
    if wire.kind == "import":  # each name for itself, so that the others can stay
        yield from (Wire(wire.file, "import", one.line) for one in imports.parse(wire.line))
    else:
        yield wire


def _encoding(data: bytes) -> str | None:
    """Return how a file is encoded; None when it is not text."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        data.decode(encoding)
    except (SyntaxError, ValueError, LookupError):
        return None
    return encoding


def _with(text: str, wire: Wire, known: Collection[Wire]) -> str | None:
    """Return a text with a line; None when there is no place for it."""
    if wire.kind == "layer":
        return layers.add(text, wire.line, wire.place)
    source = _parsed(text)
    if source is None or _has(source, wire):
        return text if source else None
    group = (wire.file, wire.kind, wire.place)
    siblings = {other.line for other in known if (other.file, other.kind, other.place) == group}
    if wire.kind == "import":
        changed: str | None = imports.add(source, imports.parse(wire.line)[0])
    elif wire.kind == "entry":
        changed = statements.add_entry(source, wire.place, wire.line, siblings)
    elif wire.kind == "item":
        changed = members.add_item(source, wire.place, wire.line)
    elif wire.kind == "member":
        changed = members.add_member(source, wire.place, wire.line)
    elif wire.kind == "base":
        changed = members.add_base(source, wire.place, wire.line)
    else:
        changed = statements.add_call(source, wire.place, wire.line, siblings)
    after = None if changed is None else _parsed(changed)
    return changed if after and _has(after, wire) else None


def _without(text: str, wire: Wire) -> str | None:
    """Return a text without a line; None when it is not there, or not alone."""
    if wire.kind == "layer":
        return layers.drop(text, wire.line)
    source = _parsed(text)
    if source is None or wire.kind in {"item", "member"}:  # only tasks have them, and stay
        return None
    if wire.kind == "import":
        changed = imports.drop(source, imports.parse(wire.line)[0])
    elif wire.kind == "entry":
        changed = statements.drop_entry(source, wire.place, wire.line)
    elif wire.kind == "base":
        changed = members.drop_base(source, wire.place, wire.line)
    else:
        changed = statements.drop_call(source, wire.place, wire.line)
    return changed if changed is not None and _parsed(changed) else None


def _has(source: Source, wire: Wire) -> bool:
    if wire.kind == "import":
        return imports.has(source, imports.parse(wire.line)[0])
    return _FINDERS[wire.kind](source, wire.place, wire.line)


def _parsed(text: str) -> Source | None:
    try:
        return Source(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
