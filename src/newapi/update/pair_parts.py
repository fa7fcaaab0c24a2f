"""Parts that two features need together, missing because each was added on a branch of its own.

Git merges both branches, and the answers then have both features. Neither branch has what the
template adds only where both are on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from newapi.errors import Problem
from newapi.project import answers_file, migrations
from newapi.project.answers_file import ANSWERS_FILE

if TYPE_CHECKING:
    from newapi.project.git import Repository
    from newapi.project.tree import Entry, Tree
    from newapi.template.catalog import Catalog, Value

    Answers: TypeAlias = Mapping[str, Value]
    Render: TypeAlias = Callable[[Answers], Tree]


@dataclass(frozen=True)
class Part:
    """Lines of a file of the template, from `start` to `end`; a whole file from 0 to its end."""

    path: str
    start: int
    end: int
    features: tuple[str, ...]
    text: str
    line: int  # where the project lacks it
    instead: tuple[bytes, ...] = ()  # lines of a single feature that the project has there
    is_file: bool = False

    @property
    def message(self) -> str:
        """Return a sentence about the missing part."""
        names = " and ".join(self.features)
        what = "this file" if self.is_file else f"`{self.text}`"
        return f"lacks {what}, which {names} need together"


@dataclass(frozen=True)
class Version:
    """The version of the template that a project has, with its answers."""

    base: Tree
    known: Catalog
    answers: Answers
    render: Render


def find(repository: Repository, read: Callable[[], Tree], version: Version) -> list[Part]:
    """Return the parts that two features need together and that a project lacks.

    `read` returns the project. Parts that the project had once are not missing: they were deleted.
    """
    base, known, given = version.base, version.known, version.answers
    added = _added_later(repository, known, given)
    if len(added) < 2:
        return []
    ours = read()
    holes = {path: found for path in sorted(base) if (found := _holes(path, base, ours))}
    if not holes:
        return []
    without = {name: version.render(_off(name, known, given)) for name in added}
    parts = [part for path in holes for part in _parts(path, holes[path], base, without, known)]
    return [part for part in parts if not _was_there(repository, part)]


def cut(base: Tree, parts: list[Part]) -> dict[str, Entry]:
    """Return the template without the missing parts: a merge with the whole one brings them."""
    result = dict(base)
    for part in sorted(parts, key=lambda part: (part.path, -part.start)):
        if part.is_file:
            result.pop(part.path, None)
            continue
        entry = result[part.path]
        lines = entry.data.splitlines(keepends=True)
        lines[part.start : part.end] = [line + b"\n" for line in part.instead]
        result[part.path] = replace(entry, data=b"".join(lines))
    return result


def reasons(parts: list[Part]) -> Iterator[Problem]:
    """Yield a problem for each pair of features with missing parts."""
    for names in sorted({part.features for part in parts}):
        paths = sorted({part.path for part in parts if part.features == names})
        rest = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
        message = f"Parts that {' and '.join(names)} need together are missing in: "
        yield Problem(f"{message}{', '.join(paths[:5])}{rest}.", "newapi update --repair")


def _added_later(repository: Repository, known: Catalog, given: Answers) -> list[str]:
    """Return the features that are on, and were off in the first answers that git has."""
    options = ("--full-history", "--reverse", "--format=%H", "HEAD", "--", ANSWERS_FILE)
    commits = repository.run("log", *options).decode().split()
    first: Mapping[str, str] = {}
    if commits and not (repository.git_dir / "shallow").exists():
        name = f"{commits[0]}:{repository.prefix}{ANSWERS_FILE}"
        first, _ = answers_file.parse(repository.run("show", name, accepted=(0, 128)))
    return [
        name
        for name, feature in known.features.items()
        if given[name] != feature.off and first.get(name) != _written(given[name])
    ]


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def _off(name: str, known: Catalog, given: Answers) -> Answers:
    """Return the answers without a feature, and without those that require it."""
    names = {name}
    while more := {
        other
        for other, feature in known.features.items()
        if other not in names and given[other] != feature.off and names & {*feature.requires}
    }:
        names |= more
    return {**given, **{each: known.features[each].off for each in names}}


class _Hole(NamedTuple):
    """Lines of the template that a file of the project has not, and the lines in their place."""

    start: int
    end: int
    line: int
    instead: tuple[bytes, ...] = ()


def _holes(path: str, base: Tree, ours: Tree) -> list[_Hole]:
    """Return the lines of a file that the project has not."""
    wanted, present = base[path], ours.get(path)
    if wanted == present or path == ANSWERS_FILE or migrations.is_revision(path):
        return []
    if not wanted.is_text or (present is not None and not present.is_text):
        return []
    lines = wanted.data.splitlines()
    if present is None:
        return [_Hole(0, len(lines), 0)]
    have = present.data.splitlines()
    matcher = SequenceMatcher(None, lines, have, autojunk=False)
    return [
        _Hole(i1, i2, j1 + 1, tuple(have[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag in {"delete", "replace"} and {*lines[i1:i2]} - {*have}
    ]


def _parts(
    path: str,
    holes: list[_Hole],
    base: Tree,
    without: Mapping[str, Tree],
    known: Catalog,
) -> Iterator[Part]:
    lines = base[path].data.splitlines()
    others = {
        name: {*made[path].data.splitlines()} if path in made else set[bytes]()
        for name, made in without.items()
    }
    single = {line for made in others.values() for line in made}
    for hole in holes:
        if not hole.line:
            names = _together([name for name, made in without.items() if path not in made], known)
            if names:
                yield Part(path, 0, hole.end, names, "", 0, is_file=True)
            continue
        for begin, last in _runs(lines, hole.start, hole.end, others, known):
            names = _features_of(lines[begin], others, known)
            text = lines[begin].decode(errors="replace").strip()
            first = _with_decorators(lines, hole.start, begin)
            is_whole = (first, last) == hole[:2] and single.issuperset(hole.instead)
            instead = hole.instead if is_whole else ()
            yield Part(path, first, last, names, text, hole.line, instead)


def _runs(
    lines: list[bytes], start: int, end: int, others: Mapping[str, set[bytes]], known: Catalog
) -> Iterator[tuple[int, int]]:
    """Yield runs of lines that begin with one that two features need together."""
    first = -1
    for number in range(start, end):
        is_plain = _is_plain(lines[number])
        if not is_plain and _features_of(lines[number], others, known):
            first = number if first < 0 else first
        elif not is_plain and first >= 0:
            yield first, number
            first = -1
    if first >= 0:
        yield first, end


def _with_decorators(lines: list[bytes], start: int, first: int) -> int:
    """Return where the decorators of a definition begin: many functions have the same ones."""
    while first > start and lines[first - 1].lstrip().startswith(b"@"):
        first -= 1
    return first


def _is_plain(line: bytes) -> bool:
    """Whether a line has no letter or digit, such as a bracket."""
    return not any(character.isalnum() for character in line.decode(errors="replace"))


def _features_of(line: bytes, others: Mapping[str, set[bytes]], known: Catalog) -> tuple[str, ...]:
    return _together([name for name, made in others.items() if line not in made], known)


def _together(names: list[str], known: Catalog) -> tuple[str, ...]:
    """Return the features without which a part is not there, where none requires another."""
    free = [name for name in names if not any(name in _required(other, known) for other in names)]
    pairs = combinations(free, 2)
    return tuple(free) if any(True for _ in pairs) else ()


def _required(name: str, known: Catalog) -> set[str]:
    found = set[str]()
    waiting = [name]
    while waiting:
        more = {*known.features[waiting.pop()].requires} - found
        found |= more
        waiting += [each for each in more if each in known.features]
    return found


def _was_there(repository: Repository, part: Part) -> bool:
    """Whether a commit of the project has ever had a part."""
    search = () if part.is_file else (f"-S{part.text}",)
    options = ("--max-count=1", "--format=%H", *search, "HEAD", "--", part.path)
    return bool(repository.run("log", *options).strip())
