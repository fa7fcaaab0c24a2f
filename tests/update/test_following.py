"""Commands go on top of what newapi has staged; `--abort` takes back the newest one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory

from newapi.project import git, revisions
from newapi.update.journal import Desk
from tests.marks import slow_after
from tests.runs import Result, run, writing_no_bytecode
from tests.update import child
from tests.update.project import Project
from tests.update.stock import PRODUCT, generate
from tests.update.test_dry_run import both_runs
from tests.update.test_features import plain, revised

__all__ = ["plain"]

CATEGORY = ("category", "name:str", "--public")
STEPS = {
    "generate twice": (
        ("generate", "resource", *CATEGORY),
        ("generate", "resource", *PRODUCT),
        ("generate", "resource", "product", "--add", "color:str?"),
    ),
    "generate, then add": (
        ("generate", "resource", *CATEGORY),
        ("remove", "admin"),
        ("add", "admin"),
    ),
    "generate, then remove it": (
        ("generate", "resource", *CATEGORY),
        ("generate", "resource", "category", "--remove"),
        ("generate", "resource", *CATEGORY),
    ),
}


def step(project: Project, *words: str) -> Result:
    """Run a command without a commit before or after it."""
    result = project.run(*words, "--project", str(project.path), "--json")
    assert result.code == 0, result.err
    return result


def refused(project: Project, *words: str) -> Result:
    """Run a command that changes nothing."""
    before = project.snapshot()
    result = project.run(*words, "--project", str(project.path), "--json")
    assert (result.code, project.snapshot()) == (1, before), result.err
    return result


def take_back(project: Project, levels: list[object]) -> None:
    """Take back one change for each state that the project was in before, the newest first."""
    for number, level in reversed([*enumerate(levels)]):
        result = project.update("--abort")
        assert (result.code, len(result.document["earlier"])) == (0, number)
        assert project.snapshot() == level
    assert project.update("--abort").document["message"] == "There is no update to take back."
    assert not list((project.path / ".git/newapi").glob("*/*"))


@pytest.mark.parametrize("words", slow_after(1, STEPS.values()), ids=STEPS)
def test_each_step_can_be_taken_back(shop: Project, words: tuple[tuple[str, ...], ...]) -> None:
    levels: list[object] = []
    for each in words:
        levels.append(shop.snapshot())
        step(shop, *each)
        assert shop.snapshot() != levels[-1]

    take_back(shop, levels)


@pytest.mark.parametrize("words", STEPS.values(), ids=STEPS)
@pytest.mark.slow
def test_commits_in_between_make_no_difference(
    shop: Project, room: Path, words: tuple[tuple[str, ...], ...]
) -> None:
    other = Project(room / "other" / "shop", shop.capfd)
    shutil.copytree(shop.path, other.path)
    for each in words:
        step(shop, *each)
        step(other, *each)
        other.commit()

    shop.commit()

    assert shop.files() == other.files()
    assert shop.git("ls-files", "--stage") == other.git("ls-files", "--stage")


def test_resource_refers_to_one_that_is_not_committed(shop: Project) -> None:
    generate(shop, *CATEGORY)

    product = generate(shop, *PRODUCT)

    assert "category = ['name']" in shop.read("tests/factories/product.py").replace('"', "'")
    assert [r.slug for r in revisions.in_order(revised(shop))] == [
        "users",
        "create_categories",
        "create_products",
    ]
    assert len(ScriptDirectory(os.fspath(shop.path / "alembic")).get_heads()) == 1
    assert product.document["earlier"] == ["Create the resource category"]
    assert shop.git("diff", "--name-only") == ""


def test_next_steps_name_all_that_is_not_committed(shop: Project) -> None:
    generate(shop, *CATEGORY)
    generate(shop, *PRODUCT)

    *_, commit = step(shop, "remove", "admin").document["next"]

    assert commit == (
        "git add --all && git commit -m 'Create the resource category'"
        " -m 'Create the resource product' -m 'Remove admin'"
    )


def test_next_steps_migrate_for_an_earlier_change(shop: Project) -> None:
    generate(shop, *CATEGORY)

    result = step(shop, "remove", "admin")

    assert result.document["migrations"] == []
    assert "uv run alembic upgrade head" in result.document["next"]


def test_people_are_told_what_is_taken_back(shop: Project) -> None:
    generate(shop, *CATEGORY)
    second = shop.run("generate", "resource", *PRODUCT, "--project", str(shop.path))

    first = shop.run("update", str(shop.path), "--abort")
    last = shop.run("update", str(shop.path), "--abort")

    assert "--abort takes this change back until you commit" in second.out
    assert "Taken back: Create the resource product. Restored 10 files." in first.out
    assert "still staged: Create the resource category" in first.err
    assert "Taken back: Create the resource category." in last.out
    assert "still staged" not in last.err


def test_answers_that_are_not_committed_count(plain: Project) -> None:
    step(plain, "add", "items")

    result = step(plain, "add", "tags")

    assert result.document["answers"]["items"] is True
    assert "items: true\n" in plain.read(".copier-answers.yml")
    assert "tags: true\n" in plain.read(".copier-answers.yml")
    assert plain.run("remove", "items", "--project", str(plain.path)).code == 0
    assert "tags: true\n" in plain.read(".copier-answers.yml")


@pytest.mark.slow
def test_features_and_permissions_are_taken_back_one_by_one(project: Project) -> None:
    project.git("config", "core.fileMode", "false")
    (project.path / "run.sh").chmod(0o700)
    (project.path / ".env").chmod(0o600)
    levels: list[object] = [project.snapshot()]
    assert project.update("--to", "v0.2.0").code == 0
    levels.append(project.snapshot())
    step(project, "remove", "items")
    levels.append(project.snapshot())
    step(project, "add", "tags")
    levels.append(project.snapshot())
    step(project, "remove", "jobs")

    take_back(project, levels)


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_permissions_are_part_of_a_step(project: Project) -> None:
    project.git("config", "core.fileMode", "true")
    levels: list[object] = [project.snapshot()]
    assert project.update("--to", "v0.2.0").code == 0
    assert os.access(project.path / "run.sh", os.X_OK)
    levels.append(project.snapshot())
    step(project, "add", "tags")

    take_back(project, levels)
    assert not os.access(project.path / "run.sh", os.X_OK)


@pytest.fixture
def real(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Project:
    """Return a committed project of the checkout's template."""
    assert home.is_dir()
    monkeypatch.chdir(tmp_path)
    options = ("--preset", "minimal", "--defaults", "--no-lock", "--with", "background")
    assert run(("create", "shop", *options), capfd).code == 0
    return Project(tmp_path / "shop", capfd)


@pytest.mark.slow
def test_real_steps_follow_each_other(real: Project) -> None:
    commands = (
        ("generate", "task", "resize-image"),
        ("generate", "resource", "category", "name:str(1..100,unique)"),
        ("add", "cache"),
        ("add", "sentry"),
        ("generate", "resource", "product", "name:str(1..100)", "category:ref(category)"),
    )
    levels: list[object] = []
    secrets = []
    for words in commands:
        levels.append(real.snapshot())
        secrets.append(real.read(".env"))
        step(real, *words)

    with writing_no_bytecode():  # snapshots have every file
        assert len(ScriptDirectory(os.fspath(real.path / "alembic")).get_heads()) == 1
    assert "REDIS_URL" in secrets[3].removeprefix(secrets[2])
    assert "SENTRY_DSN" in secrets[4].removeprefix(secrets[3])
    status = real.run("status", str(real.path), "--json", "--check")
    assert (status.code, status.document["reasons"]) == (0, [])
    take_back(real, levels)


def edit(project: Project) -> None:
    project.write("app/api.py", project.read("app/api.py") + "# mine\n")


def edit_and_stage(project: Project) -> None:
    edit(project)
    project.git("add", "app/api.py")


def edit_and_put_back(project: Project) -> None:
    """Stage an edit, and put the file back as newapi has made it, but not in the index."""
    made = project.read("app/api.py")
    edit_and_stage(project)
    project.write("app/api.py", made)


def revert(project: Project) -> None:
    project.git("checkout", "HEAD", "--", "app/api.py")


def unstage(project: Project) -> None:
    project.git("reset", "--quiet", "--", "app/api.py")


def delete(project: Project) -> None:
    (project.path / "app/api.py").unlink()


@pytest.mark.parametrize(
    "change", slow_after(2, [edit, delete, edit_and_stage, edit_and_put_back, revert, unstage])
)
def test_edit_of_a_staged_file_is_refused_and_named(
    shop: Project, change: Callable[[Project], None]
) -> None:
    generate(shop, *CATEGORY)
    change(shop)

    document = refused(shop, "add", "tables").document

    assert document["message"].endswith("not committed: app/api.py")
    assert "Commit everything" in document["hint"]
    shop.commit()
    step(shop, "add", "tables")


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_permission_of_a_staged_file_is_an_edit(shop: Project) -> None:
    shop.git("config", "core.fileMode", "true")
    generate(shop, *CATEGORY)
    (shop.path / "app/api.py").chmod(0o755)

    document = refused(shop, "add", "tables").document

    assert document["message"].endswith("not committed: app/api.py")


@pytest.mark.parametrize("is_staged", [False, True])
def test_other_files_of_the_user_are_refused_and_named(shop: Project, *, is_staged: bool) -> None:
    generate(shop, *CATEGORY)
    shop.write("app/main.py", "mine\n")
    shop.write("app/mine.py", "mine\n")
    if is_staged:
        shop.git("add", "app/main.py", "app/mine.py")

    document = refused(shop, "generate", "resource", *PRODUCT).document

    assert document["message"].endswith("not committed: app/main.py, app/mine.py")


def test_edits_can_be_put_aside(shop: Project) -> None:
    generate(shop, *CATEGORY)
    edit(shop)
    shop.write("mine.txt", "mine\n")
    hint = refused(shop, "generate", "resource", *PRODUCT).document["hint"]
    assert "`git stash --keep-index --include-untracked`" in hint

    shop.git("-c", "user.name=A", "-c", "user.email=a@b.c", "stash", "--quiet", "--keep-index",
             "--include-untracked")  # fmt: skip
    generate(shop, *PRODUCT)

    assert "mine" not in shop.read("app/api.py")


def test_commit_ends_what_can_be_taken_back(shop: Project) -> None:
    generate(shop, *CATEGORY)
    shop.commit()
    before = shop.snapshot()

    assert generate(shop, *PRODUCT).document["earlier"] == []

    take_back(shop, [before])


def test_what_a_commit_has_left_over_is_refused(shop: Project) -> None:
    generate(shop, *CATEGORY)
    shop.git("-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qm", "part", "app/api.py")

    document = refused(shop, "generate", "resource", *PRODUCT).document

    assert "app/endpoints/categories.py" in document["message"]
    assert "app/api.py" not in document["message"]
    assert "committed" in shop.update("--abort").document["message"]


def test_new_branch_makes_no_difference(shop: Project) -> None:
    levels: list[object] = [shop.snapshot()]
    generate(shop, *CATEGORY)
    shop.git("switch", "--quiet", "--create", "other")
    levels.append(shop.snapshot())
    generate(shop, *PRODUCT)

    take_back(shop, levels)


def test_steps_that_were_thrown_away_are_forgotten(shop: Project) -> None:
    generate(shop, *CATEGORY)
    generate(shop, *PRODUCT)
    shop.git("reset", "--quiet", "--hard")
    before = shop.snapshot()

    assert "gone" in shop.update("--abort").document["message"]
    assert shop.snapshot() == before
    assert generate(shop, "note", "text:str").document["earlier"] == []

    take_back(shop, [before])


def test_steps_that_cancel_each_other_are_steps(plain: Project) -> None:
    step(plain, "add", "celery")
    middle = plain.snapshot()
    step(plain, "remove", "celery")
    assert plain.git("status", "--porcelain") == ""
    last = plain.snapshot()

    assert len(step(plain, "add", "background").document["earlier"]) == 2

    assert plain.update("--abort").code == 0
    assert plain.snapshot() == last
    assert plain.update("--abort").code == 0
    assert plain.snapshot() == middle


def test_conflicts_come_first(project: Project) -> None:
    project.replace("app/main.py", "items = True", "items = 'mine'")
    project.commit()
    step(project, "add", "tags")
    before = project.snapshot()
    conflicting = project.run("remove", "items", "--project", str(project.path))
    assert conflicting.code == 3

    document = refused(project, "remove", "worker").document

    assert document["message"] == "Conflicts of an earlier update are left in: app/main.py"
    assert "--abort" in document["hint"]
    project.write("app/main.py", "resolved\n")
    project.git("add", "app/main.py")
    assert refused(project, "remove", "worker").document["message"].endswith(": app/main.py")
    project.update("--abort")
    assert project.snapshot() == before


def test_file_beside_a_conflict_comes_first(project: Project) -> None:
    project.write("docs", "mine\n")
    project.commit()
    assert project.update("--to", "v0.2.0").code == 3

    document = refused(project, "add", "tags").document

    assert document["message"].endswith("left in: docs.template-new/guide.md")
    shutil.rmtree(project.path / "docs.template-new")
    step(project, "add", "tags")


def test_update_needs_a_commit_first(project: Project) -> None:
    step(project, "add", "tags")

    document = refused_update(project)

    assert ".copier-answers.yml" in document["message"]
    assert "Commit them" in document["hint"]
    assert "newapi update --abort" in document["hint"]


def refused_update(project: Project) -> dict[str, Any]:
    before = project.snapshot()
    result = project.update()
    assert (result.code, project.snapshot()) == (1, before)
    return result.document


def test_lock_file_is_no_obstacle_after_a_change_of_the_dependencies(project: Project) -> None:
    step(project, "add", "tags")
    project.write("uv.lock", "version = 1\n")
    assert "uv.lock" in refused(project, "remove", "items").document["message"]
    (project.path / "uv.lock").unlink()

    step(project, "remove", "worker")  # celery is a dependency
    project.write("uv.lock", "version = 1\n")

    step(project, "remove", "items")
    assert project.update("--abort").code == 0
    assert project.read("uv.lock") == "version = 1\n"


def test_ignored_files_may_be_edited_between_steps(project: Project) -> None:
    env = project.read(".env")
    assert project.update("--to", "v0.2.0").code == 0  # appends to .env
    project.write(".env", mine := project.read(".env") + "MINE=1\n")
    level = project.snapshot()
    step(project, "add", "tags")

    assert project.update("--abort").code == 0
    assert project.snapshot() == level
    last = project.update("--abort")

    assert project.read(".env") == env
    (copy,) = (project.path / ".git/newapi/saved").rglob(".env")
    assert copy.read_text() == mine
    assert str(copy) in last.err


@pytest.mark.slow
def test_objects_of_earlier_steps_survive_a_collection_of_garbage(shop: Project) -> None:
    generate(shop, *CATEGORY)
    before = shop.snapshot()
    generate(shop, *PRODUCT)
    shop.git("reflog", "expire", "--expire=now", "--all")
    shop.git("gc", "--quiet", "--prune=now")

    shop.update("--abort")

    assert shop.snapshot() == before
    shop.git("write-tree")  # fails when an object is missing


def test_continue_reports_the_newest_step(shop: Project) -> None:
    generate(shop, *CATEGORY)
    second = generate(shop, *PRODUCT)

    assert shop.update("--continue").document == second.document


@pytest.mark.slow
def test_dry_run_on_top(shop: Project) -> None:
    generate(shop, *CATEGORY)

    both_runs(shop, "generate", "resource", *PRODUCT)
    both_runs(shop, "remove", "admin")


def test_status_and_diff_know_what_is_staged(plain: Project) -> None:
    step(plain, "add", "items")

    status = plain.run("status", str(plain.path), "--json", "--check")
    patch = plain.run("diff", str(plain.path), "--with", "tags")

    assert status.code == 0
    assert (status.document["drift"], status.document["reasons"]) == ([], [])
    assert "items" in status.document["features"]
    assert "app/items.py" not in patch.out
    plain.write("../tags.patch", patch.out)
    plain.git("apply", "--check", "../tags.patch")
    edit_of_the_user = plain.read("app/main.py") + "mine = True\n"
    plain.write("app/main.py", edit_of_the_user)
    assert plain.run("diff", str(plain.path), "--with", "tags").out == patch.out


def test_status_of_an_older_project_is_about_what_is_staged(project: Project) -> None:
    step(project, "remove", "items")

    document = project.run("status", str(project.path), "--json").document

    assert (document["obstacle"], document["drift"], document["conflicts"]) == (None, [], [])


def test_project_in_a_folder_of_a_repository(shop: Project, room: Path) -> None:
    root = Project(room / "mono", shop.capfd)
    shutil.copytree(shop.path, root.path / "services/shop", ignore=shutil.ignore_patterns(".git"))
    root.write("other/file.txt", "other\n")
    root.commit()
    root.write("other/file.txt", "mine\n")  # outside of the project
    inner = Project(root.path / "services/shop", shop.capfd)
    levels = []
    for words in (CATEGORY, PRODUCT):
        levels.append(inner.snapshot())
        generate(inner, *words)

    for level in reversed(levels):
        assert inner.update("--abort").code == 0
        assert inner.snapshot() == level


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("number", [14, 30, 45])
@pytest.mark.slow
def test_killed_step_leaves_the_one_before(shop: Project, number: int) -> None:
    levels: list[object] = [shop.snapshot()]
    generate(shop, *CATEGORY)
    levels.append(shop.snapshot())

    assert kill(shop, number) == -9

    recover(shop, levels, is_repeated=number % 2 == 1)


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_step_can_be_killed_at_every_moment(shop: Project, room: Path) -> None:
    levels: list[object] = [shop.snapshot()]
    generate(shop, *CATEGORY)
    levels.append(shop.snapshot())
    number, code, found = 0, -9, set()
    while code == -9:
        number += 1
        copy = Project(room / f"copy-{number}" / "shop", shop.capfd)
        shutil.copytree(shop.path, copy.path, symlinks=True)
        code = kill(copy, number)
        if code == -9:
            found.add(recover(copy, levels, is_repeated=number % 2 == 1))
        shutil.rmtree(copy.path.parent)
    assert found == {(1, "applied"), (2, "applying"), (2, "applied")}


def kill(project: Project, number: int) -> int:
    """Run the second step in a process that kills itself at its n-th change of the file system."""
    return child.fork(number, ["generate", "resource", *PRODUCT, "--project", str(project.path)])


def recover(project: Project, levels: list[object], *, is_repeated: bool) -> tuple[int, str]:
    """Take the killed step back, then the one before; return what the kill had left.

    With `is_repeated`, the next command takes it back, and makes it again first.
    """
    desk = Desk(git.find(project.path))
    journal = desk.read()
    assert journal
    if is_repeated and journal.state != "applied":
        assert generate(project, *PRODUCT).document["earlier"] == ["Create the resource category"]
    if desk.number == 2:
        assert project.update("--abort").code == 0
    assert project.snapshot() == levels[1]
    take_back(project, levels[:1])
    return desk.number, journal.state


def test_journals_of_an_older_newapi_can_be_followed(shop: Project) -> None:
    levels: list[object] = [shop.snapshot()]
    generate(shop, *CATEGORY)
    desk = Desk(git.find(shop.path))
    journal = desk.read()
    assert journal
    old = {k: v for k, v in journal.summary.items() if k not in {"message", "earlier", "dropped"}}
    desk.write(type(journal)(**{**vars(journal), "summary": old}))
    levels.append(shop.snapshot())

    assert generate(shop, *PRODUCT).document["earlier"] == ["Update the template"]

    take_back(shop, levels)
