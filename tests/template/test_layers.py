"""The import rules of a project name all its modules, and its modules keep them."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def modules(project: Path) -> dict[str, Path]:
    """Return the modules of the application that have code, by name."""
    return {
        ".".join(path.relative_to(project).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (project / "app").rglob("*.py")
        if path.stat().st_size
    }


def layers(project: Path) -> list[set[str]]:
    """Return the names in each layer, outer layers first."""
    tools = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    [contract] = tools["importlinter"]["contracts"]
    return [set(layer.split(" | ")) for layer in contract["layers"]]


def holds(name: str, module: str) -> bool:
    """Return whether a name in a layer is the module or a package that it is in."""
    return f"{module}.".startswith(f"{name}.")


def imported(path: Path, known: dict[str, Path]) -> Iterator[str]:
    """Yield the modules of the application that a module imports."""
    for module, names in imports(path.read_text(encoding="utf-8")):
        if module in known:
            yield module
        else:
            yield from {f"{module}.{name}" for name in names} & known.keys()


@cache
def imports(code: str) -> list[tuple[str, list[str]]]:
    """Return each module that code imports from, with the names that it imports."""
    return [
        (node.module, [name.name for name in node.names])
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ImportFrom) and node.module
    ]


def test_each_module_is_in_one_layer_and_each_layer_exists(project: Path) -> None:
    names = [name for layer in layers(project) for name in layer]
    root = {"app"}  # its docstring

    assert not [
        module
        for module in modules(project).keys() - root
        if sum(holds(name, module) for name in names) != 1
    ]
    assert not [
        name
        for name in names
        if not (project / f"{name.replace('.', '/')}.py").exists()
        and not (project / name.replace(".", "/")).is_dir()
    ]


def test_a_module_imports_only_from_layers_below_its_own(project: Path) -> None:
    known, order = modules(project), layers(project)

    def find(module: str) -> tuple[int, str]:
        return next(
            (number, name)
            for number, layer in enumerate(order)
            for name in layer
            if holds(name, module)
        )

    wrong = [
        f"{module} imports {other}"
        for module, path in known.items()
        if module != "app"
        for other in imported(path, known)
        if find(other)[1] != find(module)[1] and find(other)[0] <= find(module)[0]
    ]

    assert not wrong
