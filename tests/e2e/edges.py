"""Tests of edge cases, which run in generated projects but are no part of them."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.project import Project

FOLDER = Path(__file__).parent / "edge_cases"
NEEDS = "# Needs "


def add_edge_cases(project: Project, folder: str = "", pattern: str = "*.py") -> list[str]:
    """Copy the tests for which the project has every file in their first line; return their paths.

    Each comes to lie beside the project's own tests, whose fixtures it uses.
    """
    added = []
    for file in sorted((FOLDER / folder).rglob(pattern)):
        first, text = file.read_text(encoding="utf-8").split("\n", 1)
        assert first.startswith(NEEDS), file
        if all((project.path / path).exists() for path in first.removeprefix(NEEDS).split()):
            path = Path("tests", file.relative_to(FOLDER))
            assert not (project.path / path).exists(), path
            (project.path / path.parent).mkdir(exist_ok=True)
            (project.path / path.parent / "__init__.py").touch()
            (project.path / path).write_text(text, encoding="utf-8")
            added.append(path.as_posix())
    return added
