"""Revisions of older projects: theirs stay, new ones bring their tables to what they should be."""

from __future__ import annotations

import pytest

from newapi.project import migrations, revisions, tree
from newapi.project.migrations import Lineage
from newapi.project.tree import Entry
from tests.update.project import Project
from tests.update.rewrites import KWARGS, PUBLISHED, TASKS, USERS, altered, table
from tests.update.test_features import VERSIONS, change, columns, revised

FINAL = {"users": ["id"], "tasks": ["id", "kwargs", "published_at"]}


def slugs(project: Project) -> list[str]:
    """Return what the revisions are about, in their order; there is one line of them."""
    found = revised(project)
    assert len(revisions.heads(found.values())) == 1
    return [revision.slug for revision in revisions.in_order(found)]


def test_new_project_has_final_tables_and_no_upgrades(old: Project) -> None:
    new = Project(old.path.parent / "new", old.capfd).create(
        "auth=true", "jobs=true", version="v0.3.0"
    )

    assert slugs(new) == ["users", "tasks"]
    assert columns(new) == FINAL
    assert revised(new).keys() == {USERS, TASKS}


def test_existing_revisions_stay_and_upgrades_follow_in_order(old: Project) -> None:
    before = tree.read(old.path / VERSIONS)

    result = old.update()

    assert result.code == 0, result.err
    after = tree.read(old.path / VERSIONS)
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {
        f"{KWARGS}_kwargs.py",
        f"{PUBLISHED}_published.py",
    }
    assert slugs(old) == ["users", "tasks", "kwargs", "published"]
    assert columns(old) == FINAL
    assert result.document["warnings"] == []
    assert len(result.document["migrations"]) == 2
    assert "uv run alembic upgrade head" in result.document["next"]


def test_upgrades_are_rendered_with_the_answers(old: Project) -> None:
    old.update()

    assert "About kwargs of A service." in old.read(f"{VERSIONS}/{KWARGS}_kwargs.py")


def test_upgrades_come_once_whichever_way(old: Project) -> None:
    twin = old.clone(old.path.parent / "twin")
    assert twin.update("--to", "v0.2.0").code == 0
    assert columns(twin) == {"users": ["id"], "tasks": ["id", "kwargs"]}
    twin.commit()

    assert twin.update().code == 0
    assert old.update().code == 0

    assert slugs(twin) == slugs(old)
    assert columns(twin) == columns(old) == FINAL
    twin.commit()
    assert twin.update().document["up_to_date"]


def test_project_of_the_release_in_between_gets_only_what_is_newer(old: Project) -> None:
    newer = Project(old.path.parent / "newer", old.capfd).create(
        "auth=true", "jobs=true", version="v0.2.0"
    )

    newer.update()

    assert slugs(newer) == ["users", "tasks", "published"]
    assert columns(newer) == FINAL


def test_upgrades_follow_the_users_own_revision(old: Project) -> None:
    old.write(f"{VERSIONS}/mine.py", table("mine", "mine", "id integer", "0002_tasks"))
    old.commit()

    old.update()

    assert revised(old)[KWARGS].down == ("mine",)
    assert columns(old) == FINAL | {"mine": ["id"]}


def test_feature_that_comes_with_the_update_has_its_final_table(old: Project) -> None:
    plain = Project(old.path.parent / "plain", old.capfd).create("auth=true")

    assert plain.update("--with", "jobs").code == 0

    assert slugs(plain) == ["users", "tasks"]
    assert revised(plain).keys() == {"0001_users", TASKS}
    assert columns(plain) == FINAL


def test_feature_that_goes_with_the_update_is_not_upgraded(old: Project) -> None:
    assert old.update("--without", "jobs").code == 0

    assert slugs(old) == ["users", "tasks", "drop_tasks"]
    assert columns(old) == {"users": ["id"]}


def test_features_come_and_go_in_an_updated_project(old: Project) -> None:
    old.update()
    old.commit()
    before = tree.read(old.path / VERSIONS)

    change(old, "remove", "jobs")
    assert columns(old) == {"users": ["id"]}
    assert slugs(old)[-1] == "drop_tasks"
    change(old, "add", "jobs")
    assert columns(old) == FINAL
    change(old, "remove", "jobs")
    change(old, "add", "jobs")

    assert columns(old) == FINAL
    assert slugs(old)[4:] == ["drop_tasks", "tasks"] * 2
    after = tree.read(old.path / VERSIONS)
    assert {name: after[name] for name in before} == before
    assert all(len(name) <= 32 for name in revised(old))


def test_feature_that_an_old_release_removed_comes_back_with_its_final_table(old: Project) -> None:
    files = {
        f"{VERSIONS}/drop_0002_tasks.py": table("drop_0002_tasks", "tasks", "", "0002_tasks")
        .replace("create table tasks ()", "drop table tasks")
        .replace("About tasks", "Take back 0002_tasks: what belongs to it is dropped")
    }
    change(old, "remove", "jobs")
    (dropped,) = (old.path / VERSIONS).glob("*_drop_tasks.py")
    dropped.unlink()
    for path, text in files.items():
        old.write(path, text)  # as releases up to 0.6.0 called it
    old.commit()

    assert old.update().code == 0
    old.commit()
    change(old, "add", "jobs")

    assert columns(old) == FINAL
    assert slugs(old) == ["users", "tasks", "drop_0002_tasks", "tasks"]


def test_numbered_revisions_of_old_releases_are_found() -> None:
    lineage = Lineage({f"{VERSIONS}/0002_tasks.py": f"{VERSIONS}/{TASKS}_tasks.py"})
    have = {"0002_tasks", "drop_0002_tasks", "0002_tasks_2"}

    for name in ("0002_tasks", TASKS):
        assert lineage.latest(name, have) == "0002_tasks_2"
        assert not migrations.is_taken_back("0002_tasks_2", have)
    again = revisions.derived_id("again", "0002_tasks_2")
    assert lineage.latest(TASKS, {*have, "drop_0002_tasks_2", again}) == again
    assert lineage.latest(TASKS, {"0002_tasks_of_mine"}) is None


def test_tables_that_were_kept_are_said_to_be_old(old: Project) -> None:
    change(old, "remove", "jobs", "--keep-tables")
    old.update()
    old.commit()

    result = old.run("add", "jobs", "--project", str(old.path), "--json")

    assert "0002_tasks.py made tables that the template has changed since" in str(
        result.document["warnings"]
    )
    old.commit()
    assert columns(old)["tasks"] == ["attempts", "details", "id"]


def test_status_knows_the_old_revisions(old: Project) -> None:
    old.update()
    old.commit()

    document = old.run("status", str(old.path), "--json").document

    assert (document["drift"], document["reasons"]) == ([], [])


def test_renamed_revision_is_the_same_whatever_the_user_calls_its_file() -> None:
    base = {f"{VERSIONS}/0001_users.py": Entry(table("0001_users", "users", "id", None).encode())}
    ours = {f"{VERSIONS}/20260101_people.py": base[f"{VERSIONS}/0001_users.py"]}
    theirs = {f"{VERSIONS}/{USERS}_users.py": Entry(table(USERS, "users", "id", None).encode())}
    lineage = Lineage({f"{VERSIONS}/0001_users.py": f"{VERSIONS}/{USERS}_users.py"})

    chained = migrations.chain(base, ours, theirs, lineage, keep_tables=False)

    assert (chained.added, chained.dropped, chained.notes) == ({}, (), ())


@pytest.mark.parametrize("have", ["0002_tasks", TASKS])
def test_table_that_does_not_exist_is_not_upgraded(have: str) -> None:
    path = f"{VERSIONS}/{KWARGS}_kwargs.py"
    tasks = {f"{VERSIONS}/{have}.py": Entry(table(have, "tasks", "id", None).encode())}
    lineage = Lineage(
        {f"{VERSIONS}/0002_tasks.py": f"{VERSIONS}/{TASKS}_tasks.py"},
        {KWARGS: {TASKS}},
        {path: Entry(altered(KWARGS, "kwargs", "up", "back").encode())},
    )

    assert not migrations.chain({}, {}, {}, lineage, keep_tables=False).added
    chained = migrations.chain(tasks, tasks, tasks, lineage, keep_tables=False)
    assert chained.added.keys() == {path}
    assert f'down_revision: str | None = "{have}"'.encode() in chained.added[path].data
