"""Find imports, names, keys and revisions that are wrong after a merge without a conflict."""

from __future__ import annotations

import ast
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from newapi.project import migrations, revisions, tree
from newapi.update import duplicates, references
from newapi.update.modules import Modules, unbound
from newapi.update.text_merge import Labels, markers

if TYPE_CHECKING:
    from newapi.project.locations import Locations
    from newapi.project.tree import Entry, Tree

    Check: TypeAlias = Callable[["Entry"], Mapping[str, int]]


@dataclass(frozen=True)
class Finding:
    """A place that is wrong after a merge; `line` is 0 for a whole file."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        """Return `path:line: message`."""
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.message}"


def find(before: Tree, theirs: Tree, after: Tree, places: Locations) -> list[Finding]:
    """Return the places that are wrong in the merged project, and right in one of its sides."""
    found = [
        *_imports(before, theirs, after),
        *_in_files(before, theirs, after),
        *_of_case(before, after),
        *_behind_modules(before, after),
    ]
    if any(before.get(path) != after[path] for path in places.of(after)):
        found += _revisions(before, after, places)
    return sorted(found, key=lambda each: (each.path, each.line, each.message))


def _imports(before: Tree, theirs: Tree, after: Tree) -> Iterator[Finding]:
    """Yield imports, and attributes of imported modules, that no longer lead anywhere."""
    differing = {
        path
        for path in {*after, *theirs}
        if path.endswith(".py") and after.get(path) != theirs.get(path)
    }
    if not differing:
        return
    now, known = Modules(after), (Modules(before), Modules(theirs))
    suspects = {os.fsencode(name) for path in differing for name in _last_names(path)}
    for path, entry in after.items():
        if not path.endswith(".py") or not entry.is_text or markers(entry.data, Labels()):
            continue
        if path not in differing and not any(name in entry.data for name in suspects):
            continue
        for use in now.uses(path):
            if not now.has(use) and any(modules.has(use) for modules in known):
                yield Finding(path, use.line, f"{use} is not there any more")


def _in_files(before: Tree, theirs: Tree, after: Tree) -> Iterator[Finding]:
    """Yield keys and fields that came twice, and names that nothing binds, in merged files."""
    for path, entry in after.items():
        ours = before.get(path)
        if entry in (ours, theirs.get(path)) or not entry.is_text:
            continue
        if markers(entry.data, Labels()):
            continue
        sides = [side for side in (ours, theirs.get(path)) if side is not None]
        if not sides:
            continue
        for check, message in _checks(path):
            known = {name for side in sides for name in check(side)}
            for name, line in check(entry).items():
                if name not in known and not references.is_defined_beside(after, path, name):
                    yield Finding(path, line, message.format(name))


def _of_case(before: Tree, after: Tree) -> Iterator[Finding]:
    """Yield new files and folders that are another one on Windows and macOS."""
    known = {name.casefold(): name for name in {*before, *tree.folders(before)}}
    for name in sorted({*after, *tree.folders(after)} - {*before, *tree.folders(before)}):
        other = known.setdefault(name.casefold(), name)
        if other != name:
            yield Finding(name, 0, f"is the same as {other} on Windows and macOS")


def _behind_modules(before: Tree, after: Tree) -> Iterator[Finding]:
    """Yield new modules in a folder that is called like the module beside it: that one counts."""
    for path in sorted(after.keys() - before.keys()):
        folder = path.rpartition("/")[0]
        module = f"{folder}.py"
        is_package = f"{folder}/__init__.py" in after
        if path.endswith(".py") and folder and module in after and not is_package:
            yield Finding(path, 0, f"cannot be imported, because {module} has the same name")


def _checks(path: str) -> list[tuple[Check, str]]:
    twice = "{} is there twice"
    name = PurePosixPath(path)
    if name.suffix == ".py":
        unbound_name = "{} is used, and nothing defines or imports it"
        return [(duplicates.in_classes, twice), (unbound, unbound_name)]
    if name.suffix in {".yml", ".yaml"}:
        undefined = "{} is used, and nothing in this file defines it"
        return [
            (duplicates.in_yaml, twice),
            (references.aliases, undefined),
            (references.names, undefined),
        ]
    if name.suffix == ".toml":
        return [(duplicates.in_toml, twice)]
    if name.name.startswith(".env"):
        return [(duplicates.in_env, twice)]
    return []


def _revisions(before: Tree, after: Tree, places: Locations) -> Iterator[Finding]:
    known = {(each.path, each.message) for each in of_revisions(before, places)}
    for finding in of_revisions(after, places):
        if (finding.path, finding.message) not in known:
            yield finding


def of_revisions(tree: Tree, places: Locations) -> Iterator[Finding]:
    """Yield the revisions because of which Alembic cannot go from the first one to the last."""
    every = migrations.all_of(tree, places)
    by_name = {revision.name: revision for revision in every}
    heads = revisions.heads(every)
    roots = sorted(revision.name for revision in by_name.values() if not revision.down)
    if len(heads) > 1:
        message = f"one of several heads: {', '.join(heads)}; {migrations.MERGE_HEADS}"
        yield from (Finding(by_name[name].path, 0, message) for name in heads[1:])
    if len(roots) > 1:
        message = f"one of several first revisions: {', '.join(roots)}"
        yield from (Finding(by_name[name].path, 0, message) for name in roots[1:])
    for name, count in Counter(revision.name for revision in every).items():
        if count > 1:
            yield Finding(by_name[name].path, 0, f"the id {name} is there twice")
    for revision in by_name.values():
        for name in revision.down:
            if name not in by_name:
                yield Finding(revision.path, 0, f"builds upon {name}, which is not there")


def _last_names(path: str) -> set[str]:
    """Return how imports may call a module: the last part of its name."""
    parts = PurePosixPath(path).with_suffix("").parts
    return {parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]}


def broken_at(path: str, data: bytes) -> int:
    """Return the line at which a Python file can no longer be parsed; 0 when it is not known."""
    if not path.endswith(".py"):
        return 0
    try:
        ast.parse(data)
    except SyntaxError as error:
        return error.lineno or 0
    except ValueError:
        return 0
    return 0
