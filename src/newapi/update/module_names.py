"""The names of modules that a project has renamed or moved, alone or with their folder."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from newapi.project import migrations, tree
from newapi.project.answers_file import ANSWERS_FILE
from newapi.update import renames
from newapi.update.merge import Merged
from newapi.update.modules import parsed

if TYPE_CHECKING:
    from newapi.project.tree import Entry, Tree
    from newapi.resources.wiring import Wire
    from newapi.update.resource_merge import Wiring

_JOINED = 0.75  # of the definitions of a module: then it is a part of the module that has them
_IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+([A-Za-z_][\w.]*)", re.MULTILINE)


@dataclass(frozen=True)
class Names:
    """Modules and folders of the template, each with its name in the project.

    `files` are modules that were renamed alone, or became a part of another one: their paths, and
    in `single` their names.
    """

    modules: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    single: Mapping[str, str] = field(default_factory=dict)

    def sides(self, base: Tree, theirs: Tree, ours: Tree) -> tuple[Tree, Tree]:
        """Return both sides of the template with the names of the project.

        A file of the project that keeps the template's names is merged with these; a line too, in a
        file that has names of both.
        """
        if not (self.folders or self.files):
            return base, theirs
        old, new = dict(base), dict(theirs)
        for path in {**base, **theirs}:
            own, was = ours.get(path), base.get(path)
            if own is None or was is None:
                kept: Collection[bytes] = ()
            elif _is_nearer(own, renamed := self.entry(path, was), was):
                kept = _kept_lines(own, renamed, was)
            else:
                continue
            for side in (old, new):
                if path in side:
                    side[path] = self.entry(path, side[path], kept)
        return old, new

    def entry(self, path: str, entry: Entry, kept: Collection[bytes] = ()) -> Entry:
        """Return a file with the names of the project; the answers and lines in `kept` stay."""
        if not entry.is_text or path == ANSWERS_FILE:
            return entry
        is_python = path.endswith(".py")
        if not kept:
            return replace(entry, data=self.text(entry.data, is_python=is_python))
        lines = (
            line if line.strip() in kept else self.text(line, is_python=is_python)
            for line in entry.data.splitlines(keepends=True)
        )
        return replace(entry, data=b"".join(lines))

    def text(self, data: bytes, *, is_python: bool) -> bytes:
        """Return a text with the names of the project."""
        for pattern, new in self._imports:
            data = pattern.sub(new, data)
        if not is_python:
            for pattern, new in self._paths:
                data = pattern.sub(new, data)
        return data

    def wiring(self, lines: Wiring) -> Wiring:
        """Return lines of shared files with the names of the project."""

        def renamed(wire: Wire) -> Wire:
            line, place = (
                self.text(text.encode(), is_python=True).decode()
                for text in (wire.line, wire.place)
            )
            return replace(wire, line=line, place=place)

        old, new = (frozenset(map(renamed, wires)) for wires in (lines.old, lines.new))
        return replace(lines, old=old, new=new)

    def explain(self, merged: Merged) -> Merged:
        """Say of modules that stay deleted where their code is now."""
        outcomes = [
            replace(each, note=f"its code is in {place}; the template changed it")
            if each.action == "stays-deleted"
            and (place := self.files.get(each.path) or self.files.get(each.origin))
            else each
            for each in merged.outcomes
        ]
        return replace(merged, outcomes=tuple(outcomes))

    @cached_property
    def _imports(self) -> list[tuple[re.Pattern[bytes], bytes]]:
        """Return patterns of imports and of quoted names of modules."""
        of_folders = [
            (
                re.compile(
                    rb"""(^[ \t]*(?:from|import)[ \t]+|["'])%s(?=\.[A-Za-z_]|[ \t]+import\b)"""
                    % re.escape(old.encode()),
                    re.MULTILINE,
                ),
                rb"\g<1>" + new.encode(),
            )
            for old, new in self.modules.items()
        ]
        of_files = [
            (
                re.compile(
                    rb"""(^[ \t]*(?:from|import)[ \t]+|["'])%s(?!\w)""" % re.escape(old.encode()),
                    re.MULTILINE,
                ),
                rb"\g<1>" + new.encode(),
            )
            for old, new in self.single.items()
        ]
        in_prose = [  # between backquotes, which no code has
            (
                re.compile(
                    rb"(`(?:[^`\n]*[^\w.`/-])?)%s(?=\.[A-Za-z_])" % re.escape(old.encode()),
                ),
                rb"\g<1>" + new.encode(),
            )
            for old, new in self.modules.items()
        ]
        return [*of_folders, *of_files, *in_prose]

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[bytes], bytes]]:
        """Return patterns of paths, and of names of modules, in configuration."""
        paths = [
            (rb"(?<![\w./-])((?:\./)?)%s(?=/)" % re.escape(old.encode()), new)
            for old, new in self.folders.items()
        ]
        paths += [
            (rb"(%%\(here\)s/)%s(?=[/\s])" % re.escape(old.encode()), new)  # in alembic.ini
            for old, new in self.folders.items()
        ]
        quoted = [
            (rb"""((?<=["']))%s(?=["'])""" % re.escape(old.encode()), new)
            for old, new in {**self.folders, **self.modules}.items()
        ]
        dotted = [
            (rb"((?<![\w./-]))%s(?=\.[a-z_])" % re.escape(old.encode()), new)
            for old, new in self.modules.items()
        ]
        dotted += [
            (rb"((?<![\w./-]))%s(?![\w-])" % re.escape(old.encode()), new)
            for old, new in {**self.files, **self.single}.items()
        ]
        return [
            (re.compile(pattern), rb"\g<1>" + new.encode())
            for pattern, new in (*paths, *quoted, *dotted)
        ]


def choose(folders: Mapping[str, str], base: Tree, ours: Tree, renamed: Mapping[str, str]) -> Names:
    """Return the names of the modules that moved, as the files of the project import them.

    `src/app` is imported as `app` or as `src.app`: what more files say counts. `renamed` are the
    paths that the template has renamed: a module that the project has moved too stays there.
    """
    gone = [
        p for p in base if p not in ours and p.endswith(".py") and not migrations.is_revision(p)
    ]
    if not (folders or gone):
        return Names()
    imported = Counter(
        name.decode("ascii", "ignore")
        for path, entry in ours.items()
        if path.endswith(".py") and entry.is_text
        for name in _IMPORT.findall(entry.data)
    )
    used: Counter[str] = Counter()
    for name, count in imported.items():
        used.update(dict.fromkeys(_prefixes(name), count))
    modules = {}
    for old, new in folders.items():
        name, best = old.replace("/", "."), _imported(new, used)
        if f"{new}/__init__.py" in base and used[best] and best != name:
            modules[name] = best
    found = renames.find(base, ours, gone)
    files = {
        old: new
        for old, new in {**_joined(set(gone) - found.keys(), base, ours), **found}.items()
        if used[_imported(_stem(new), used)] and not used[_imported(_stem(old), used)]
    }
    files |= {
        renamed[old]: new
        for old, new in files.items()
        if old in renamed and renamed[old] not in ours
    }
    single = {}
    for old, new in files.items():
        best = _imported(_stem(new), used)
        root = new[: len(_stem(new)) - len(best)]  # such as `src/`, which no import names
        package = best.rpartition(".")[0]
        is_split = new.rpartition("/")[0] not in tree.folders(base)
        if is_split and imported[package] > imported[best]:  # a new package hands its names on
            best = package
        single[_stem(old).removeprefix(root).replace("/", ".")] = best
    return Names(modules, dict(folders), files, single)


def _joined(gone: Collection[str], base: Tree, ours: Tree) -> dict[str, str]:
    """Return modules with the own module of the project that has their classes and functions."""
    own = {
        path: _definitions(entry)
        for path, entry in (ours.items() if gone else ())
        if path.endswith(".py") and path not in base
    }
    found = {}
    for path in gone:
        names = _definitions(base[path])
        holders = [
            p for p, has in own.items() if names and len(names & has) >= _JOINED * len(names)
        ]
        if len(holders) == 1:
            found[path] = holders[0]
    return found


def _definitions(entry: Entry) -> set[str]:
    module = parsed(entry.data)
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return {node.name for node in module.body if isinstance(node, kinds)} if module else set()


def _stem(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__")


def _imported(path: str, used: Mapping[str, int]) -> str:
    """Return the name under which most files import a folder or a module."""
    parts = PurePosixPath(path).parts
    candidates = [".".join(parts[number:]) for number in range(len(parts))]
    return max(candidates, key=lambda name: used[name])


def _prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[: number + 1]) for number in range(len(parts)))


def _is_nearer(ours: Entry, one: Entry, other: Entry) -> bool:
    """Whether a file of the project has more lines of one text than of another."""
    lines = Counter(ours.data.splitlines())
    first, second = (Counter(text.data.splitlines()) for text in (one, other))
    return (lines & first).total() >= (lines & second).total()


def _kept_lines(ours: Entry, renamed: Entry, base: Entry) -> set[bytes]:
    """Return the lines in which a file of the project has the names of the template."""
    own, new, old = (
        {line.strip() for line in text.data.splitlines()} for text in (ours, renamed, base)
    )
    return (own & old) - new
