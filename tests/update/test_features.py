"""`newapi add` and `remove`: features come and go, and their tables with them."""

from __future__ import annotations

import runpy
import sqlite3
import sys
import types
from contextlib import closing
from pathlib import Path

import pytest

from newapi.errors import NewapiError
from newapi.project import migrations, revisions, tree
from newapi.project.tree import Entry
from newapi.update import migration_imports
from newapi.update.merge import merge
from tests.update.project import Project
from tests.update.releases import numbered
from tests.update.test_update import committed, expected

VERSIONS = "alembic/versions"


@pytest.fixture
def plain(here: Path, capfd: pytest.CaptureFixture[str]) -> Project:
    """Return a project at the newest release, with accounts and nothing else."""
    return Project(here / "demo", capfd).create("auth=true", version="v0.3.0")


def change(project: Project, *words: str) -> None:
    """Add or remove, and commit."""
    result = project.run(*words, "--project", str(project.path), "--json")
    assert result.code == 0, result.err
    project.commit()


def revised(project: Project) -> dict[str, revisions.Revision]:
    """Return the project's revisions."""
    found = {}
    for name, entry in tree.read(project.path / VERSIONS).items():
        if name.endswith(".py") and (read := revisions.read(name, entry.data)):
            found[read.name] = read
    return found


def columns(project: Project) -> dict[str, list[str]]:
    """Run every migration in order, and return the tables with their columns."""
    fake = types.ModuleType("alembic")
    before = sys.modules.get("alembic")
    sys.modules["alembic"] = fake
    with closing(sqlite3.connect(":memory:")) as database:
        fake.op = types.SimpleNamespace(execute=database.execute)  # type: ignore[attr-defined]
        try:
            for one in revisions.in_order(revised(project)):
                runpy.run_path(str(project.path / VERSIONS / one.path))["upgrade"]()
        finally:
            del sys.modules["alembic"]
            if before:
                sys.modules["alembic"] = before
        names = [name for (name,) in database.execute("select name from sqlite_master")]
        return {
            name: sorted(row[1] for row in database.execute(f"pragma table_info({name})"))
            for name in names
        }


def tables(project: Project) -> set[str]:
    """Run every migration in order, and return the tables that are there in the end."""
    return set(columns(project))


def test_added_feature_equals_one_from_the_beginning(plain: Project) -> None:
    change(plain, "add", "items")

    assert committed(plain) == expected("auth=true", "items=true", version="v0.3.0")
    assert tables(plain) == {"users", "audit", "items"}


def test_adding_and_removing_changes_nothing(plain: Project) -> None:
    before = committed(plain)

    change(plain, "add", "items,celery")
    change(plain, "remove", "items", "jobs")

    assert committed(plain) == before
    assert tables(plain) == {"users", "audit"}


def test_feature_can_be_added_again(plain: Project) -> None:
    for _ in range(2):
        change(plain, "add", "items")
        change(plain, "remove", "items")
    change(plain, "add", "items")

    assert tables(plain) == {"users", "audit", "items"}
    assert len(revisions.heads(revised(plain).values())) == 1
    again = revisions.derived_id("again", "0002_items")
    once_more = revisions.derived_id("again", again)
    assert {"0002_items", again, once_more} <= revised(plain).keys()
    assert migrations.is_taken_back(again, revised(plain))
    assert plain.read(f"{VERSIONS}/{again}_items.py")


def test_existing_revisions_never_change(plain: Project) -> None:
    change(plain, "add", "tags")
    before = tree.read(plain.path / VERSIONS)

    change(plain, "add", "items")
    change(plain, "remove", "tags")
    change(plain, "remove", "items")

    after = tree.read(plain.path / VERSIONS)
    assert {name: after[name] for name in before} == before


def test_new_revision_follows_the_users_own(plain: Project) -> None:
    own = {
        "revision": "mine",
        "down_revision": next(iter(revisions.heads(revised(plain).values()))),
    }
    plain.write(f"{VERSIONS}/mine.py", "".join(f"{k} = {v!r}\n" for k, v in own.items()))
    plain.commit()

    change(plain, "add", "items")

    assert revised(plain)["0002_items"].down == ("mine",)
    text = plain.read(f"{VERSIONS}/0002_items.py")
    assert 'down_revision: str | None = "mine"\n' in text
    assert "\nRevises: mine\n" in text


def test_tables_can_be_kept(plain: Project) -> None:
    change(plain, "add", "items")
    change(plain, "remove", "items", "--keep-tables")
    assert tables(plain) == {"users", "audit", "items"}

    change(plain, "add", "items")
    assert tables(plain) == {"users", "audit", "items"}


def test_dropping_tables_is_said(plain: Project) -> None:
    change(plain, "add", "items")

    result = plain.run("remove", "items", "--project", str(plain.path))

    assert "items: its tables, with everything in them, are dropped" in result.err
    assert "--keep-tables" in result.err
    assert "alembic upgrade head" in result.out


def test_requirements_are_resolved_aloud(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    project = Project(here / "demo", capfd).create(version="v0.3.0")

    result = project.run("add", "items", "--project", str(project.path))

    assert "items needs auth: switched on" in result.err
    assert "auth: true" in project.read(".copier-answers.yml")
    project.commit()
    result = project.run("remove", "auth", "--project", str(project.path))
    assert "items needs auth: switched off" in result.err
    assert "items: false" in project.read(".copier-answers.yml")


def test_edited_files_of_a_removed_feature_stay(plain: Project) -> None:
    change(plain, "add", "items")
    plain.replace("app/items.py", "i = 3", "mine = True")
    plain.commit()

    result = plain.run("remove", "items", "--project", str(plain.path), "--json")

    assert result.code == 0
    assert result.action("app/items.py") == "kept"
    assert "mine = True" in plain.read("app/items.py")


def test_unknown_feature_is_explained(plain: Project) -> None:
    result = plain.run("add", "itmes", "--project", str(plain.path))

    assert result.code == 2
    assert "Did you mean items?" in result.err


def test_release_stays_the_same(project: Project) -> None:
    change(project, "remove", "items")

    assert "_commit: v0.1.0" in project.read(".copier-answers.yml")


def test_what_is_there_already_is_nothing_to_do(plain: Project) -> None:
    before = plain.snapshot()

    result = plain.run("add", "auth", "--project", str(plain.path), "--json")

    assert (result.code, result.document["up_to_date"]) == (0, True)
    assert plain.snapshot() == before


def revision(name: str, down: str, body: str = "pass") -> dict[str, Entry]:
    """Return a tree with one revision."""
    text = f"revision = '{name}'\ndown_revision = {down!r}\n\n\ndef upgrade():\n    {body}\n"
    return {f"{VERSIONS}/{name}.py": Entry(text.encode())}


def test_revision_that_the_template_mends_is_left_alone() -> None:
    base, theirs = revision("a", ""), revision("a", "", "mended()")

    chained = migrations.chain(base, base, theirs, keep_tables=False)

    assert not chained.added
    assert "never changed" in chained.notes[0]


def test_revision_that_the_user_deleted_stays_deleted() -> None:
    base = revision("a", "")

    chained = migrations.chain(base, {}, base | revision("b", "a"), keep_tables=False)

    assert chained.added.keys() == {f"{VERSIONS}/b.py"}
    assert b"down_revision = None" in chained.added[f"{VERSIONS}/b.py"].data


def test_name_that_is_taken_gets_a_number() -> None:
    taken = {f"{VERSIONS}/b.py": Entry(b"revision = 'other'\ndown_revision = None\n")}

    chained = migrations.chain({}, taken, revision("b", ""), keep_tables=False)

    assert chained.added.keys() == {f"{VERSIONS}/b_2.py"}


def test_unreadable_revision_is_named() -> None:
    broken = {f"{VERSIONS}/x.py": Entry(b"revision = (")}

    with pytest.raises(NewapiError, match=r"x\.py cannot be read"):
        migrations.chain({}, broken, revision("b", ""), keep_tables=False)


def test_merge_revisions_have_no_second_head() -> None:
    ours = revision("a", "") | revision("b", "a") | revision("c", "a")
    merged = b"revision = 'm'\ndown_revision = ('b', 'c')\n"

    chained = migrations.chain(
        {}, ours | {f"{VERSIONS}/m.py": Entry(merged)}, revision("z", ""), keep_tables=False
    )

    assert b'down_revision = "m"' in chained.added[f"{VERSIONS}/z.py"].data


def test_comment_of_the_last_line_goes_where_the_line_goes() -> None:
    text = (
        '"""A."""\n\nrevision = "a"\ndown_revision = None\n\n\n'
        "def upgrade():\n    up()\n\n\ndef downgrade():\n    down()  # why\n"
    )

    dropped = migrations.chain(
        {f"{VERSIONS}/a.py": Entry(text.encode())},
        {f"{VERSIONS}/a.py": Entry(text.encode())},
        {},
        keep_tables=False,
    )

    (entry,) = dropped.added.values()
    assert b"def upgrade():\n    down()  # why\n\n\ndef downgrade():\n    up()\n" in entry.data


def test_what_a_migration_imports_is_kept() -> None:
    source = b"from app.models import entity\nfrom app.types.times import UTC\n"
    ours = {
        f"{VERSIONS}/a.py": Entry(source),
        "app/models/__init__.py": Entry(b""),
        "app/models/entity.py": Entry(b"import app.core.base\n"),
        "app/models/item.py": Entry(b"import app.core.base\n"),
        "app/core/base.py": Entry(b"x = 1\n"),
        "app/types/times.py": Entry(b"UTC = 1\n"),
    }
    gone = {path: entry for path, entry in ours.items() if path.startswith("app/")}

    merged = migration_imports.keep(merge(gone, ours, {}))

    assert merged.tree == {p: e for p, e in ours.items() if p != "app/models/item.py"}
    assert {o.path for o in merged.outcomes if o.action == "kept"} == {
        "app/models/__init__.py",
        "app/models/entity.py",
        "app/core/base.py",
        "app/types/times.py",
    }


def test_numbered_lines_are_enough_to_be_recognised() -> None:
    assert len(numbered("x").splitlines()) >= 5
