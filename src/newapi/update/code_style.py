"""Format the template's sides of a merge as the project formats its own code.

A file that was only reformatted would conflict at nearly every change. Formatted in the same way,
the template differs from it only where the code was changed. Files of the project stay as they are.
"""

from __future__ import annotations

import ast
import itertools
import os
import posixpath
import re
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeAlias

from newapi.errors import NewapiError
from newapi.resources.formatting import find_ruff
from newapi.terminal import programs
from newapi.update.modules import parsed

if TYPE_CHECKING:
    from newapi.project.tree import Entry, Tree
    from newapi.update.pairing import Case

_FORMATTED = (".py", ".md")  # in documents, ruff formats blocks of code
NOTE = "the template's side was formatted with the settings of your project"

_FORMATTED_ONLY = "your project has only formatted it"
_CONFIGS = frozenset({"ruff.toml", ".ruff.toml", "pyproject.toml"})
_EMPTY = "ruff.toml"
_COMMON = ("--no-cache", "--quiet", "--no-respect-gitignore", "--force-exclude")
_IMPORTS = ("--select=I", "--fixable=I", "--fix", "--exit-zero")
_ANY_EXIT_CODE = range(256)  # files that ruff cannot parse, or a wrong setting, stay as they are

Setting: TypeAlias = Callable[[Any], str]

_BLACK: Mapping[str, Setting] = {
    "line-length": lambda value: f"line-length={int(value)}",
    "skip-string-normalization": lambda value: (
        f'format.quote-style="{"preserve" if value else "double"}"'
    ),
    "skip-magic-trailing-comma": lambda value: _switch("format.skip-magic-trailing-comma", value),
}
_ISORT: Mapping[str, Setting] = {
    "line_length": _BLACK["line-length"],
    "force_single_line": lambda value: _switch("lint.isort.force-single-line", value),
    "force_sort_within_sections": lambda value: _switch(
        "lint.isort.force-sort-within-sections", value
    ),
    "combine_as_imports": lambda value: _switch("lint.isort.combine-as-imports", value),
}

Settings = tuple[str, ...]
Style: TypeAlias = Settings | bytes  # settings of ruff; or only the indentation of a level
Texts = Mapping[str, tuple[bytes, bytes]]

_INDENT = re.compile(rb"^[ \t]+(?=\S)", re.MULTILINE)
_LEVELS = re.compile(rb"^(?: {4})+")
_INDENTS: Mapping[bytes, Settings] = {
    b"\t": ('format.indent-style="tab"',),
    b"  ": ("indent-width=2",),
}


def _is_config(path: str) -> bool:
    """Whether a path may hold the configuration of a formatter."""
    name = PurePosixPath(path)
    return name.name in _CONFIGS or (name.suffix == ".toml" and "ruff" in name.name)


def apply(cases: Iterable[Case], ours: Tree) -> list[Case]:
    """Return the cases with both sides of the template formatted where the project's file is.

    Where that is so anywhere, it is done too to new files, and to those that the project has
    left as they were and that its settings would not change.
    """
    cases = list(cases)
    paths = {*ours, *(path for case in cases for path in (case.path, case.origin))}
    modules = frozenset(path for path in paths if path.endswith(".py"))
    return _CodeStyle(ours, modules).apply(cases)


@dataclass(frozen=True)
class _CodeStyle:
    """How a project formats its code: its files, among them the configuration; and its modules."""

    ours: Tree
    modules: Collection[str]

    def apply(self, cases: Sequence[Case]) -> list[Case]:
        """Return the cases, formatted."""
        edited = {case.path: case for case in cases if _is_edited(case)}
        best, used = self._best(edited)
        if not used:
            return [*cases]
        others = {case.path: case for case in cases if _is_taken(case)}
        formatted = self._format(others, used.most_common(1)[0][0])
        for path, (base, theirs) in formatted.items():
            if others[path].base is None or _data(others[path].base) == base:
                best[path] = base, theirs
        return [_with(case, *best[case.path]) if case.path in best else case for case in cases]

    def _best(
        self, edited: Mapping[str, Case]
    ) -> tuple[dict[str, tuple[bytes, bytes]], Counter[Style]]:
        """Return the texts that are nearer to the project's, and how often which style won."""
        best: dict[str, tuple[bytes, bytes]] = {}
        used: Counter[Style] = Counter()
        scores = {path: _likeness(case, _data(case.base)) for path, case in edited.items()}
        tried: list[Style] = [*self._settings]
        if indent := _indentation(edited.values()):
            tried += [*(each + _INDENTS[indent] for each in self._settings), indent]
        for style in tried if edited else ():
            for path, (base, theirs) in self._format(edited, style).items():
                if (score := _likeness(edited[path], base)) > scores[path]:
                    scores[path], best[path] = score, (base, theirs)
                    used[style] += 1
        return best, used

    @property
    def _settings(self) -> list[Settings]:
        """Return the settings to try on top of the configuration of ruff: none, and black's."""
        entry = self.ours.get("pyproject.toml")
        try:
            tools = tomllib.loads(entry.data.decode("utf-8-sig"))["tool"] if entry else {}
        except (ValueError, KeyError):
            return [()]
        black, isort = (
            tools[name] if isinstance(tools.get(name), dict) else None
            for name in ("black", "isort")
        )
        if black is None and isort is None:
            return [()]
        # black's defaults count too, where ruff is configured otherwise
        given = {"line-length": 88, **(black or {})} if black is not None else {}
        found = [*_options(isort or {}, _ISORT), *_options(given, _BLACK)]
        return [(), tuple(found)] if found else [()]

    def _format(self, cases: Mapping[str, Case], style: Style) -> Texts:
        """Sort imports and format the template's sides; return them by path."""
        if isinstance(style, bytes):
            return {
                path: (_indented(_data(case.base), style), _indented(_data(case.theirs), style))
                for path, case in cases.items()
            }
        with tempfile.TemporaryDirectory(prefix="newapi-format-") as name:
            folder = Path(name)
            paths = list[str]()
            for side in ("base", "theirs"):
                self._lay_out(folder / side)
                for path, case in cases.items():
                    if entry := getattr(case, side):
                        _write(folder / side / path, entry.data)
                        paths.append(f"{side}/{path}")
            _run_ruff(folder, style, paths)
            return {
                path: (
                    _read(folder / "base" / path, case.base),
                    _read(folder / "theirs" / path, case.theirs),
                )
                for path, case in cases.items()
            }

    def _lay_out(self, root: Path) -> None:
        """Write what ruff reads: configuration, and which modules are the project's own."""
        root.mkdir()
        for path, data in self._configs.items():
            _write(root / path, data)
        if self._configs.keys().isdisjoint(_CONFIGS):
            _write(root / _EMPTY, b"")
        for folder in {path.rpartition("/")[0] for path in self.modules}:
            (root / folder).mkdir(parents=True, exist_ok=True)
        for path in self.modules:
            (root / path).touch()

    @cached_property
    def _configs(self) -> dict[str, bytes]:
        """The files with configuration, and those that they extend."""
        files = {path: entry.data for path, entry in self.ours.items() if entry.kind == "file"}
        found = {path: data for path, data in files.items() if _is_config(path)}
        following = [*found]
        while following:
            path = following.pop()
            extended = _extended(path, files[path])
            if extended in files and extended not in found:
                found[extended] = files[extended]
                following.append(extended)
        return found


def _extended(path: str, data: bytes) -> str:
    """Return the path of the configuration that a configuration of ruff extends, or nothing."""
    try:
        settings = tomllib.loads(data.decode("utf-8-sig"))
        if PurePosixPath(path).name == "pyproject.toml":
            settings = settings["tool"]["ruff"]
        return posixpath.normpath(posixpath.join(posixpath.dirname(path), settings["extend"]))
    except (ValueError, KeyError, TypeError):
        return ""


def _run_ruff(folder: Path, settings: Settings, paths: Sequence[str]) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RUFF_")}
    options = [*_COMMON, *(f"--config={setting}" for setting in settings)]
    try:
        ruff = find_ruff()
        for words in (("check", *_IMPORTS), ("format",)):
            command = [ruff, words[0], *options, *words[1:], "--", *paths]
            programs.run(command, cwd=folder, environment=environment, accepted=_ANY_EXIT_CODE)
    except NewapiError:
        return  # without ruff nothing is formatted


def _options(given: Mapping[str, Any], known: Mapping[str, Setting]) -> list[str]:
    """Return options of black or isort as settings of ruff; others have no equal there."""
    names = {name: name.replace("_", "-") if known is _BLACK else name for name in given}
    return [
        known[names[name]](value)
        for name, value in given.items()
        if names[name] in known and isinstance(value, (bool, int))
    ]


def _indentation(cases: Collection[Case]) -> bytes:
    """Return the indentation of most files, where it is not four spaces.

    A project may be indented in another way by an editor, without a setting that ruff reads.
    """
    found = Counter(min(lines) for case in cases if (lines := _INDENT.findall(_data(case.ours))))
    indent, count = found.most_common(1)[0] if found else (b"", 0)
    return indent if indent in _INDENTS and 2 * count > len(cases) else b""


def _indented(text: bytes, indent: bytes) -> bytes:
    """Return a module with another indentation, as an editor does it: of docstrings too.

    Other strings stay as they are, because spaces in them count.
    """
    module = parsed(text)
    if module is None:
        return text
    kept = {line for node in ast.walk(module) for line in _lines_inside(node)}
    kept -= {line for node in _docstrings(module) for line in _lines_inside(node)}
    return b"".join(
        line if number in kept else _LEVELS.sub(lambda m: indent * (len(m[0]) // 4), line)
        for number, line in enumerate(text.splitlines(keepends=True), 1)
    )


def _docstrings(module: ast.Module) -> Iterator[ast.expr]:
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(module):
        if isinstance(node, kinds) and node.body and isinstance(node.body[0], ast.Expr):
            yield node.body[0].value


def _lines_inside(node: ast.AST) -> Iterable[int]:
    """Return the lines of a string that begin inside of it."""
    if not isinstance(node, ast.Constant | ast.JoinedStr) or node.end_lineno is None:
        return ()
    return range(node.lineno + 1, node.end_lineno + 1)


def _switch(name: str, value: object) -> str:
    return f"{name}={'true' if value else 'false'}"


def _is_edited(case: Case) -> bool:
    """Whether a file was changed by the project, and changed or dropped by the template."""
    base, ours, theirs = case.base, case.ours, case.theirs
    if not case.path.endswith(_FORMATTED) or base is None or ours is None:
        return False
    if not all(side.is_text for side in (base, ours, theirs) if side):
        return False
    return base.data not in (ours.data, _data(theirs)) and ours.data != _data(theirs)


def _is_taken(case: Case) -> bool:
    """Whether a Python file of the template is taken as it is."""
    if not case.path.endswith(_FORMATTED) or case.theirs is None or not case.theirs.is_text:
        return False
    return case.ours == case.base != case.theirs


def _data(entry: Entry | None) -> bytes:
    return entry.data if entry else b""


def _likeness(case: Case, base: bytes) -> int:
    """Count the lines, and the pairs of lines, of a text that the project's file has too."""
    return (_parts(_data(case.ours)) & _parts(base)).total()


def _parts(text: bytes) -> Counter[tuple[bytes, ...]]:
    lines = text.splitlines()
    filled = [line for line in lines if line.strip()]  # else blocks could change their places
    pairs = itertools.chain(itertools.pairwise(lines), itertools.pairwise(filled))
    return Counter([*zip(lines, strict=True), *pairs])


def _with(case: Case, base: bytes, theirs: bytes) -> Case:
    """Return a case with formatted sides; it says so where the template has changed them."""
    if (base, theirs) == (_data(case.base), _data(case.theirs)):
        return case
    old = replace(case.base, data=base) if case.base else None
    if case.theirs is None:
        is_same = base == _data(case.ours)
        return case._replace(base=case.ours, note=_FORMATTED_ONLY) if is_same else case
    new = replace(case.theirs, data=theirs)
    note = "; ".join(filter(None, (case.note, NOTE if new not in (old, case.ours) else "")))
    return case._replace(base=old, theirs=new, note=note)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _read(path: Path, before: Entry | None) -> bytes:
    """Return a formatted text with the line ends that it had before: they are merged apart."""
    if before is None:
        return b""
    text = path.read_bytes()
    return text if b"\r\n" in before.data else text.replace(b"\r\n", b"\n")
