"""A dry run says what the real run does: outcomes, exit code, document; and writes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.marks import slow_after
from tests.update.project import Project

Edit = Callable[[Project], None]


def nothing(_project: Project) -> None:
    """Leave the project as the template made it."""


def changes(project: Project) -> None:
    """Change lines that the template changes too, and others."""
    project.replace("app/main.py", "m = 3", "mine = True")
    project.replace("app/helpers.py", "h = 4", "mine = True")
    project.write("logo.png", b"\x89PNG\0mine")


def moves(project: Project) -> None:
    """Move and delete files."""
    (project.path / "lib").mkdir()
    (project.path / "app/main.py").rename(project.path / "lib/start.py")
    (project.path / "app/items.py").unlink()
    (project.path / "run.sh").unlink()


def obstacles(project: Project) -> None:
    """Put files of one's own where the template wants some."""
    project.write("docs", "mine\n")
    project.write("app/support.py/mine.txt", "mine\n")
    project.write("alembic/versions/mine.py", "revision = 'm'\ndown_revision = '0002_items'\n")


def secrets(project: Project) -> None:
    """Change what git ignores."""
    project.replace("local.secret", "l = 3", "mine")
    (project.path / ".env").write_text("DATABASE=mine\n")


def heads(project: Project) -> None:
    """Make two heads of the migrations."""
    for name in ("one", "two"):
        text = f"revision = '{name}'\ndown_revision = '0002_items'\n"
        project.write(f"alembic/versions/{name}.py", text)


def both_runs(project: Project, *words: str) -> None:
    """Run dry, then really, and compare."""
    place = () if words[0] == "update" else ("--project", str(project.path))
    command = (words[0], str(project.path), *words[1:]) if not place else (*words, *place)
    before = project.snapshot()

    dry = project.run(*command, "--json", "--dry-run")

    assert project.snapshot() == before
    real = project.run(*command, "--json")
    expected = real.document
    if "dry_run" in expected:
        expected = {**expected, "dry_run": True}
    assert (dry.code, dry.document) == (real.code, expected)
    assert (project.snapshot() != before) == (real.code in {0, 3} and not expected["up_to_date"])


@pytest.mark.parametrize(
    "edit", slow_after(2, [changes, secrets, nothing, moves, obstacles, heads])
)
def test_dry_run_of_an_update(project: Project, edit: Edit) -> None:
    edit(project)
    project.commit()

    both_runs(project, "update")


@pytest.mark.parametrize(
    "words",
    [
        ("update", "--to", "v0.2.0"),
        ("update", "--conflict", "rej"),
        ("update", "--with", "tags", "--without", "items"),
        ("update", "--with", "itmes"),
        ("add", "tags"),
        ("add", "auth"),
        ("remove", "items"),
        ("remove", "auth", "--keep-tables"),
    ],
)
def test_dry_run_of_a_much_changed_project(project: Project, words: tuple[str, ...]) -> None:
    for edit in (changes, obstacles, secrets):
        edit(project)
    project.commit()

    both_runs(project, *words)


def test_dry_run_of_a_project_with_uncommitted_changes(project: Project) -> None:
    changes(project)

    both_runs(project, "update")
