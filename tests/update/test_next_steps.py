"""After an update at a terminal: one question, whose consequences never undo the update."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from newapi.terminal import external_tools
from tests import trees
from tests.terminals import Terminal
from tests.update.project import Project

pytest.importorskip("termios", reason="there are no pseudo-terminals")

CHILD = (sys.executable, "-m", "tests.update.child")
ROOT = Path(__file__).resolve().parents[2]
QUESTION = "Run now: uv lock, uv run alembic upgrade head, uv run pytest? [y/N]"
UV = """\
import os, sys, time
words = " ".join(sys.argv[1:])
print("ran", words, "in", os.path.basename(os.getcwd()), flush=True)
if words == os.environ.get("SLEEPS"):
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        print("uv tidies up", flush=True)
        sys.exit(130)
sys.exit(7 if words == os.environ.get("FAILS") else 0)
"""

Start = Callable[..., Terminal]


@pytest.fixture
def start(here: Path, frozen: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start newapi at a terminal, with a `uv` that only says what it was asked."""
    running: list[Terminal] = []
    trees.write(here.parent / "bin", {"uv": f"#!{sys.executable}\n{UV}"})
    (here.parent / "bin/uv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{here.parent / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("NEWAPI_TEST_RELEASES", str(frozen))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("VIRTUAL_ENV", "/elsewhere")

    def run(*words: str, env: dict[str, str] | None = None) -> Terminal:
        running.append(Terminal([*CHILD, *words], here, env))
        return running[-1]

    yield run
    for terminal in running:
        terminal.close()


def is_updated(project: Project) -> bool:
    """Whether the update is there, staged and not committed."""
    staged = external_tools.git("diff", "--cached", "--name-only", cwd=project.path)
    return "m = 'third'" in project.read("app/main.py") and "app/main.py" in staged


def test_yes_runs_everything_in_the_project(project: Project, start: Start) -> None:
    terminal = start("update", str(project.path))

    terminal.type(QUESTION, "y")
    code, rest = terminal.end()

    ran = [line.strip() for line in rest.splitlines() if line.startswith("ran")]
    assert ran == [
        "ran lock in demo",
        "ran run alembic upgrade head in demo",
        "ran run pytest in demo",
    ]
    assert "All of it went well" in rest
    assert code == 0
    assert is_updated(project)


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["", "n"])
def test_nothing_runs_without_a_yes(project: Project, start: Start, answer: str) -> None:
    terminal = start("update", str(project.path))

    before = terminal.type(QUESTION, answer)
    code, rest = terminal.end()

    assert "uv run alembic upgrade head" in before
    assert (code, "ran" in rest) == (0, False)
    assert is_updated(project)


@pytest.mark.parametrize(
    ("fails", "left"),
    [
        ("lock", "uv lock && uv run alembic upgrade head && uv run pytest"),
        ("run alembic upgrade head", "uv run alembic upgrade head && uv run pytest"),
        ("run pytest", "uv run pytest"),
    ],
)
@pytest.mark.slow
def test_failure_is_shown_and_the_update_stays(
    project: Project, start: Start, fails: str, left: str
) -> None:
    terminal = start("update", str(project.path), env={"FAILS": fails})

    terminal.type(QUESTION, "y")
    code, rest = terminal.end()

    assert f"`uv {fails}` ended with exit code 7. The change itself is complete." in rest
    assert f"Then: {left}" in rest
    assert rest.count("ran ") == 4 - left.count("uv ")
    assert code == 0
    assert is_updated(project)


def test_ctrl_c_at_the_question_keeps_the_update(project: Project, start: Start) -> None:
    terminal = start("update", str(project.path))

    terminal.interrupt(QUESTION)
    code, rest = terminal.end()

    assert "Stopped. The change itself is complete." in rest
    assert "Nothing was changed" not in rest
    assert code == 0
    assert is_updated(project)


@pytest.mark.slow
def test_ctrl_c_ends_the_command_and_keeps_the_update(project: Project, start: Start) -> None:
    terminal = start("update", str(project.path), env={"SLEEPS": "run alembic upgrade head"})

    terminal.type(QUESTION, "y")
    terminal.read("ran run alembic upgrade head")
    terminal.child.delaybeforesend = 0.3
    terminal.child.sendintr()
    code, rest = terminal.end()

    assert rest.index("uv tidies up") < rest.index("Stopped. The change itself is complete.")
    assert "ran run pytest" not in rest
    assert code == 0
    assert is_updated(project)


@pytest.mark.slow
def test_end_of_input_is_a_no(project: Project, start: Start) -> None:
    terminal = start("update", str(project.path))

    terminal.read(QUESTION)
    terminal.child.sendeof()
    code, rest = terminal.end()

    assert (code, "ran" in rest, "error" in rest) == (0, False, False)
    assert is_updated(project)


@pytest.mark.slow
def test_added_feature_offers_what_it_needs(project: Project, start: Start) -> None:
    terminal = start("add", "tags", "--project", str(project.path))

    terminal.type("Run now: uv run alembic upgrade head, uv run pytest? [y/N]", "y")

    assert "ran run alembic upgrade head" in terminal.end()[1]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("update", "demo", "--without", "items"), "uv lock, uv run pytest"),
        (("remove", "items", "--project", "demo"), "uv run pytest"),
    ],
)
@pytest.mark.slow
def test_dropping_tables_is_never_offered(
    project: Project, start: Start, words: tuple[str, ...], offered: str
) -> None:
    assert project.path.is_dir()

    terminal = start(*words)

    before = terminal.type(f"Run now: {offered}? [y/N]")

    assert terminal.end()[0] == 0
    assert "dropped by the next" in before


@pytest.mark.parametrize(
    "words",
    [
        ("update", "demo", "--json"),
        ("update", "demo", "--defaults"),
        ("update", "demo", "--dry-run"),
        ("add", "tags", "--project", "demo", "-y"),
        ("add", "auth", "--project", "demo"),
    ],
)
@pytest.mark.slow
def test_nothing_is_asked(project: Project, start: Start, words: tuple[str, ...]) -> None:
    assert project.path.is_dir()

    code, rest = start(*words).end()

    assert (code, "Run now" in rest) == (0, False)


@pytest.mark.slow
def test_conflicts_come_first(project: Project, start: Start) -> None:
    project.replace("app/main.py", "m = 3", "mine = True")
    project.commit()

    code, rest = start("update", str(project.path)).end()

    assert (code, "Run now" in rest) == (3, False)


@pytest.mark.slow
def test_nothing_is_offered_that_is_not_there(
    project: Project, start: Start, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    (here.parent / "bin/uv").unlink()
    git = external_tools.probe("git")
    assert git is not None
    monkeypatch.setenv("PATH", str(Path(git.path).parent))
    if external_tools.probe("uv"):
        pytest.skip("uv is where git is")

    code, rest = start("update", str(project.path)).end()

    assert (code, "Run now" in rest) == (0, False)
