"""`newapi adopt`: projects without an answers file, and projects of other templates."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from newapi.releases import store
from newapi.update import planning
from tests import trees
from tests.marks import slow_or_long
from tests.runs import Result
from tests.update import releases
from tests.update.project import Project

RENDER = planning.render  # without what the tests of other releases remember
ANSWERS = ".copier-answers.yml"
OFFICIAL = {
    ".copier/.copier-answers.yml": (
        "_commit: 0.10.0\n"
        "_src_path: https://github.com/fastapi/full-stack-fastapi-template\n"
        "project_name: Shop\nsentry_dsn: ''\n"
    ),
    ".github/workflows/test-backend.yml": "on: push\n",
    "backend/Dockerfile": "FROM python:3.12\n",
    "backend/app/main.py": "app = None\n",
    "backend/app/core/config.py": "settings = None\n",
    "backend/app/api/deps.py": "",
    "backend/app/email-templates/src/reset_password.mjml": "<mjml/>\n",
    "backend/pyproject.toml": (
        '[project]\nname = "app"\ndependencies = [\n    "fastapi[standard]<1.0.0",\n'
        '    "sqlmodel<1.0.0",\n    "psycopg[binary]<4.0.0",\n    "pyjwt<3.0.0",\n'
        '    "sentry-sdk[fastapi]<3.0.0",\n]\n'
    ),
    "frontend/package.json": "{}\n",
}


def adopt(project: Project, *words: str) -> Result:
    """Adopt this project; the document says what was found."""
    return project.run("adopt", str(project.path), "--json", *words)


@pytest.fixture
def lost(project: Project) -> Project:
    """Return a project whose answers file nobody has, also not in its history."""
    (project.path / ANSWERS).unlink()
    project.git("update-ref", "-d", "HEAD")
    project.commit()
    return project


def other(here: Path, capfd: pytest.CaptureFixture[str], files: dict[str, str]) -> Project:
    """Return a project that another template has made."""
    trees.commit(trees.write(here / "shop", files))
    return Project(here / "shop", capfd)


def test_release_and_answers_are_found(lost: Project) -> None:
    result = adopt(lost)

    document = result.document
    assert result.code == 0
    assert document["release"] == "v0.1.0"
    assert document["fit"] == 1
    assert document["files"]["modified"] == 0
    assert document["patch"] == ""
    recorded = yaml.safe_load(lost.read(ANSWERS))
    assert recorded["_commit"] == "v0.1.0"
    assert [recorded[name] for name in ("auth", "items", "worker")] == [True, True, True]


def test_only_the_answers_file_is_written_and_staged(lost: Project) -> None:
    before = lost.files()

    adopt(lost)

    after = lost.files()
    assert after.keys() - before.keys() == {ANSWERS}
    assert {path: after[path] for path in before} == before
    assert lost.git("diff", "--cached", "--name-only").split() == [ANSWERS]


@pytest.mark.parametrize("word", ["--dry-run", "--patch"])
def test_nothing_is_written_to_look(lost: Project, word: str) -> None:
    before = lost.snapshot()

    result = adopt(lost, word)

    assert result.code == 0
    assert result.document["dry_run"]
    assert lost.snapshot() == before


def test_adopted_project_is_updated_without_losing_a_line(lost: Project) -> None:
    lost.write("app/main.py", lost.read("app/main.py") + "\n\nmine = 'kept'\n")
    lost.write("app/own.py", "own = 'kept'\n")
    lost.commit()

    adopt(lost)
    lost.commit()
    result = lost.update()

    assert result.code == 0
    assert result.document["from"]["commit"] == "v0.1.0"
    assert "mine = 'kept'" in lost.read("app/main.py")
    assert "m = 'third'" in lost.read("app/main.py")
    assert lost.read("app/own.py") == "own = 'kept'\n"


def test_differences_are_shown_as_a_patch(lost: Project) -> None:
    lost.write("app/main.py", lost.read("app/main.py") + "\n\nmine = 'kept'\n")
    lost.commit()

    result = lost.run("adopt", str(lost.path), "--patch")

    added = [line for line in result.out.splitlines() if line.startswith("+")]
    assert added == ["+++ b/app/main.py", "+", "+", "+mine = 'kept'"]


def test_names_of_a_renamed_folder_are_no_differences(
    here: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        **releases.first(),
        "template/app/__init__.py": "",
        "template/app/core/__init__.py": "",
        "template/app/core/base.py": "from app.main import m\n" + releases.numbered("b"),
        "template/tests/test_base.py": "from app.core.base import b\n",
    }
    releases.write(tmp_path / "own-releases", "v0.1.0", files)
    monkeypatch.setattr(store, "FOLDER", tmp_path / "own-releases")
    monkeypatch.setattr(planning, "render", RENDER)
    text = "Its code is in app/main.py"
    project = Project(here / "demo", capfd).create("auth=true", f"description={text}")
    (project.path / ANSWERS).unlink()
    (project.path / "src").mkdir()
    project.git("mv", "app", "src/shop")
    for name in ("src/shop/core/base.py", "tests/test_base.py"):
        project.replace(name, "from app", "from shop")
    project.git("update-ref", "-d", "HEAD")
    project.commit()

    document = adopt(project, "--set", f"description={text}").document

    changed = {file["path"] for file in document["drift"] if file["state"] == "modified"}
    assert changed <= {"README.md"}  # which has the description
    assert text in project.read(ANSWERS)


def test_nearest_release_is_taken_also_of_an_edited_project(lost: Project) -> None:
    adopt(lost)
    lost.commit()
    lost.update()
    lost.commit()
    lost.git("rm", "--quiet", "--cached", ANSWERS)
    (lost.path / ANSWERS).unlink()
    lost.write("app/main.py", "mine = 'first'\n" + lost.read("app/main.py"))
    lost.git("update-ref", "-d", "HEAD")
    lost.commit()

    document = adopt(lost).document

    assert document["release"] == "v0.3.0"
    assert document["candidates"][0]["release"] == "v0.3.0"


def test_deleted_answers_file_is_found_in_the_history(project: Project) -> None:
    recorded = yaml.safe_load(project.read(ANSWERS))
    (project.path / ANSWERS).unlink()
    project.commit()

    document = adopt(project).document

    assert [each["release"] for each in document["candidates"]] == [recorded["_commit"]]
    assert yaml.safe_load(project.read(ANSWERS)) == recorded


def test_address_of_a_copy_is_replaced(project: Project) -> None:
    text = project.read(ANSWERS).replace("https://newapi.invalid/newapi.git", "/home/ada/newapi")
    project.write(ANSWERS, text)
    project.commit()

    result = adopt(project)

    assert result.code == 0
    assert result.action(ANSWERS) == "updated"
    assert "_src_path: https://newapi.invalid/newapi.git\n" in project.read(ANSWERS)


def test_answers_can_be_corrected(lost: Project) -> None:
    document = adopt(lost, "--from", "v0.2.0", "--set", "description=Ours", "--dry-run").document

    assert document["release"] == "v0.2.0"
    assert document["answers"]["description"] == "Ours"


def test_adoption_is_taken_back(lost: Project) -> None:
    before = lost.snapshot()
    adopt(lost)

    lost.run("update", str(lost.path), "--abort")

    assert lost.snapshot() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--from", "v9.9.9"), "There is no release v9.9.9."),
        (("--with", "nothing"), "There is no feature 'nothing'."),
    ],
)
def test_wrong_words_are_refused(lost: Project, words: tuple[str, ...], message: str) -> None:
    result = adopt(lost, *words)

    assert result.code == 2
    assert result.document["problems"][0]["message"] == message


def test_project_of_newapi_is_refused(project: Project) -> None:
    result = adopt(project)

    assert result.code == 1
    assert result.document["message"] == "The project is one of newapi already, at v0.1.0."
    assert "newapi update" in result.document["hint"]


def test_uncommitted_changes_are_refused(lost: Project) -> None:
    lost.write("app/main.py", "mine = 1\n")

    result = adopt(lost)

    assert result.code == 1
    assert "app/main.py" in result.document["message"]


def test_official_template_gets_a_report(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    project = other(here, capfd, OFFICIAL)
    before = project.snapshot()

    result = adopt(project)

    document = result.document
    assert result.code == 1
    assert document["layout"] == "full-stack-fastapi-template"
    assert document["made_from"].endswith("/full-stack-fastapi-template 0.10.0")
    choices = {part["name"]: part["choice"] for part in document["parts"]}
    assert choices == {
        "PostgreSQL": "database=postgres",
        "accounts": "auth",
        "e-mail": "email",
        "Sentry": "sentry",
        "Docker": "docker",
        "GitHub Actions": "github",
        "a front end": "",
        "SQLModel": "",
    }
    assert document["hint"].startswith("newapi create ../shop-newapi --preset minimal --with ")
    assert project.snapshot() == before


@pytest.fixture
def official(tmp_path: Path) -> Path:
    """Return the repository of a template, with two releases."""
    root = tmp_path / "full-stack-fastapi-template"
    files = {name: text for name, text in OFFICIAL.items() if not name.startswith(".copier")}
    trees.write(root, {**files, "backend/app/crud.py": "".join(f"c = {n}\n" for n in range(9))})
    trees.commit(root, "0.9.0")
    trees.write(root, {"backend/app/main.py": "app = 'newer'\n", "backend/app/new.py": "new = 1\n"})
    return trees.commit(root, "0.10.0")


def test_files_of_the_owner_are_told_from_those_of_the_template(
    here: Path, capfd: pytest.CaptureFixture[str], official: Path
) -> None:
    crud = "".join(f"c = {n}\n" for n in range(9)).replace("c = 4", "mine = 4")
    project = other(here, capfd, {**OFFICIAL, "backend/app/crud.py": crud, "backend/mine.py": ""})
    before = project.snapshot()

    result = adopt(project, "--template", str(official))

    document = result.document
    assert result.code == 1
    assert document["release"] == "0.9.0"
    assert [each["release"] for each in document["candidates"]] == ["0.9.0", "0.10.0"]
    drift = {(each["path"], each["state"]) for each in document["drift"]}
    assert ("backend/app/crud.py", "modified") in drift
    assert ("backend/mine.py", "own") in drift
    assert "-c = 4\n+mine = 4\n" in document["patch"]
    assert document["files"]["modified"] == 1
    assert "project_name=shop" in document["hint"]
    assert project.snapshot() == before


def test_changes_of_the_owner_are_printed(
    here: Path, capfd: pytest.CaptureFixture[str], official: Path
) -> None:
    project = other(here, capfd, {**OFFICIAL, "backend/app/main.py": "app = 'mine'\n"})
    words = ("adopt", str(project.path), "--template", str(official), "--from", "0.9.0")

    shown = project.run(*words)
    patch = project.run(*words, "--patch")

    assert "changed by you" in shown.out
    assert "backend/app/main.py" in shown.out
    assert "+app = 'mine'" in patch.out


def test_unknown_release_of_another_template_is_refused(
    here: Path, capfd: pytest.CaptureFixture[str], official: Path
) -> None:
    project = other(here, capfd, OFFICIAL)

    result = adopt(project, "--template", str(official), "--from", "0.3.0")

    assert result.code == 2
    assert "0.10.0, 0.9.0" in result.err


def test_report_is_readable_without_json(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    project = other(here, capfd, OFFICIAL)

    result = project.run("adopt", str(project.path))

    assert result.code == 1
    assert "psycopg in backend/pyproject.toml" in result.out
    assert "newapi create ../shop-newapi" in result.out
    assert "Nothing was changed." in result.err


def test_another_layout_gets_a_report(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = {"main.py": "app = None\n", "requirements.txt": "fastapi\ncelery[redis]==5.4\n"}
    project = other(here, capfd, files)

    result = adopt(project)

    assert result.code == 1
    assert result.document["layout"] == "other"
    assert result.document["fit"] < 0.5
    assert [part["name"] for part in result.document["parts"]] == ["Celery"]
    assert not (project.path / ANSWERS).exists()


PROJECTS = {
    "minimal": ("--preset", "minimal", "--ref", "v0.4.0"),
    "standard": (
        "--preset",
        "standard",
        "--set",
        "python_version=3.12",
        "--with",
        "mysql,admin,background",
        "--ref",
        "v0.5.0",
    ),
    "full": ("--preset", "full", "--without", "kubernetes,cache", "--ref", "v0.6.0"),
}


@pytest.mark.parametrize("name", slow_or_long({"full"}, {name: name for name in PROJECTS}))
def test_project_of_a_real_release_is_found_and_updated(
    tmp_path: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    name: str,
) -> None:
    assert home.is_dir()
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path / "shop", capfd)
    texts = ("--set", "description=All of it", "--set", "license=MIT")
    made = project.run(
        *("create", "shop", *PROJECTS[name], *texts, "--defaults", "--no-git", "--no-lock")
    )
    assert made.code == 0, made.err
    expected = yaml.safe_load(project.read(ANSWERS))
    (project.path / ANSWERS).unlink()
    project.write("app/main.py", project.read("app/main.py") + "\n\nMINE = 1\n")
    (project.path / "src").mkdir()
    (project.path / "app").rename(project.path / "src/app")
    project.commit()

    document = adopt(project).document

    assert document["ok"], document
    found = yaml.safe_load(project.read(ANSWERS))
    wrong = {name for name, value in found.items() if expected[name] != value}
    assert wrong <= ({"tables"} if expected["auth"] else set())  # which accounts bring anyway
    project.commit()
    before = {path: project.read(path) for path in project.git("ls-files").split()}
    updated = project.update()
    assert updated.code in {0, 3}
    assert "MINE = 1" in project.read("src/app/main.py")
    kept = project.git("diff", "--cached", "--name-only", "--diff-filter=D").split()
    assert not [path for path in kept if "MINE" in before[path]]
