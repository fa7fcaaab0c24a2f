"""Plain questions, at a real pseudo-terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import COMMAND, names
from tests.terminals import Terminal

pytest.importorskip("termios", reason="there are no pseudo-terminals")

Start = Callable[..., Terminal]


@pytest.fixture
def start(here: Path, template: Path) -> Iterator[Start]:
    """Start `newapi create` with the small template at a terminal, with plain questions."""
    running: list[Terminal] = []

    def run(*words: str, env: dict[str, str] | None = None) -> Terminal:
        flags = ["create", "--template", str(template), "--no-lock", *words]
        plain = {"NEWAPI_PLAIN": "1"} if env is None else env
        running.append(Terminal([*COMMAND, *flags], here, plain))
        return running[-1]

    yield run
    for terminal in running:
        terminal.close()


def answers(project: Path) -> dict[str, object]:
    found = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert isinstance(found, dict)
    return found


def test_quick_way_is_five_times_enter(start: Start, here: Path) -> None:
    terminal = start("demo")

    terminal.type("project_title [demo]")
    terminal.type("description [A service]")
    presets = terminal.type("Preset [standard]")
    terminal.type("Change anything in standard? [y/N]")
    summary = terminal.type("Create it? (yes, change, tree, no) [yes]")
    code, rest = terminal.end()

    assert code == 0
    for preset in ("minimal", "standard", "full"):
        assert preset in presets
    for line in ("author_name +Ada", "database +sqlite", "auth +yes", "oauth +no", "ci +github"):
        assert re.search(line, summary)
    assert "--preset standard" in rest
    assert answers(here / "demo")["author_name"] == "Ada"


def test_name_is_asked_until_it_is_a_name(start: Start, here: Path) -> None:
    terminal = start("-y", "--preset", "minimal")
    assert terminal.end()[0] == 2

    terminal = start("--set", "project_title=x", "--set", "description=x", "--preset", "minimal")
    terminal.type("Name or path of the project [myproject]", "class")
    assert "keyword" in terminal.type("Name or path of the project [myproject]", "demo")
    terminal.type("Change anything in minimal? [y/N]")
    terminal.type("Create it?")

    assert terminal.end()[0] == 0
    assert (here / "demo").is_dir()


def test_features_are_asked_in_groups_with_help_and_defaults(start: Start, here: Path) -> None:
    terminal = start("demo", "--set", "project_title=T", "--set", "description=D")

    terminal.type("Preset [standard]", "min")
    terminal.type("Change anything in minimal? [y/N]", "y")
    terminal.type("author_name [Ada]", "Bob")
    terminal.type("author_email [ada@example.org]", "bob@example.org")
    before = terminal.type("database (sqlite, postgres, mysql) [sqlite]", "post")
    assert re.search(r"Data\s+The data\s+$", before)
    before = terminal.type("auth [y/N]")
    assert re.search(r"Security\s+About auth\s+$", before)
    terminal.type("oauth [y/N]")
    terminal.type("items [y/N]", "y")
    assert "items needs auth: switched on" in terminal.type("sharing [y/N]")
    terminal.type("jobs (none, background, celery) [none]", "back")
    terminal.type("docker [y/N]", "y")
    terminal.type("ci (none, github, gitlab) [none]", "gitlab")
    terminal.type("Create it?", "y")
    code, rest = terminal.end()

    assert code == 0
    found = answers(here / "demo")
    assert found["author_name"] == "Bob"
    assert (found["database"], found["auth"], found["items"]) == ("postgres", True, True)
    assert (found["jobs"], found["docker"], found["ci"]) == ("background", True, "gitlab")
    assert "--with auth,items,background,docker,gitlab" in rest


def test_wrong_input_is_explained_and_asked_again(start: Start) -> None:
    terminal = start("demo")

    terminal.type("project_title [demo]", "a\x0bb" + "x" * 600)
    assert "characters" in terminal.type("project_title [demo]", "Fine")
    terminal.type("description [A service]")
    terminal.type("Preset [standard]", "stan dard")
    assert "there is no preset" in terminal.type("Preset [standard]", "standard")
    terminal.type("Change anything in standard? [y/N]", "maybe")
    assert "type y or n" in terminal.type("Change anything in standard? [y/N]", "y")
    terminal.type("author_name [Ada]")
    terminal.type("author_email [ada@example.org]", "nobody")
    assert "is not an e-mail address" in terminal.type("author_email [ada@example.org]")
    terminal.type("database (sqlite, postgres, mysql) [sqlite]", "oracle")
    assert "must be one of" in terminal.type("database (sqlite, postgres, mysql) [sqlite]", "m")
    terminal.read("auth [Y/n]")


def test_what_a_flag_answered_is_not_asked(start: Start) -> None:
    terminal = start(
        *("demo", "--preset", "minimal", "--with", "auth", "--without", "docker"),
        *("--set", "project_title=T", "--set", "description=D", "--set", "database=mysql"),
    )

    terminal.type("Change anything in minimal? [y/N]", "y")
    terminal.type("author_name [Ada]")
    terminal.type("author_email")
    for prompt in ("oauth [y/N]", "items [y/N]", "sharing [y/N]", "jobs", "ci"):
        terminal.type(prompt)
    terminal.type("Create it?")

    assert terminal.end()[0] == 0
    for name in ("Preset [", "project_title [", "database (", " auth [", "docker ["):
        assert name not in terminal.seen


def test_flag_stands_against_an_answer(start: Start) -> None:
    terminal = start("demo", "--without", "auth", "--set", "project_title=T")

    terminal.type("description")
    terminal.type("Preset")
    assert "items needs auth: switched off" in terminal.type("Change anything", "y")
    for prompt in ("author_name", "author_email", "database"):
        terminal.type(prompt)
    terminal.type("oauth [y/N]", "y")
    assert "--without auth was given" in terminal.type("oauth [y/N]")


def test_summary_can_be_changed(start: Start, here: Path) -> None:
    terminal = start("demo", "--preset", "minimal", "--set", "author_name=Bob")

    for prompt in ("project_title", "description", "Change anything"):
        terminal.type(prompt)
    terminal.type("Create it?", "change")
    terminal.type("project_title [demo]", "Другое")
    for prompt in ("description [", "author_email [", "database (", "  auth [", "oauth ["):
        terminal.type(prompt)
    for prompt in ("items [", "sharing [", "jobs (", "docker [", "ci ("):
        terminal.type(prompt)
    assert re.search(r"project_title +Другое", terminal.type("Create it?"))

    assert terminal.end()[0] == 0
    assert answers(here / "demo")["project_title"] == "Другое"


@pytest.mark.slow
def test_summary_can_be_changed_in_one_line(start: Start, here: Path) -> None:
    terminal = start("demo", "--preset", "minimal")

    for prompt in ("project_title", "description", "Change anything"):
        terminal.type(prompt)
    terminal.type("Create it?", "sharing")
    terminal.type("sharing [y/N]", "y")
    notes = terminal.type("Create it?", "dokcer")
    assert "sharing needs items: switched on" in notes
    assert "sharing needs auth: switched on" in notes
    assert "type yes, change, tree or no" in terminal.type("Create it?")

    assert terminal.end()[0] == 0
    assert answers(here / "demo")["auth"] is True


def test_tree_is_shown_on_request(start: Start, here: Path) -> None:
    terminal = start("demo", "--preset", "full")

    for prompt in ("project_title", "description", "Change anything"):
        terminal.type(prompt)
    terminal.type("Create it?", "tree")
    tree = terminal.type("Create it?", "no")

    assert re.search(r"app/\s+main.py +11 B", tree)
    assert re.search(r"oauth.txt +6 B", tree)
    assert terminal.end()[0] == 130
    assert names(here) == []


@pytest.mark.slow
def test_what_was_chosen_last_time_is_offered(start: Start, here: Path) -> None:
    terminal = start("one", "--preset", "minimal", "--with", "gitlab")
    for prompt in ("project_title", "description", "Change anything", "Create it?"):
        terminal.type(prompt)
    assert terminal.end()[0] == 0

    terminal = start("two")
    terminal.type("project_title")
    terminal.type("description")
    assert "As last time: minimal with ci=gitlab" in terminal.type("Preset [last]")
    for prompt in ("Change anything in last?", "Create it?"):
        terminal.type(prompt)

    code, rest = terminal.end()
    assert code == 0
    assert "--preset minimal --with gitlab" in rest
    assert answers(here / "two")["ci"] == "gitlab"


def test_no_to_the_summary_leaves_nothing(start: Start, here: Path) -> None:
    terminal = start("demo", "--preset", "minimal")

    for prompt in ("project_title", "description", "Change anything"):
        terminal.type(prompt)
    terminal.type("Create it?", "no")

    code, rest = terminal.end()
    assert code == 130
    assert "Nothing was changed" in rest
    assert names(here) == []


@pytest.mark.slow
@pytest.mark.parametrize("prompt", ["project_title", "Preset"])
def test_interruption_leaves_nothing(start: Start, here: Path, prompt: str) -> None:
    terminal = start("demo")

    if prompt == "Preset":
        terminal.type("project_title")
        terminal.type("description")
    terminal.interrupt(f"{prompt} [")

    code, rest = terminal.end()
    assert code == 130
    assert "Nothing was changed" in rest
    assert "Traceback" not in rest
    assert names(here) == []


def test_end_of_input_is_wrong_usage(start: Start, here: Path) -> None:
    terminal = start("demo")

    terminal.read("project_title")
    terminal.child.sendeof()

    code, rest = terminal.end()
    assert code == 2
    assert "--defaults" in rest
    assert names(here) == []


def test_wrong_flags_are_refused_before_anything_is_asked(start: Start) -> None:
    terminal = start("--with", "dokcer")

    code, rest = terminal.end()

    assert code == 2
    assert "Did you mean docker?" in rest
    assert "Name or path" not in rest


def test_defaults_ask_nothing(start: Start, here: Path) -> None:
    code, _ = start("demo", "--defaults").end()

    assert code == 0
    assert (here / "demo").is_dir()


def test_json_asks_nothing(start: Start, here: Path) -> None:
    code, _ = start("demo", "--json").end()

    assert code == 0
    assert (here / "demo").is_dir()


def test_dry_run_asks_and_writes_nothing(start: Start, here: Path) -> None:
    terminal = start("demo", "--dry-run", "--preset", "minimal")

    for prompt in ("project_title", "description", "Change anything", "Create it?"):
        terminal.type(prompt)
    code, rest = terminal.end()

    assert code == 0
    assert "Would create demo" in rest
    assert names(here) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "env",
    [
        {"TERM": "dumb"},
        {"NEWAPI_PLAIN": "1", "NO_COLOR": "1"},
        {"COLUMNS": "20"},
        {"LINES": "8"},
        {"NEWAPI_PLAIN": "yes", "LC_ALL": "C"},
    ],
)
def test_any_terminal_will_do(start: Start, here: Path, env: dict[str, str]) -> None:
    terminal = start("demo", "--preset", "minimal", env=env)

    for prompt in ("project_title", "description", "Change anything", "Create it?"):
        terminal.type(prompt)

    assert terminal.end()[0] == 0
    assert (here / "demo").is_dir()
    if "NO_COLOR" in env or env.get("TERM") == "dumb":
        assert "\x1b[3" not in str(terminal.child.before)
