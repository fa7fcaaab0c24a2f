"""The laws once more, on whole projects: random edits, then a real update through git."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from newapi.project import revisions, tree
from newapi.resources.formatting import find_ruff
from newapi.update import text_merge
from newapi.update.text_merge import Labels
from tests.update import releases
from tests.update.project import Project, fresh, put
from tests.update.stories import NEW_PATHS, Edit, Story, edits
from tests.update.test_features import revised

TARGETS = st.sampled_from(["v0.2.0", "v0.3.0"])
CHOICES = st.lists(
    st.sampled_from(["--with=tags", "--without=items", "--without=jobs", "--with=background"]),
    max_size=2,
    unique=True,
).filter(lambda words: len({word.split("=")[1] for word in words} & {"jobs", "background"}) < 2)
STEPS = st.lists(
    st.sampled_from([["add", "tags"], ["remove", "tags"], ["remove", "items"], ["add", "items"],
                     ["remove", "worker"], ["add", "worker"]]),
    min_size=2,
    max_size=4,
)  # fmt: skip
STYLE = st.sampled_from(["inline", "rej"])
few = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # shrinking takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass(frozen=True)
class Workshop:
    """A project to copy, and what fresh ones look like."""

    project: Project
    folder: Path

    def copy(self) -> Project:
        """Return a project of one's own."""
        path = self.folder / uuid4().hex / "demo"
        shutil.copytree(self.project.path, path, symlinks=True)
        return Project(path, self.project.capfd)


@pytest.fixture
def workshop(project: Project, here: Path) -> Iterator[Workshop]:
    """Return the projects of one test."""
    (here / "copies").mkdir()
    yield Workshop(project, here / "copies")
    shutil.rmtree(here / "copies")


def edit(project: Project, by_user: list[Edit]) -> Story:
    """Let the user edit everything, git-ignored files too, and commit."""
    files = {n: e for n, e in tree.read(project.path).items() if not n.startswith(".git/")}
    kept = {
        name: entry
        for name, entry in files.items()
        if name in {".copier-answers.yml", ".gitignore", ".env"} or name.startswith("alembic/")
    }
    mine = {name: entry for name, entry in files.items() if name not in kept}
    story = Story("user", dict(mine)).apply([one for one in by_user if not is_remain(*one)])
    for name in mine:
        (project.path / name).unlink()
    for name, entry in story.tree.items():
        put(project.path / name, entry)
    project.commit()
    story.tree |= kept
    return story


def is_remain(kind: str, number: int, _: int) -> bool:
    """Whether an edit adds a file like those that conflicts leave: updates are refused then."""
    path = NEW_PATHS[number % len(NEW_PATHS)]
    return kind.startswith("add") and path.endswith((".rej", ".template-new"))


def contents(project: Project) -> bytes:
    """Return everything that is in the project."""
    found = tree.read(project.path).items()
    return b"\n".join(entry.data for name, entry in found if not name.startswith(".git/"))


def reformat(project: Project) -> None:
    """Format the code with settings of the project's own."""
    settings_of_ruff = 'line-length = 60\n\n[format]\nquote-style = "single"\n'
    project.write("ruff.toml", settings_of_ruff)
    command = [find_ruff(), "format", "--no-cache", "--quiet", "."]
    subprocess.run(command, cwd=project.path, check=True)


def move(project: Project) -> None:
    """Move the application to another folder."""
    (project.path / "src").mkdir()
    project.git("mv", "app", "src/shop")


def revise(project: Project) -> None:
    """Write a migration by hand, on top of the others."""
    (head,) = revisions.heads(revised(project).values())
    about = {"name": "mine", "table": "mine", "title": "Mine", "down": head}
    text = releases.REVISION.format(**about, literal=f'"{head}"')
    project.write("alembic/versions/mine.py", text)


def merge_branches(project: Project) -> None:
    """Let two branches change features, and merge them."""
    project.git("branch", "other")
    assert project.run("remove", "worker", "--project", str(project.path), "--json").code == 0
    project.commit()
    project.git("switch", "--quiet", "other")
    assert project.run("add", "tags", "--project", str(project.path), "--json").code == 0
    project.commit()
    author = ("-c", "user.name=A", "-c", "user.email=a@b.c")
    project.git(*author, "merge", "--quiet", "--no-edit", "-X", "ours", "-")


EVENTS = {"format": reformat, "move": move, "revise": revise, "branches": merge_branches}
events_of_history = st.lists(st.sampled_from(sorted(EVENTS)), min_size=1, unique=True)


def laws(
    workshop: Workshop,
    by_user: list[Edit],
    version: str,
    words: list[str],
    events: Sequence[str] = (),
) -> None:
    """Update, look, take it back, and update again."""
    project = workshop.copy()
    for event in sorted(events):
        EVENTS[event](project)
        project.commit()
    story = edit(project, by_user)
    before = project.snapshot()

    result = project.update("--to", version, *words)

    assert result.code in {0, 3}, result.err
    document = result.document
    kept = contents(project)
    assert [token for token in story.tokens if token not in kept] == []

    marked = {
        name
        for name, entry in tree.read(project.path).items()
        if not name.startswith(".git/") and text_merge.markers(entry.data, Labels())
    }
    conflicts = {o["path"] for o in document["outcomes"] if o["action"] == "conflict"}
    assert len(revisions.heads(revised(project).values())) == 1
    unmerged = {row.split("\t")[1] for row in project.git("ls-files", "-u", "-z").split("\0")[:-1]}
    assert marked <= conflicts
    assert unmerged <= conflicts
    assert (result.code == 3) == bool(conflicts)
    assert set(project.git("diff", "--name-only", "-z").split("\0")[:-1]) <= unmerged

    after = project.snapshot()
    assert project.update("--abort").code == 0
    assert project.snapshot() == before
    again = project.update("--to", version, *words)
    assert (again.code, again.document) == (result.code, document)
    secrets = (".env",)
    assert {k: v for k, v in after[0].items() if k not in secrets} == {  # type: ignore[attr-defined]
        k: v for k, v in project.files().items() if k not in secrets
    }
    assert project.git("ls-files", "--stage") == after[1]
    shutil.rmtree(project.path.parent)


@few
@given(edits, TARGETS, CHOICES, STYLE)
@example([("folder", 29, 0)], "v0.2.0", [], "inline")
def test_every_law_holds_for_projects(
    workshop: Workshop, by_user: list[Edit], version: str, words: list[str], style: str
) -> None:
    laws(workshop, by_user, version, [*words, "--conflict", style])


@pytest.mark.long
@settings(few, max_examples=120)
@given(edits, TARGETS, CHOICES, STYLE)
def test_every_law_holds_for_projects_at_length(
    workshop: Workshop, by_user: list[Edit], version: str, words: list[str], style: str
) -> None:
    laws(workshop, by_user, version, [*words, "--conflict", style])


@pytest.mark.slow
@few
@given(edits, TARGETS, CHOICES, events_of_history)
@example([], "v0.3.0", [], ["format", "move"])
@example([("insert", 4, 3), ("replace", 2, 5)], "v0.3.0", [], ["branches", "format", "revise"])
def test_every_law_holds_after_events(
    workshop: Workshop, by_user: list[Edit], version: str, words: list[str], events: list[str]
) -> None:
    laws(workshop, by_user, version, words, events)


@pytest.mark.long
@settings(few, max_examples=120)
@given(edits, TARGETS, CHOICES, events_of_history)
def test_every_law_holds_after_events_at_length(
    workshop: Workshop, by_user: list[Edit], version: str, words: list[str], events: list[str]
) -> None:
    laws(workshop, by_user, version, words, events)


def laws_of_steps(workshop: Workshop, by_user: list[Edit], steps: list[list[str]]) -> None:
    """Change the project several times without a commit, and take each change back."""
    project = workshop.copy()
    story = edit(project, by_user)
    before: list[tuple[object, str, str]] = []
    for words in steps:
        level = project.snapshot()
        result = project.run(*words, "--project", str(project.path), "--json")
        assert result.code in {0, 3}, result.err
        if not result.document["up_to_date"]:
            assert len(result.document["earlier"]) == len(before)
            before.append(level)
        if result.code == 3:  # conflicts are resolved before anything else
            break

    kept = contents(project)
    assert [token for token in story.tokens if token not in kept] == []
    for level in reversed(before):
        assert project.update("--abort").code == 0
        assert project.snapshot() == level
    assert project.update("--abort").code == 1
    shutil.rmtree(project.path.parent)


@few
@given(edits, STEPS)
@pytest.mark.slow
def test_steps_without_a_commit_are_taken_back_one_by_one(
    workshop: Workshop, by_user: list[Edit], steps: list[list[str]]
) -> None:
    laws_of_steps(workshop, by_user, steps)


@pytest.mark.long
@settings(few, max_examples=60)
@given(edits, STEPS)
def test_steps_without_a_commit_are_taken_back_one_by_one_at_length(
    workshop: Workshop, by_user: list[Edit], steps: list[list[str]]
) -> None:
    laws_of_steps(workshop, by_user, steps)


@few
@given(TARGETS, CHOICES)
def test_untouched_project_becomes_a_fresh_one(
    workshop: Workshop, version: str, words: list[str]
) -> None:
    project = workshop.copy()

    document = project.update("--to", version, *words).document

    answers = [f"{k}={str(v).lower() if isinstance(v, bool) else v}"
               for k, v in document["answers"].items()]  # fmt: skip
    expected = fresh(*answers, version=version)
    found = {n: e for n, e in tree.read(project.path).items() if not n.startswith(".git/")}
    for files in (expected, found):
        files.pop(".env", None)
        for name in [name for name in files if name.startswith("alembic/versions/")]:
            del files[name]
    assert found == expected
