"""`newapi generate task` in projects of the real template."""

from __future__ import annotations

from pathlib import Path

import pytest

from newapi.terminal import external_tools
from tests import trees
from tests.cli.conftest import Run

FILES = [
    "app/api/v1/endpoints/resize_image.py",
    "app/jobs/resize_image.py",
    "app/schemas/resize_image.py",
    "tests/api/v1/test_resize_image.py",
    "tests/jobs/test_resize_image.py",
]
WIRED = {
    "app/api/v1/api.py": "router.include_router(resize_image_router)",
    "app/jobs/registry.py": "    resize_image,",
}


@pytest.fixture
def project(newapi: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a committed project with background jobs; the working directory is in it."""
    created = newapi("create", "demo", "--preset", "standard", "--defaults", "--no-lock")
    assert created.code == 0, created.err
    monkeypatch.chdir(here / "demo")
    return here / "demo"


def test_task_is_written_and_wired_once(project: Path, newapi: Run) -> None:
    dry = newapi("generate", "task", "resize-image", "--dry-run", "--json")
    assert external_tools.git("status", "--porcelain", cwd=project) == ""
    real = newapi("generate", "task", "ResizeImage", "--json")

    assert (dry.code, real.code) == (0, 0), real.err
    assert dry.document["outcomes"] == real.document["outcomes"]
    assert [o["path"] for o in real.document["outcomes"] if o["action"] == "added"] == FILES
    for path, line in WIRED.items():
        assert (project / path).read_text().splitlines().count(line) == 1
    assert real.document["notes"] == []
    assert external_tools.git("diff", "--name-only", cwd=project) == ""  # all of it is staged


def test_wiring_survives_what_the_user_has_made_of_the_files(project: Path, newapi: Run) -> None:
    registry = project / "app/jobs/registry.py"
    registry.write_text(
        registry.read_text().replace(
            "    process_file,\n", "    # the slow ones\n    process_file,  # keep\n"
        )
    )
    trees.commit(project)

    assert newapi("generate", "task", "resize-image").code == 0

    assert (
        "ALL_JOBS: list[Job] = [\n    # the slow ones\n    process_file,  # keep\n"
        "    send_email,\n    resize_image,\n]\n"
    ) in registry.read_text()


def test_background_task_is_added_to_the_jobs(
    newapi: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("--preset", "standard", "--defaults", "--no-lock", "--set", "jobs=background")
    assert newapi("create", "small", *options).code == 0
    monkeypatch.chdir(here / "small")

    assert newapi("generate", "task", "resize-image").code == 0

    assert not (here / "small/app/worker").exists()
    registry = (here / "small/app/jobs/registry.py").read_text()
    assert "    send_email,\n    resize_image,\n]\n" in registry


def test_line_without_a_place_is_left_to_the_user(project: Path, newapi: Run) -> None:
    registry = project / "app/jobs/registry.py"
    registry.write_text(registry.read_text().replace("ALL_JOBS", "MINE"))
    trees.commit(project)

    done = newapi("generate", "task", "resize-image")

    assert done.code == 0
    assert "add `resize_image` to ALL_JOBS by hand" in done.err.replace("\n", " ")


@pytest.mark.parametrize(
    ("name", "words", "other"),
    [
        ("send-email", "There is a task send_email already", "do_send_email"),
        ("2fast", "cannot be a task's name", "fast"),
        ("class", "'class' is a keyword of Python", "do_class"),
        ("größe", "cannot be a task's name", "gr_e"),
        ("test-mail", "pytest collects", "do_test_mail"),
        ("state", "generated code uses 'state'", "do_state"),
        ("delete-expired", "'delete_expired' for something else", "do_delete_expired"),
        ("data", "generated code uses 'data'", "do_data"),
    ],
)
@pytest.mark.slow
def test_name_is_refused_and_the_one_that_is_proposed_works(
    project: Path, newapi: Run, name: str, words: str, other: str
) -> None:
    refused = newapi("generate", "task", name)

    assert (refused.code, words in refused.err) == (2, True), refused.err
    assert f"newapi generate task {other}\n" in refused.err
    assert external_tools.git("status", "--porcelain", cwd=project) == ""
    assert newapi("generate", "task", other, "--dry-run").code == 0


def test_file_in_the_way_is_refused_before_anything_happens(project: Path, newapi: Run) -> None:
    (project / "app/jobs/resize_image.py").write_text("mine = True\n")
    trees.commit(project)

    refused = newapi("generate", "task", "resize-image")

    assert (refused.code, "app/jobs/resize_image.py" in refused.err) == (1, True)
    assert "another name, like do_resize_image." in refused.err
    assert external_tools.git("status", "--porcelain", cwd=project) == ""


def test_project_without_jobs_is_told_how_to_get_them(
    newapi: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newapi("create", "small", "--preset", "minimal", "--defaults", "--no-lock")
    monkeypatch.chdir(here / "small")

    refused = newapi("generate", "task", "resize-image")

    assert (refused.code, "newapi add jobs=celery" in refused.err) == (1, True)
