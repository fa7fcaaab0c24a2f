"""What merged without a conflict and no longer fits together is found, listed and exit code 3."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from newapi.releases import store
from newapi.update import planning
from tests.runs import Result
from tests.update import releases
from tests.update.project import Project
from tests.update.releases import numbered, revision

RENDER = planning.render  # without what the tests of other releases remember
MAIN = "template/app/main.py.jinja"


def add_release(folder: Path, changes: Mapping[str, str | None]) -> None:
    """Write v0.4.0: the first release with other contents, or without files."""
    files: dict[str, Any] = {**releases.first(), **changes}
    releases.write(folder, "v0.4.0", {p: text for p, text in files.items() if text is not None})


@pytest.fixture
def own_releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: Project) -> Path:
    """Return a folder for releases of a test's own; the project is at its first one."""
    assert project.path.is_dir()
    folder = tmp_path / "own-releases"
    releases.write(folder, "v0.1.0", releases.first())
    monkeypatch.setattr(store, "FOLDER", folder)
    monkeypatch.setattr(planning, "render", RENDER)
    return folder


def update(project: Project) -> Result:
    result = project.update("--to", "v0.4.0")
    assert not [o for o in result.document["outcomes"] if o["action"] == "conflict"]
    return result


def found(result: Result) -> list[tuple[str, int, str]]:
    assert result.code == (3 if result.document["findings"] else 0)
    assert result.document["exit_code"] == result.code
    return [(f["path"], f["line"], f["message"]) for f in result.document["findings"]]


HELPERS = numbered("h")
IMPORTS = {
    "a module that the template drops": (
        {"app/mine.py": "import os\nfrom app.old import o\n"},
        {"template/app/old.py": None},
        ("app/mine.py", 2, "app.old.o is not there any more"),
    ),
    "a module imported as a whole": (
        {"app/mine.py": "import app.old as old\n"},
        {"template/app/old.py": None},
        ("app/mine.py", 1, "app.old is not there any more"),
    ),
    "a name that the template renames": (
        {"app/mine.py": "from app.helpers import (\n    h,\n)\n"},
        {"template/app/helpers.py": HELPERS.replace("h = ", "helper = ")},
        ("app/mine.py", 1, "app.helpers.h is not there any more"),
    ),
    "an attribute of a module": (
        {"app/mine.py": "from app import helpers\n\n\ndef use():\n    return helpers.h\n"},
        {"template/app/helpers.py": HELPERS.replace("h = ", "helper = ")},
        ("app/mine.py", 5, "app.helpers.h is not there any more"),
    ),
    "a relative import": (
        {"app/mine.py": "from .helpers import h\n"},
        {"template/app/helpers.py": HELPERS.replace("h = ", "helper = ")},
        ("app/mine.py", 1, "app.helpers.h is not there any more"),
    ),
    "a name that the owner has renamed": (
        {"app/helpers.py": HELPERS.replace("h = ", "mine = ")},
        {"template/app/new.py": "from app.helpers import h\n"},
        ("app/new.py", 1, "app.helpers.h is not there any more"),
    ),
    "a module that the owner has renamed": (
        {"app/helpers.py": None, "app/tools.py": "mine = 1\n"},
        {"template/app/new.py": "import app.helpers\n"},
        ("app/new.py", 1, "app.helpers is not there any more"),
    ),
}


def edit(project: Project, files: Mapping[str, str | None]) -> None:
    for name, text in files.items():
        if text is None:
            (project.path / name).unlink()
        else:
            project.write(name, text)
    project.commit()


@pytest.mark.parametrize(("mine", "theirs", "expected"), IMPORTS.values(), ids=IMPORTS)
def test_import_that_leads_nowhere(
    project: Project,
    own_releases: Path,
    mine: dict[str, str | None],
    theirs: dict[str, str | None],
    expected: tuple[str, int, str],
) -> None:
    edit(project, mine)
    add_release(own_releases, theirs)

    assert found(update(project)) == [expected]


@pytest.mark.parametrize(("number", "heading"), [(1, "1 finding:"), (2, "2 findings:")])
def test_findings_are_counted(
    project: Project, own_releases: Path, number: int, heading: str
) -> None:
    edit(project, {f"app/mine{each}.py": "from app.old import o\n" for each in range(number)})
    add_release(own_releases, {"template/app/old.py": None})

    result = project.run("update", str(project.path), "--to", "v0.4.0")

    assert result.code == 3
    assert f"{heading} merged without a conflict" in result.out


def test_name_that_lost_its_import(project: Project, own_releases: Path) -> None:
    text = "import os\nimport sys\n\n" + numbered("m") + "end = True\n"
    for release in ("v0.1.0",):
        releases.write(own_releases / "again", release, {**releases.first(), MAIN: text})
    (own_releases / "v0.1.0.json").write_bytes((own_releases / "again/v0.1.0.json").read_bytes())
    edit(project, {"app/main.py": text + "mine = os.sep\n"})
    releases.write(
        own_releases, "v0.4.0", {**releases.first(), MAIN: text.replace("import os\n", "")}
    )

    ((path, line, message),) = found(update(project))

    assert (path, message) == ("app/main.py", "os is used, and nothing defines or imports it")
    assert line == project.read("app/main.py").splitlines().index("mine = os.sep") + 1


TWICE = {
    "compose.yaml": (
        "services:\n{0}  app:\n    image: app\n" + "".join(f"  # {n}\n" for n in range(9)) + "{1}",
        "  redis:\n    image: mine\n",
        "  redis:\n    image: theirs\n",
        "services.redis is there twice",
    ),
    "settings.py": (
        "class Settings:\n{0}    a: int = 1\n" + "".join(f"    # {n}\n" for n in range(9)) + "{1}",
        "    redis_url: str = 'mine'\n",
        "    redis_url: str = 'theirs'\n",
        "Settings.redis_url is there twice",
    ),
    "tool.toml": (
        "[tool]\n{0}a = 1\n" + "".join(f"# {n}\n" for n in range(9)) + "{1}",
        "redis = 'mine'\n",
        "redis = 'theirs'\n",
        "redis is there twice",
    ),
    ".env.example": (
        "A=1\n{0}B=1\n" + "".join(f"# {n}\n" for n in range(9)) + "{1}",
        "REDIS_URL=mine\n",
        "REDIS_URL=theirs\n",
        "REDIS_URL is there twice",
    ),
}


@pytest.mark.parametrize("name", TWICE)
def test_key_that_comes_twice(project: Project, own_releases: Path, name: str) -> None:
    text, mine, theirs, message = TWICE[name]
    base = {**releases.first(), f"template/{name}": text.format("", "")}
    (own_releases / "v0.1.0.json").unlink()
    releases.write(own_releases, "v0.1.0", base)
    edit(project, {name: text.format(mine, "")})
    releases.write(own_releases, "v0.4.0", {**base, f"template/{name}": text.format("", theirs)})

    result = update(project)

    assert found(result)[0][::2] == (name, message)
    assert found(result)[0][1] > 10
    status = project.run("status", str(project.path), "--json", "--check")
    assert status.code == 4
    assert status.document["findings"] == result.document["findings"]


COMPOSE = (
    "x-app: &app\n  image: app\n\nservices:\n  db:\n    image: postgres\n    volumes:\n"
    "      - data:/var/lib/db\n" + "".join(f"  # {n}\n" for n in range(9)) + "\nvolumes:\n  data:\n"
)
WORKFLOW = "jobs:\n  test:\n    steps: []\n" + "".join(f"  # {n}\n" for n in range(9))
UNDEFINED = {
    "anchor": (
        "compose.yaml",
        COMPOSE,
        ("&app", "&service"),
        "  api:\n    <<: *app\n",
        "*app",
    ),
    "service": (
        "compose.yaml",
        COMPOSE,
        ("  db:", "  database:"),
        "  api:\n    image: app\n    depends_on:\n      db:\n        condition: service_healthy\n",
        "service db",
    ),
    "service in a list": (
        "compose.yaml",
        COMPOSE,
        ("  db:", "  database:"),
        "  api:\n    image: app\n    depends_on: [db]\n",
        "service db",
    ),
    "volume": (
        "compose.yaml",
        COMPOSE,
        ("data:", "pgdata:"),
        "  backup:\n    image: app\n    volumes:\n      - ./x:/x\n      - data:/data:ro\n",
        "volume data",
    ),
    "volume as a mapping": (
        "compose.yaml",
        COMPOSE,
        ("data:", "pgdata:"),
        "  backup:\n    image: app\n    volumes: [{type: volume, source: data, target: /data}]\n",
        "volume data",
    ),
    "job": (
        ".github/workflows/ci.yml",
        WORKFLOW,
        ("  test:", "  tests:"),
        "  deploy:\n    needs: [test]\n    steps: []\n",
        "job test",
    ),
}


@pytest.mark.parametrize("case", UNDEFINED)
def test_name_in_yaml_that_the_owner_has_renamed(
    project: Project, own_releases: Path, case: str
) -> None:
    name, text, (old, new), added, undefined = UNDEFINED[case]
    base = {**releases.first(), f"template/{name}": text}
    (own_releases / "v0.1.0.json").unlink()
    releases.write(own_releases, "v0.1.0", base)
    edit(project, {name: text.replace(old, new)})
    wanted = text.replace("  # 8\n", f"  # 8\n{added}")
    releases.write(own_releases, "v0.4.0", {**base, f"template/{name}": wanted})

    ((path, line, message),) = found(update(project))

    assert (path, message) == (name, f"{undefined} is used, and nothing in this file defines it")
    assert undefined.split()[-1] in project.read(name).splitlines()[line - 1]


@pytest.mark.parametrize("first", ["include: [compose.db.yaml]\n", ""])
def test_names_that_another_file_defines_are_left_alone(
    project: Project, own_releases: Path, first: str
) -> None:
    base = {**releases.first(), "template/compose.yaml": COMPOSE}
    (own_releases / "v0.1.0.json").unlink()
    releases.write(own_releases, "v0.1.0", base)
    edit(project, {
        "compose.yaml": first + COMPOSE.replace("  db:", "  database:"),
        "compose.db.yaml": "services:\n  db:\n    image: postgres\n",
    })  # fmt: skip
    added = "  # 8\n  api:\n    image: app\n    depends_on: [db]\n"
    wanted = {"template/compose.yaml": COMPOSE.replace("  # 8\n", added)}
    releases.write(own_releases, "v0.4.0", {**base, **wanted})

    assert found(update(project)) == []


def test_files_that_differ_only_in_case(project: Project, own_releases: Path) -> None:
    edit(project, {"dockerfile": "mine\n", "Docs/mine.md": "mine\n"})
    add_release(own_releases, {"template/Dockerfile": "theirs\n", "template/docs/a.md": "a\n"})

    assert found(update(project)) == [
        ("Dockerfile", 0, "is the same as dockerfile on Windows and macOS"),
        ("docs", 0, "is the same as Docs on Windows and macOS"),
    ]


def test_own_duplicates_and_imports_are_left_alone(project: Project, own_releases: Path) -> None:
    edit(project, {
        "mine.yaml": "a: 1\na: 2\n",
        "app/mine.py": "import missing\nfrom app.missing import x\nprint(nothing)\n",
    })  # fmt: skip
    add_release(own_releases, {MAIN: numbered("m", {3: "m = 'new'"})})

    assert found(update(project)) == []


def test_people_see_findings_with_their_lines(project: Project, own_releases: Path) -> None:
    edit(project, {"app/mine.py": "from app.old import o\n"})
    add_release(own_releases, {"template/app/old.py": None})

    result = project.run("update", str(project.path), "--no-json")

    assert result.code == 3
    assert "app/mine.py:1" in result.out
    assert "app.old.o is not there any more" in result.out
    assert project.run("update", str(project.path), "--continue", "--json").document["findings"]


def test_dry_run_and_diff_find_the_same(project: Project, own_releases: Path) -> None:
    edit(project, {"app/mine.py": "from app.old import o\n"})
    add_release(own_releases, {"template/app/old.py": None})

    dry = project.update("--dry-run")
    diff = project.run("diff", str(project.path), "--json")

    assert len(found(dry)) == 1
    assert (diff.code, diff.document["findings"]) == (3, dry.document["findings"])


def test_several_heads_and_roots_are_found(project: Project) -> None:
    project.write("alembic/versions/mine.py", revision("mine", "mine", None))
    project.commit()

    status = project.run("status", str(project.path), "--json", "--check")

    messages = [finding["message"] for finding in status.document["findings"]]
    assert status.code == 4
    assert any("several heads" in message for message in messages)
    assert any("several first revisions" in message for message in messages)


def test_revision_without_its_parent_is_found(project: Project) -> None:
    text = revision("mine", "mine", None).replace("= None", '= "gone"')
    project.write("alembic/versions/mine.py", text)
    project.commit()

    status = project.run("status", str(project.path), "--json")

    messages = [finding["message"] for finding in status.document["findings"]]
    assert "builds upon gone, which is not there" in messages
