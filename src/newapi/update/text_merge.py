"""Merge three texts line by line, whatever their encoding, line ends and byte order mark."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from newapi.terminal import programs
from newapi.update import list_union, python_merge, structured_merge
from newapi.update.structured_merge import Hunk

Style = Literal["inline", "rej"]

_BOM = b"\xef\xbb\xbf"
_MOST_CONFLICTS = 127  # the exit code of `git merge-file` is their number, up to here
_WIDE = 57  # as wide as no marker in a text is


@dataclass(frozen=True)
class Labels:
    """How the three sides are called beside conflict markers."""

    ours: str = "your project"
    base: str = "the old template"
    theirs: str = "the new template"


class Text(NamedTuple):
    """A merged text, its number of conflicts, and what could not be applied to it (`rej`)."""

    data: bytes
    conflicts: int = 0
    rejected: bytes = b""
    is_united: bool = False  # lines of a conflict were merged by what they mean
    left_out: Sequence[str] = ()  # parts that the user has deleted, and the template changed


class _Form(NamedTuple):
    """What all lines of a text share."""

    bom: bool
    crlf: bool


def merge(sides: Sequence[bytes], labels: Labels, style: Style, path: str = "") -> Text:
    """Merge the lines of base, ours and theirs.

    Line ends and byte order marks are merged apart, so they make no conflict.
    """
    if any(0 < text.count(b"\r\n") < text.count(b"\n") for text in sides):
        return _merge(sides, labels, style, path)
    forms = _forms(*sides)
    bom = _three_way(*(form.bom for form in forms))
    crlf = _three_way(*(form.crlf for form in forms))
    plain = [_plain(text, form) for text, form in zip(sides, forms, strict=True)]
    merged = _merge(plain, labels, style, path)
    return merged._replace(
        data=_formed(merged.data, bom=bom, crlf=crlf),
        rejected=_formed(merged.rejected, bom=False, crlf=crlf),
    )


def in_form_of(ours: bytes, text: bytes) -> bytes:
    """Return a text with the line ends and the byte order mark of another one."""
    form = _form(ours, _form(text, _Form(bom=False, crlf=False)))
    plain = text.removeprefix(_BOM).replace(b"\r\n", b"\n")
    return _formed(plain, bom=form.bom, crlf=form.crlf)


def markers(data: bytes, labels: Labels) -> int:
    """Count the conflicts that a text holds."""
    mark = re.compile(rb"^<{7} " + re.escape(labels.ours.encode()) + rb"\r?$", re.MULTILINE)
    return len(mark.findall(data.removeprefix(_BOM)))


def _three_way(base: bool, ours: bool, theirs: bool) -> bool:  # noqa: FBT001 - three of a kind
    return theirs if ours == base else ours


def _forms(base: bytes, ours: bytes, theirs: bytes) -> list[_Form]:
    """Look at each text; one that does not tell is like the others, but never decides."""
    of_theirs = _form(theirs, _form(base, _Form(bom=False, crlf=False)))
    of_base = _form(base, of_theirs)
    return [of_base, _form(ours, of_base), of_theirs]


def _form(text: bytes, otherwise: _Form) -> _Form:
    bom = text.startswith(_BOM) if text else otherwise.bom
    return _Form(bom, b"\r\n" in text if b"\n" in text else otherwise.crlf)


def _plain(text: bytes, form: _Form) -> bytes:
    text = text[len(_BOM) :] if form.bom else text
    return text.replace(b"\r\n", b"\n") if form.crlf else text


def _formed(text: bytes, *, bom: bool, crlf: bool) -> bytes:
    text = text.replace(b"\n", b"\r\n") if crlf else text
    return _BOM + text if bom else text


def _merge(sides: Sequence[bytes], labels: Labels, style: Style, path: str) -> Text:
    base, ours, theirs = sides
    if theirs in (ours, base):
        return Text(ours)
    if ours == base:
        return Text(theirs)
    with tempfile.TemporaryDirectory(prefix="newapi-merge-") as name:
        folder = Path(name)
        for label, data in zip(("base", "ours", "theirs"), sides, strict=True):
            (folder / label).write_bytes(data)
        count, clean = _merge_file(folder, labels)
        if not count:
            return Text(clean)
        count, marked = _merge_file(folder, labels, "--diff3", f"--marker-size={_WIDE}")
        if (united := _without_conflicts(path, sides, [*_pieces(marked)])) is not None:
            left_out = structured_merge.left_out(path, sides)
            return Text(united, is_united=True, left_out=left_out)
        if style == "inline":
            count, marked = _merge_file(folder, labels, "--diff3")
            return Text(marked, max(count, markers(marked, labels)))
        _, applied = _merge_file(folder, labels, "--ours")
        return Text(applied, count, _rejected(marked, labels))


def _merge_file(folder: Path, labels: Labels, *options: str) -> tuple[int, bytes]:
    names = [word for label in (labels.ours, labels.base, labels.theirs) for word in ("-L", label)]
    settings = ("-c", "merge.conflictStyle=merge")
    files = ("ours", "base", "theirs")
    program = programs.git_program()
    command = [program, *settings, "merge-file", "--stdout", "--quiet", *options, *names, *files]
    environment = programs.git_environment() | {"GIT_CEILING_DIRECTORIES": os.fspath(folder.parent)}
    accepted = range(_MOST_CONFLICTS + 1)
    return programs.run(command, cwd=folder, environment=environment, accepted=accepted)


def _without_conflicts(
    path: str, sides: Sequence[bytes], pieces: Sequence[bytes | Hunk]
) -> bytes | None:
    """Return a text in which the changes of both sides are merged by what the lines mean."""
    united = _united(pieces)
    if united is None:
        united = structured_merge.merge(path, sides, pieces)
    if united is None:
        united = python_merge.merge(path, sides, pieces)
    return united


def _united(pieces: Sequence[bytes | Hunk]) -> bytes | None:
    """Return a text with all conflicts united; None if one of them is no list."""
    done: list[bytes] = []
    for number, piece in enumerate(pieces, 1):
        if not isinstance(piece, Hunk):
            done.append(piece)
            continue
        after = pieces[number] if number < len(pieces) else b""
        around = (done[-1] if done else b"", b"" if isinstance(after, Hunk) else after)
        conflict = list_union.Lines(around[0], piece.ours, piece.theirs, around[1])
        united = list_union.add_variables(*piece) if piece.base else list_union.unite(conflict)
        if united is None:
            return None
        done += united
    return b"".join(done)


def _pieces(marked: bytes) -> Iterator[bytes | Hunk]:
    """Yield the lines of a merged text, with one hunk for each conflict."""
    sides: dict[str, list[bytes]] = {}
    side = ""
    marks = {mark.encode() * _WIDE: mark for mark in "<|=>"}
    for line in marked.splitlines(keepends=True):
        mark = marks.get(line[:_WIDE], "")
        if mark == ">":
            yield Hunk(sides["|"], sides["<"], sides["="])
            side = ""
        elif mark:
            side = mark
            sides = {"<": [], "|": [], "=": []} if mark == "<" else sides
        elif side:
            sides[side].append(line)
        else:
            yield line


def _rejected(marked: bytes, labels: Labels) -> bytes:
    """Return the conflicts as a patch with the changes of the template."""
    shown = [f"--- {labels.base}\n+++ {labels.theirs}\n".encode()]
    side, line = "", 1
    hunk: dict[str, list[bytes]] = {}
    marks = {mark.encode() * _WIDE: mark for mark in "<|=>"}
    for text in marked.splitlines(keepends=True):
        mark = marks.get(text[:_WIDE], "")
        if mark == "<":
            side, hunk = "<", {"<": [], "|": [], "=": []}
        elif mark == ">":
            old, new = hunk["|"], hunk["="]
            shown.append(f"@@ -{line},{len(old)} +{line},{len(new)} @@\n".encode())
            shown += [b"-" + _ended(found) for found in old]
            shown += [b"+" + _ended(found) for found in new]
            line += len(hunk["<"])
            side = ""
        elif mark:
            side = mark
        elif side:
            hunk[side].append(text)
        else:
            line += 1
    return b"".join(shown)


def _ended(line: bytes) -> bytes:
    return line if line.endswith(b"\n") else line + b"\n"
