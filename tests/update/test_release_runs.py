"""A merge in memory equals the update of a project in git."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from newapi.project import tree
from newapi.project.answers_file import ANSWERS_FILE
from newapi.update.merge import Rules
from newapi.update.planning import join
from newapi.update.text_merge import Labels
from tests.update.library import Journey, Library, edited
from tests.update.project import Project, put
from tests.update.stories import Edit, edits_of

GENTLE = ("insert", "replace", "append", "delete line", "move", "chmod", "binary", "remove")
some = edits_of(*GENTLE, length=400)
numbers = st.integers(0, 10_000)
few = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def compare(library: Library, journey: Journey, by_user: list[Edit], project: Project) -> None:
    """Update for real and in memory."""
    sides = library.sides(journey)
    user = edited(sides, by_user)
    for name, entry in user.tree.items():
        put(project.path / name, entry)
    project.commit()
    is_same = journey.start == journey.end
    theirs = f"template {journey.end}" + " with the new choices" * is_same
    rules = Rules(
        Labels("your project", f"template {journey.start}", theirs), always_theirs={ANSWERS_FILE}
    )
    _, merged = join(sides, user.tree, rules, library.lineage(journey), keep_tables=False)
    words = [
        f"--set={name}={str(v).lower() if isinstance(v, bool) else v}"
        for name, v in library.choice(journey).items()
    ]
    if journey.end != library.releases[-1]:
        words += ["--to", journey.end]

    result = project.update(*words)

    found = {n: e for n, e in tree.read(project.path).items() if not n.startswith(".git/")}
    assert result.code in {0, 3}, result.err
    assert found == merged.tree


@pytest.mark.slow
@pytest.mark.usefixtures("home")
@few
@given(numbers, some)
def test_real_projects_are_updated_as_in_memory(
    library: Library,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    number: int,
    by_user: list[Edit],
) -> None:
    journeys = library.journeys(2)
    compare(
        library,
        journeys[number % len(journeys)],
        by_user,
        Project(tmp_path / uuid4().hex / "shop", capfd),
    )


@pytest.mark.long
@pytest.mark.usefixtures("home")
@settings(few, max_examples=40)
@given(numbers, some)
def test_real_projects_are_updated_as_in_memory_at_length(
    library: Library,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    number: int,
    by_user: list[Edit],
) -> None:
    journeys = library.journeys(12)
    compare(
        library,
        journeys[number % len(journeys)],
        by_user,
        Project(tmp_path / uuid4().hex / "shop", capfd),
    )
