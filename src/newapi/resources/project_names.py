"""The names that a project has already: its resources, and the names in its code."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from newapi.resources.definition import Definition

_CLASS = re.compile(r"^class (\w+)", re.MULTILINE)
_ATTRIBUTE = re.compile(r"^    (\w+) ?:", re.MULTILINE)
_TABLE = re.compile(r"""^ +__tablename__ = ["'](\w+)["']""", re.MULTILINE)
_MODULES = re.compile(
    r"app/(?:models|schemas|crud|admin|api/v\d+/endpoints)/\w+\.py|tests/factories/\w+\.py"
)
_TESTS = re.compile(r"tests/(?:admin|api/v\d+)/test_(\w+)\.py")


@dataclass(frozen=True)
class ProjectNames:
    """A project as its resources see it; every taken name with the file that has it."""

    definitions: Mapping[str, Definition] = field(default_factory=dict)
    modules: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)
    accounts: bool = True
    storage: bool = True
    database: str = "sqlite"
    test_modules: Mapping[str, str] = field(default_factory=dict)
    bundled: frozenset[str] = frozenset()  # resources of the template that can get fields
    attributes: Mapping[str, frozenset[str]] = field(default_factory=dict)  # that those have

    def with_definition(self, definition: Definition) -> ProjectNames:
        """Return the project with one resource more, or another one of its name."""
        return replace(self, definitions={**self.definitions, definition.name: definition})

    def with_bundled(self, names: Iterable[str], texts: Mapping[str, str]) -> ProjectNames:
        """Return the project with the resources of the template that can get fields."""
        attributes = {name: frozenset(_attributes(name, texts)) for name in names}
        return replace(self, bundled=frozenset(attributes), attributes=attributes)

    def without_resources(self) -> ProjectNames:
        """Return the project as it is without its resources and their code."""
        made = (each for each in self.definitions.values() if not each.bundled)
        words = {name for each in made for name in (each.name, each.plural)}
        files = {
            path
            for taken in (self.modules, self.test_modules)
            for word, path in taken.items()
            if word in words
        }
        return replace(
            self,
            definitions={},
            modules=_without(self.modules, files),
            classes=_without(self.classes, files),
            tables=_without(self.tables, files),
            test_modules=_without(self.test_modules, files),
        )


def _without(taken: Mapping[str, str], files: Collection[str]) -> dict[str, str]:
    return {name: path for name, path in taken.items() if path not in files}


def look(
    definitions: Mapping[str, Definition],
    texts: Mapping[str, str],
    *,
    accounts: bool,
    storage: bool,
    database: str,
) -> ProjectNames:
    """Look at a project: its definitions, and its Python files by their paths."""
    code = {path: text for path, text in sorted(texts.items()) if path.endswith(".py")}
    modules = {PurePosixPath(path).stem: path for path in code if _MODULES.fullmatch(path)}
    modules.pop("__init__", None)
    tests = {found[1]: path for path in code if (found := _TESTS.fullmatch(path))}
    classes = dict(_found(_CLASS, code, "app/"))
    tables = {**dict(_found(_TABLE, code, "app/models/")), "alembic_version": "alembic"}
    return ProjectNames(
        definitions=definitions,
        modules=modules,
        test_modules=tests,
        classes=classes,
        tables=tables,
        accounts=accounts,
        storage=storage,
        database=database,
    )


def _attributes(name: str, code: Mapping[str, str]) -> Iterator[str]:
    """Return the attributes of the model and the schemas of a resource."""
    for folder in ("models", "schemas"):
        yield from _ATTRIBUTE.findall(code.get(f"app/{folder}/{name}.py", ""))


def _found(
    pattern: re.Pattern[str], code: Mapping[str, str], folder: str
) -> Iterator[tuple[str, str]]:
    for path, text in code.items():
        if path.startswith(folder):
            yield from ((name, path) for name in pattern.findall(text))
