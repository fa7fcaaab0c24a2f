"""Merge three texts line by line, whatever their encoding, line ends and byte order mark."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from newapi.terminal import programs
from newapi.update import documents, import_merge, list_union, python_merge, structured_merge
from newapi.update.hunks import Hunk

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
    is_united: bool = False  # lines of conflicts were merged by what they mean
    left_out: Sequence[str] = ()  # parts that the user has deleted, and the template changed


Pieces: TypeAlias = list[bytes | Hunk]


class _Form(NamedTuple):
    """What all lines of a text share."""

    bom: bool
    crlf: bool
    is_open: bool  # no line break at the end


def merge(sides: Sequence[bytes], labels: Labels, style: Style, path: str = "") -> Text:
    """Merge the lines of base, ours and theirs.

    Line ends, the one at the end of the text and byte order marks are merged apart, so they make no
    conflict.
    """
    if any(0 < text.count(b"\r\n") < text.count(b"\n") for text in sides):
        return _merge(sides, labels, style, path)
    forms = _forms(*sides)
    form = _Form(*(_three_way(*values) for values in zip(*forms, strict=True)))
    plain = [_plain(text, form) for text, form in zip(sides, forms, strict=True)]
    merged = _merge(plain, labels, style, path)
    ended = form._replace(is_open=False)
    return merged._replace(
        data=_formed(merged.data, ended if merged.conflicts else form),
        rejected=_formed(merged.rejected, ended._replace(bom=False)),
    )


def in_form_of(ours: bytes, text: bytes) -> bytes:
    """Return a text with the line ends and the byte order mark of another one."""
    form = _form(ours, _form(text, _Form(bom=False, crlf=False, is_open=False)))
    plain = text.removeprefix(_BOM).replace(b"\r\n", b"\n")
    return _formed(plain, form._replace(is_open=False))


def markers(data: bytes, labels: Labels) -> int:
    """Count the conflicts that a text holds."""
    mark = re.compile(rb"^<{7} " + re.escape(labels.ours.encode()) + rb"\r?$", re.MULTILINE)
    return len(mark.findall(data.removeprefix(_BOM)))


def _three_way(base: bool, ours: bool, theirs: bool) -> bool:  # noqa: FBT001 - three of a kind
    return theirs if ours == base else ours


def _forms(base: bytes, ours: bytes, theirs: bytes) -> list[_Form]:
    """Look at each text; one that does not tell is like the others, but never decides."""
    of_theirs = _form(theirs, _form(base, _Form(bom=False, crlf=False, is_open=False)))
    of_base = _form(base, of_theirs)
    return [of_base, _form(ours, of_base), of_theirs]


def _form(text: bytes, otherwise: _Form) -> _Form:
    if not text:
        return otherwise
    crlf = b"\r\n" in text if b"\n" in text else otherwise.crlf
    return _Form(text.startswith(_BOM), crlf, not text.endswith(b"\n"))


def _plain(text: bytes, form: _Form) -> bytes:
    text = text[len(_BOM) :] if form.bom else text
    text = text.replace(b"\r\n", b"\n") if form.crlf else text
    return _ended(text) if text else text


def _formed(text: bytes, form: _Form) -> bytes:
    text = text.removesuffix(b"\n") if form.is_open else text
    text = text.replace(b"\n", b"\r\n") if form.crlf else text
    return _BOM + text if form.bom else text


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
        _, marked = _merge_file(folder, labels, "--diff3", f"--marker-size={_WIDE}")
    pieces = [*_pieces(marked)]
    merged = _without_conflicts(path, sides, pieces)
    left, found = (sum(isinstance(piece, Hunk) for piece in each) for each in (merged, pieces))
    if not left:
        left_out = structured_merge.left_out(path, sides)
        return Text(_joined(merged), is_united=True, left_out=left_out)
    if style == "inline":
        return Text(_marked(merged, labels), left, is_united=left < found)
    return Text(_joined(merged), left, _rejected(merged, labels), is_united=left < found)


def _merge_file(folder: Path, labels: Labels, *options: str) -> tuple[int, bytes]:
    names = [word for label in (labels.ours, labels.base, labels.theirs) for word in ("-L", label)]
    settings = ("-c", "merge.conflictStyle=merge")
    files = ("ours", "base", "theirs")
    program = programs.git_program()
    command = [program, *settings, "merge-file", "--stdout", "--quiet", *options, *names, *files]
    environment = programs.git_environment() | {"GIT_CEILING_DIRECTORIES": os.fspath(folder.parent)}
    accepted = range(_MOST_CONFLICTS + 1)
    return programs.run(command, cwd=folder, environment=environment, accepted=accepted)


def _without_conflicts(path: str, sides: Sequence[bytes], pieces: Pieces) -> Pieces:
    """Return a text in which the changes of both sides are merged by what the lines mean.

    Where that is not possible for all conflicts together, each one is looked at by itself, and
    those that are left stay conflicts.
    """
    united = _united(pieces)
    if not any(isinstance(piece, Hunk) for piece in united):
        return united
    text = _exact(path, sides, pieces)
    if text is None:
        text = structured_merge.merge_whole(path, sides)
    if text is not None:
        return [text]
    for number, piece in enumerate(united):
        if isinstance(piece, Hunk):
            rest = united[:number], united[number + 1 :]
            around = [(_joined(rest[0], s), _joined(rest[1], s)) for s in ("ours", "theirs")]
            united[number] = _without_conflict(path, piece, around)
    return united


def _without_conflict(path: str, hunk: Hunk, around: Sequence[tuple[bytes, bytes]]) -> bytes | Hunk:
    """Return the text of one conflict, merged as if the others were settled as the project is.

    `around` is the text before and after it, with the changes of the project and with those of
    the template.
    """
    before, after = around[0]
    sides = [before + b"".join(lines) + after for lines in hunk]
    text = _exact(path, sides, [before, hunk, after])
    if text is not None:
        return text[len(before) : len(text) - len(after)]
    settled = import_merge.merge(path, hunk, around[0])
    if settled is None:
        settled = python_merge.add_definitions(path, hunk, around)
    return hunk if settled is None else settled


def _exact(path: str, sides: Sequence[bytes], pieces: Pieces) -> bytes | None:
    """Return a text without conflicts if one of the merges by meaning is exact."""
    merges = (structured_merge.merge, python_merge.merge, documents.merge)
    found = (merge_by_meaning(path, sides, pieces) for merge_by_meaning in merges)
    return next((text for text in found if text is not None), None)


def _united(pieces: Pieces) -> Pieces:
    """Return a text with the conflicts united that are lists."""
    done: Pieces = []
    for number, piece in enumerate(pieces, 1):
        if not isinstance(piece, Hunk):
            done.append(piece)
            continue
        after = pieces[number] if number < len(pieces) else b""
        before = done[-1] if done else b""
        around = [b"" if isinstance(each, Hunk) else each for each in (before, after)]
        conflict = list_union.Lines(around[0], piece.ours, piece.theirs, around[1])
        united = list_union.add_variables(*piece) if piece.base else list_union.unite(conflict)
        done += [piece] if united is None else united
    return done


def _joined(pieces: Pieces, side: Literal["ours", "theirs"] = "ours") -> bytes:
    """Return a text, with the lines of one side where there are conflicts."""
    return b"".join(b"".join(getattr(p, side)) if isinstance(p, Hunk) else p for p in pieces)


def _marked(pieces: Pieces, labels: Labels) -> bytes:
    """Return a text with the usual markers around its conflicts."""
    done: list[bytes] = []
    for piece in pieces:
        if not isinstance(piece, Hunk):
            done.append(piece)
            continue
        lines = [*piece.ours, *piece.base, *piece.theirs]
        end = b"\r\n" if all(line.endswith(b"\r\n") for line in lines) else b"\n"
        for mark, label, side in (
            ("<", labels.ours, piece.ours),
            ("|", labels.base, piece.base),
            ("=", "", piece.theirs),
            (">", labels.theirs, ()),
        ):
            done += [f"{mark * 7} {label}".rstrip().encode() + end, *side]
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


def _rejected(pieces: Pieces, labels: Labels) -> bytes:
    """Return the conflicts as a patch with the changes of the template."""
    shown = [f"--- {labels.base}\n+++ {labels.theirs}\n".encode()]
    line = 1
    for piece in pieces:
        if not isinstance(piece, Hunk):
            line += piece.count(b"\n")
            continue
        old, new = piece.base, piece.theirs
        shown.append(f"@@ -{line},{len(old)} +{line},{len(new)} @@\n".encode())
        shown += [b"-" + _ended(found) for found in old]
        shown += [b"+" + _ended(found) for found in new]
        line += len(piece.ours)
    return b"".join(shown)


def _ended(line: bytes) -> bytes:
    return line if line.endswith(b"\n") else line + b"\n"
