"""What two features need together is found and added, where branches that add one were merged."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from newapi.releases import store
from newapi.update import planning
from tests.update import releases
from tests.update.project import Project
from tests.update.releases import revision

RENDER = planning.render
CODE = """\
def link(user):
    # {% if items %}
    count(user)
    # {% endif %}
    first = True
    second = True
    third = True
    # {% if items and tags %}
    if not user.verified:
        raise ValueError(
            "not verified",
        )
    # {% endif %}
    fourth = True
    fifth = True
    sixth = True
    # {% if tags %}
    tag(user)
    # {% endif %}
    # {% if items and tags %}
    return "both"
    # {% else %}
    return "one"
    # {% endif %}
"""
FIXTURES = """\
@fixture
def first():
    return 1


# {% if items and tags %}
@fixture
def both():
    return 3


# {% endif %}
def last():
    return 4
"""
OWNED = """\
_exclude:
  - |
    # {% if not (items and tags) %}
    /app/both.py
    # {% endif %}
---
"""


def template(*, is_newer: bool = False) -> dict[str, str | bytes]:
    files = releases.first()
    code = CODE.replace("sixth = True", "sixth = 'newer'") if is_newer else CODE
    files["copier.yml"] = str(files["copier.yml"]) + "---\n" + OWNED
    files["template/app/fixtures.py.jinja"] = FIXTURES
    return files | {"template/app/link.py.jinja": code, "template/app/both.py": "both = True\n" * 6}


@pytest.fixture
def merged(
    here: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Project:
    """Return a project in which git has merged a branch with items and one with tags."""
    folder = here / "releases"
    releases.write(folder, "v0.1.0", template())
    monkeypatch.setattr(store, "FOLDER", folder)
    monkeypatch.setattr(planning, "render", RENDER)
    project = Project(here / "demo", capfd).create("auth=true")
    project.git("branch", "other")
    add(project, "items")
    project.git("switch", "--quiet", "other")
    add(project, "tags")
    project.git("-c", "user.name=A", "-c", "user.email=a@b.c", "merge", "--quiet", "-m", "m", "-")
    project.git("rm", "--quiet", "alembic/versions/0003_tags.py")  # two heads are another story
    project.commit()
    return project


def add(project: Project, name: str) -> None:
    assert project.run("add", name, "--project", str(project.path), "--json").code == 0
    project.commit()


def fresh(*answers: str) -> Callable[[str], str]:
    from tests.update.project import fresh as made

    tree = made(*answers, version="v0.1.0")
    return lambda path: tree[path].data.decode()


def missing(project: Project) -> list[tuple[str, str]]:
    status = project.run("status", str(project.path), "--json", "--check")
    found = [
        (finding["path"], finding["message"])
        for finding in status.document["findings"]
        if "together" in finding["message"]
    ]
    assert status.code == (4 if status.document["reasons"] else 0)
    assert bool(found) == any("--repair" in r["fix"] for r in status.document["reasons"])
    return found


def test_missing_parts_are_named(merged: Project) -> None:
    assert "not verified" not in merged.read("app/link.py")

    found = missing(merged)

    assert {path for path, _ in found} == {"app/link.py", "app/both.py", "app/fixtures.py"}
    assert all("items and tags need together" in message for _, message in found)
    assert any("if not user.verified" in message for _, message in found)


def test_missing_parts_are_named_where_there_is_a_newer_release(merged: Project) -> None:
    found = missing(merged)
    releases.write(store.FOLDER, "v0.2.0", template(is_newer=True))

    assert found
    assert missing(merged) == found


def test_repair_adds_them(merged: Project) -> None:
    dry = merged.update("--repair", "--dry-run")
    result = merged.update("--repair")

    assert (dry.code, result.code) == (0, 0)
    whole = fresh("auth=true", "items=true", "tags=true")
    assert merged.read("app/link.py") == whole("app/link.py")
    assert merged.read("app/both.py") == whole("app/both.py")
    assert merged.read("app/fixtures.py") == whole("app/fixtures.py")
    merged.commit()
    assert missing(merged) == []
    assert merged.update("--repair").document["up_to_date"]


def test_repair_names_several_heads(merged: Project) -> None:
    merged.write("alembic/versions/mine.py", revision("mine", "mine", None))
    merged.commit()

    result = merged.update("--repair")

    assert result.code == 3
    messages = [finding["message"] for finding in result.document["findings"]]
    assert any("one of several heads" in message for message in messages)


@pytest.mark.slow
def test_next_update_adds_them(merged: Project) -> None:
    merged.replace("app/link.py", "first = True", "first = 'mine'")
    merged.commit()
    releases.write(store.FOLDER, "v0.2.0", template(is_newer=True))

    result = merged.update()

    text = merged.read("app/link.py")
    assert result.code == 0
    assert "not verified" in text
    assert "sixth = 'newer'" in text
    assert "first = 'mine'" in text
    assert (merged.path / "app/both.py").is_file()
    assert any("app/link.py" in warning for warning in result.document["warnings"])


@pytest.mark.slow
def test_what_the_owner_has_deleted_is_not_missing(merged: Project) -> None:
    merged.update("--repair")
    merged.commit()
    text = merged.read("app/link.py")
    merged.write("app/link.py", text[: text.index("    if not")] + text[text.index("    fourth") :])
    (merged.path / "app/both.py").unlink()
    merged.commit()

    assert missing(merged) == []
    assert merged.update("--repair").document["up_to_date"]


@pytest.mark.slow
def test_edits_of_other_lines_are_not_missing(merged: Project) -> None:
    merged.update("--repair")
    merged.commit()
    merged.replace("app/link.py", "    count(user)\n", "")
    merged.replace("app/link.py", "third = True", "third = 'mine'")
    merged.commit()

    assert missing(merged) == []


def test_features_that_were_added_one_after_the_other_have_everything(
    here: Path, merged: Project
) -> None:
    shutil.rmtree(merged.path)
    project = Project(here / "demo", merged.capfd).create("auth=true")
    add(project, "items")
    add(project, "tags")

    assert "not verified" in project.read("app/link.py")
    assert missing(project) == []


@pytest.mark.slow
def test_squashed_branches_are_repaired_too(merged: Project) -> None:
    first = merged.git("rev-list", "--max-parents=0", "HEAD").strip()
    merged.git("reset", "--quiet", "--soft", first)
    merged.commit()

    assert missing(merged) != []
    assert merged.update("--repair").code == 0
    assert "not verified" in merged.read("app/link.py")
