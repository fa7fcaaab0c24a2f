"""Projects that their owners work on are updated, and do what they did before and what is new."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from newapi.template.catalog import Value
from tests.e2e.conftest import typed
from tests.e2e.owner import (
    FILL,
    LOOK,
    commit,
    give_items_a_color,
    newapi,
    settle,
    use_new_names,
    work,
)
from tests.e2e.project import Project

OnRealDatabase = Callable[[Project, Mapping[str, Value]], Project]
CHECKS = (
    "uv run mypy .",
    "uv run alembic upgrade head",
    "uv run alembic check",
    "uv run pytest --quiet -n auto",
)


@dataclass(frozen=True)
class Story:
    """One project: how it begins, and how it is updated."""

    start: str
    words: tuple[str, ...]
    end: str = ""
    database: str = "sqlite"
    answers: Mapping[str, Value] = field(default_factory=dict)
    is_quick: bool = False

    @property
    def has_items_to_the_end(self) -> bool:
        """Whether items are there all the time."""
        return self.answers.get("items", True) is True and "items" not in self.words


STORIES = {
    "nothing-else": Story("0.1.0", ()),
    "sign-in": Story("0.1.0", ("--with", "oauth,email"), "0.2.0", "postgres"),
    "no-jobs": Story("0.1.0", ("--with", "cache", "--without", "jobs,rate_limit"), "0.2.0"),
    "no-items": Story("0.1.0", ("--with", "admin,metrics", "--without", "items"), "0.2.0"),
    "background": Story("0.1.0", ("--with", "background,envelope"), database="postgres"),
    "mysql": Story("0.1.0", ("--with", "oauth,email,admin"), database="mysql"),
    "threads": Story("0.2.0", ("--with", "jobs=background"), is_quick=True),
    "smaller": Story(
        "0.2.0",
        ("--without", "items", "--without", "oauth"),
        database="postgres",
        answers={"oauth": True, "email": True, "cache": True},
    ),
    "observed": Story(
        "0.2.0",
        ("--with", "envelope,metrics,tracing"),
        answers={"jobs": "none", "rate_limit": False, "docker": False},
    ),
    "everything": Story(
        "0.2.0", ("--preset", "full", "--set", "database=sqlite"), answers={"jobs": "background"}
    ),
    "accounts": Story(
        "0.2.0",
        ("--with", "items,admin"),
        answers={"items": False, "jobs": "none", "license": "MIT"},
    ),
    "queue": Story(
        "0.1.0", ("--with", "email", "--without", "rate_limit"), answers={"ci": "gitlab"}
    ),
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if story.is_quick else pytest.mark.long)
        for name, story in STORIES.items()
    ],
)
def test_merged_project_works(
    name: str,
    tmp_path: Path,
    environment: dict[str, str],
    on_real_database: OnRealDatabase,
    subtests: pytest.Subtests,
) -> None:
    story = STORIES[name]
    answers = {"database": story.database, **story.answers}
    choices = [f"--set={question}={typed(value)}" for question, value in answers.items()]
    maker = Project(tmp_path, environment)
    newapi(maker, "create", "shop", "--ref", story.start, "--defaults", "--no-lock", *choices)
    project = Project(tmp_path / "shop", environment)
    work(project)
    if story.has_items_to_the_end:
        give_items_a_color(project)
    project.run("uv sync --quiet")
    commit(project)
    project = on_real_database(project, answers)
    project.run("uv run alembic upgrade head")
    project.run(["uv", "run", "python", "-c", FILL])

    told = newapi(project, "update", *(["--to", story.end] if story.end else []), *story.words)

    settle(project)
    use_new_names(project, told)
    commit(project)
    project.run("uv sync --quiet")
    for command in CHECKS:
        with subtests.test(command):
            project.run(command)
    looks = ["SELECT email FROM users", "SELECT title FROM items"]
    rows = project.run(
        ["uv", "run", "python", "-c", LOOK, *looks[: 1 + story.has_items_to_the_end]]
    )
    assert rows.split() == ["ada@example.com", "Engine"][: 1 + story.has_items_to_the_end]
