"""`newapi create` makes the requested project, and reports its own decisions."""

from __future__ import annotations

import re
import shlex
import stat
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from newapi.errors import NewapiError
from newapi.questions import choices
from newapi.questions.answers import complete as resolve
from newapi.template import engine
from newapi.template.catalog import Catalog, load
from newapi.template.sources import Source
from tests.cli.conftest import Run, names


def answers(project: Path) -> dict[str, object]:
    found = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert isinstance(found, dict)
    return found


def git(project: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=project, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture(scope="module")
def catalog_of_sample(template: Path) -> Catalog:
    return load(template)


def test_defaults_make_a_complete_project(create: Run, here: Path) -> None:
    result = create("demo", "--defaults")

    assert result.code == 0
    assert answers(here / "demo") | {"_src_path": ""} == {
        "_src_path": "",
        "project_name": "demo",
        "project_title": "demo",
        "description": "A service",
        "author_name": "Ada",
        "author_email": "ada@example.org",
        "database": "sqlite",
        "auth": True,
        "items": True,
        "oauth": False,
        "sharing": False,
        "jobs": "celery",
        "docker": True,
        "ci": "github",
    }
    assert (here / "demo/auth.txt").is_file()
    assert not (here / "demo/oauth.txt").exists()
    assert names(here) == ["demo"]


def test_own_template_makes_a_project(newapi: Run, here: Path) -> None:
    result = newapi("create", "demo", "--preset", "minimal", "--defaults", "--no-lock", "--no-git")

    assert result.code == 0
    assert (here / "demo/app/main.py").is_file()
    assert answers(here / "demo")["database"] == "sqlite"


def test_result_says_what_was_made_and_what_to_type_next(create: Run) -> None:
    result = create("demo", "--defaults")

    assert re.search(r"Created demo from standard: \d+ files, [\d.]+ \w?B", result.out)
    assert re.search(r"app/ +1 file\b", result.out)
    assert "cd demo\n" in result.out
    assert "uv run fastapi dev\n" in result.out
    assert "http://127.0.0.1:8000/docs" in result.out


def test_replay_command_makes_the_same_answers(create: Run, newapi: Run, here: Path) -> None:
    first = create(
        "demo",
        "--with",
        "oauth,gitlab",
        "--without",
        "docker",
        "--set",
        "description=It's {{ 1 }}",
        "-y",
    )
    (replay,) = re.findall(r"^ +(newapi create .*)$", first.out, re.MULTILINE)
    expected = answers(here / "demo")
    (here / "demo").rename(here / "before")

    second = newapi(*shlex.split(replay)[1:])

    assert second.code == 0
    assert answers(here / "demo") == expected


def test_nobody_is_asked_without_a_terminal_and_one_line_says_so(create: Run) -> None:
    result = create("demo", "--no-git")

    assert result.code == 0
    assert [line for line in result.err.splitlines() if "Not asking" in line] == [
        "Not asking: what no flag answers takes its default (preset standard)."
    ]


def test_with_defaults_nothing_is_said_about_asking(create: Run) -> None:
    assert "Not asking" not in create("demo", "--defaults").err


def test_requirement_is_switched_on_aloud(create: Run, here: Path) -> None:
    result = create("demo", "--preset", "minimal", "--with", "items", "-y")

    assert "items needs auth: switched on" in result.err
    assert answers(here / "demo")["auth"] is True


def test_feature_of_the_preset_goes_with_its_requirement_aloud(create: Run, here: Path) -> None:
    result = create("demo", "--without", "auth", "-y")

    assert result.code == 0
    assert "items needs auth: switched off" in result.err
    assert answers(here / "demo")["items"] is False


def test_answers_file_is_used_and_flags_win(create: Run, here: Path) -> None:
    (here / "a.yml").write_text("description: From a file\ndatabase: mysql\nproject_name: other\n")

    result = create("demo", "--answers", "a.yml", "--set", "database=postgres", "-y")

    assert result.code == 0
    found = answers(here / "demo")
    assert (found["project_name"], found["description"]) == ("demo", "From a file")
    assert found["database"] == "postgres"


def test_answers_of_a_project_make_the_same_project(create: Run, here: Path) -> None:
    create("one", "--preset", "full", "--without", "oauth", "--set", "author_name=Bob", "-y")

    result = create(
        "two", "--answers", "one/.copier-answers.yml", "--set", "project_title=one", "-y"
    )

    assert result.code == 0
    ours = {"project_name": "one", "project_title": "one"}
    assert answers(here / "two") | ours == answers(here / "one")


def test_preset_decides_what_no_flag_does(create: Run, here: Path) -> None:
    create("demo", "--preset", "full", "-y")

    found = answers(here / "demo")
    assert (found["database"], found["oauth"]) == ("postgres", True)


def test_texts_appear_literally(create: Run, here: Path) -> None:
    nasty = """"quoted" 'single' \\ ${X} {{ 7*7 }} {% raw %} #} */ <b> %s ]]> Приложение 👩‍👩‍👧"""

    result = create(
        "demo", "--set", f"project_title={nasty}", "--set", f"description={nasty}", "-y"
    )

    assert result.code == 0
    assert (here / "demo/README.md").read_text() == f"# {nasty}\n\n{nasty}\n"
    assert answers(here / "demo")["description"] == nasty


@given(title=st.text(st.characters(codec="utf-8"), min_size=1, max_size=200))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_printable_title_is_recorded(
    catalog_of_sample: Catalog, template: Path, tmp_path: Path, title: str
) -> None:
    given_ = choices.read(choices.Choices(settings=(f"project_title={title}",)), catalog_of_sample)
    assume(not given_.problems)
    found = resolve(given_.values, "minimal", {}, catalog_of_sample).answers
    project = tmp_path / uuid4().hex / "demo"

    engine.render(Source(template, "https://x.invalid", "v1"), found, project)

    assert answers(project)["project_title"] == title.strip(" ")


def test_target_may_be_a_path(create: Run, here: Path) -> None:
    assert create("a/b/demo/", "-y").code == 0
    assert answers(here / "a/b/demo")["project_name"] == "demo"


def test_path_may_have_spaces_and_any_letters(create: Run, here: Path) -> None:
    (here / "Проекты и más").mkdir()

    result = create("Проекты и más/demo", "-y")

    assert result.code == 0
    assert "cd 'Проекты и más/demo'" in result.out


def test_empty_folder_is_filled(create: Run, here: Path) -> None:
    (here / "demo").mkdir()

    assert create("demo", "-y").code == 0


def test_force_adds_and_keeps_what_is_there(create: Run, here: Path) -> None:
    (here / "demo").mkdir()
    (here / "demo/README.md").write_text("mine")

    result = create("demo", "-y", "--force")

    assert result.code == 0
    assert (here / "demo/README.md").read_text() == "mine"
    assert (here / "demo/auth.txt").is_file()
    assert "README.md was there and is kept" in result.err
    assert "No git repository was made" in result.err
    assert not (here / "demo/.git").exists()


def test_dry_run_tells_that_git_is_left_out(create: Run, here: Path) -> None:
    (here / ".git").mkdir()
    (here / ".git/HEAD").write_text("ref: refs/heads/main\n")

    dry = create("demo", "-y", "--dry-run", "--json").document
    real = create("demo", "-y", "--json").document

    assert "inside" in dry["warnings"][0]
    assert dry["warnings"] == real["warnings"]


def test_dry_run_with_force_says_what_is_kept(create: Run, here: Path) -> None:
    (here / "demo").mkdir()
    (here / "demo/README.md").write_text("mine")

    result = create("demo", "-y", "--force", "--dry-run")

    assert result.code == 0
    assert "README.md was there and is kept" in result.err
    assert names(here / "demo") == ["README.md"]


def test_dry_run_with_force_refuses_what_the_real_run_does(create: Run, here: Path) -> None:
    (here / "demo/README.md").mkdir(parents=True)

    words = ("demo", "-y", "--force")

    assert create(*words, "--dry-run").code == create(*words).code == 2


def test_database_server_is_started_before_a_project_that_does_not_bring_one(create: Run) -> None:
    full = create("one", "-y", "--preset", "full", "--json")
    mysql = create("two", "-y", "--preset", "full", "--set", "database=mysql", "--json")

    assert full.document["next"][:2] == ["cd one", "uv run fastapi dev"]
    assert mysql.document["next"][:2] == ["cd two", "docker compose up --wait db"]


def test_env_has_a_secret_that_git_does_not_know(create: Run, here: Path) -> None:
    create("demo", "-y")

    env = here / "demo/.env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert re.search(r"^SECRET_KEY=[\w-]{64}$", env.read_text(), re.MULTILINE)
    assert ".env\n" not in git(here / "demo", "ls-files") + "\n"


def test_first_commit_has_everything(create: Run, here: Path) -> None:
    create("demo", "-y")

    assert git(here / "demo", "log", "--format=%an <%ae>") == "Ada <ada@example.org>"
    assert git(here / "demo", "status", "--porcelain") == ""
    assert "README.md" in git(here / "demo", "ls-files").splitlines()


def test_no_git_means_no_repository(create: Run, here: Path) -> None:
    result = create("demo", "-y", "--no-git")

    assert not (here / "demo/.git").exists()
    assert "--no-git" in result.out


def test_dry_run_shows_every_file_and_writes_nothing(create: Run, here: Path) -> None:
    result = create("demo", "-y", "--dry-run")

    assert result.code == 0
    assert "Would create demo" in result.out
    assert re.search(r"^ +README\.md +\d+ B", result.out, re.MULTILINE)
    assert re.search(r"^ +main\.py +11 B", result.out, re.MULTILINE)
    assert names(here) == []


def test_dry_run_fails_where_the_real_run_does(create: Run, here: Path) -> None:
    (here / "demo").mkdir()
    (here / "demo/mine").touch()

    assert create("demo", "-y", "--dry-run").code == create("demo", "-y").code == 2


def test_failure_while_rendering_leaves_nothing(
    create: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise NewapiError("The template cannot be rendered: because.", "Mend it.")

    monkeypatch.setattr(engine, "render", fail)

    result = create("demo", "-y")

    assert result.code == 1
    assert "because" in result.err
    assert "Mend it." in result.err
    assert names(here) == []


def test_interruption_leaves_nothing(
    create: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "render", interrupt)

    result = create("demo", "-y")

    assert result.code == 130
    assert "Nothing was changed" in result.err
    assert names(here) == []


def test_without_uv_the_next_commands_install_it(
    create: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    result = create("demo", "-y")

    assert result.code == 0
    assert "pip install uv && uv run fastapi dev" in result.out
    assert "git is not installed" in result.err


def test_missing_uv_costs_only_the_lock_file(
    newapi: Run, template: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")

    result = newapi("create", "demo", "--template", str(template), "-y", "--no-git")

    assert result.code == 0
    assert "uv.lock was not written" in result.err
    assert (here / "demo/README.md").is_file()
