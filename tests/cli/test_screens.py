"""The screens of `newapi create`, at a real pseudo-terminal."""

from __future__ import annotations

import shlex
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from newapi.questions import preferences as kept_preferences
from tests import trees
from tests.cli.conftest import COMMAND, Run, names
from tests.cli.test_prompts import answers
from tests.marks import slow_after
from tests.terminals import Screen, close_at

pytest.importorskip("termios", reason="there are no pseudo-terminals")

Start = Callable[..., Screen]
SMALL, LARGE = (40, 12), (80, 24)
SIZES = [pytest.param(SMALL, marks=pytest.mark.slow), LARGE]
QUESTIONS = (
    *("Start from", "Features", "Database", "The jobs", "The ci"),
    *("Project title", "Description", "Author name", "Author email", "Summary"),
)


@pytest.fixture
def start(here: Path, template: Path) -> Iterator[Start]:
    """Start `newapi create` with the small template at a terminal."""
    running: list[Screen] = []

    def run(
        *words: str, env: dict[str, str] | None = None, size: tuple[int, int] = LARGE
    ) -> Screen:
        command = [*COMMAND, "create", "--template", str(template), "--no-lock", *words]
        running.append(Screen(command, here, env, size))
        return running[-1]

    yield run
    for screen in running:
        screen.close()


@pytest.fixture
def preferences(home: Path) -> Path:
    """Return the file of the preferences, in a folder that exists."""
    assert home.is_dir()
    path = kept_preferences.path()
    path.parent.mkdir(parents=True)
    return path


def enter(screen: Screen, *titles: str) -> None:
    """Take what these screens offer."""
    for title in titles:
        screen.see(f"\n{title}")
        screen.press("Enter")


@pytest.mark.parametrize("size", SIZES)
def test_enter_takes_what_is_offered(start: Start, here: Path, size: tuple[int, int]) -> None:
    screen = start("demo", size=size)

    screen.see("Start from")
    screen.point_at("standard")
    enter(screen, *QUESTIONS)
    code, rest = screen.end()

    assert code == 0
    assert "Created demo from standard" in rest
    found = answers(here / "demo")
    assert (found["auth"], found["oauth"], found["jobs"]) == (True, False, "celery")
    assert (found["author_name"], found["database"]) == ("Ada", "sqlite")


@pytest.mark.parametrize("size", SIZES)
def test_every_screen_shows_its_keys(start: Start, size: tuple[int, int]) -> None:
    screen = start("demo", size=size)

    for number, title in enumerate(QUESTIONS):
        screen.see(f"\n{title}")
        shown = screen.see("Enter choose" if title == "Summary" else "Enter next")
        assert ("Esc back" in shown) == (number > 0)
        assert ("Space switch" in shown) == (title == "Features")
        place = "summary" if title == "Summary" else f"{number + 1} of 9"
        assert screen.lines[0].startswith("newapi create demo")
        assert screen.lines[0].endswith(place)
        screen.press("Enter")


def test_name_is_asked_until_it_is_a_name(start: Start, here: Path) -> None:
    (here / "taken").mkdir()
    (here / "taken/file").touch()
    screen = start("--preset", "minimal")

    screen.see("Name or path", "myproject")
    screen.press("class", "Enter")
    screen.see("it is a Python keyword. Try class-api.")
    screen.press("Ctrl-U", "taken", "Enter")
    screen.see("exists already and is not empty")
    screen.press("Ctrl-U", "demo", "Enter")
    screen.see("newapi create demo", "Features")
    screen.press("Esc", "Ctrl-U", "other", "Tab")
    assert "folder" in screen.see("Summary", "newapi create other")
    screen.press("Enter")

    assert screen.end()[0] == 0
    assert names(here) == ["other", "taken"]
    assert answers(here / "other")["project_name"] == "other"


def test_features_are_a_check_list_in_groups(start: Start, here: Path) -> None:
    screen = start("demo", "--preset", "minimal")

    shown = screen.see("Features", "  Security\n> [ ] auth     About auth")
    assert "  API\n  [ ] items    About items\n  [ ] sharing  About sharing" in shown
    screen.press("End")
    screen.point_at("[ ] docker")
    screen.press("Space")
    screen.point_at("[x] docker")
    screen.press("Tab")
    screen.see("Summary")
    screen.press("Enter")

    assert screen.end()[0] == 0
    assert answers(here / "demo")["docker"] is True


def test_requirements_are_resolved_aloud(start: Start) -> None:
    screen = start("demo", "--preset", "minimal")

    screen.see("Features")
    screen.press("sharing", "Space")
    screen.see("sharing needs items: switched on; sharing needs auth: switched on")
    screen.press("Esc")
    screen.see("[x] auth", "[x] items", "[x] sharing")
    screen.press("Home", "Space")
    screen.see("items, sharing need auth: switched off", "[ ] items", "[ ] sharing")


def test_flag_stands_against_an_answer(start: Start) -> None:
    screen = start("demo", "--preset", "minimal", "--without", "auth")

    shown = screen.see("Features")
    assert "] auth" not in shown
    screen.press("Space")
    screen.see("oauth needs auth, but --without auth was given.", "> [ ] oauth")


def test_preset_that_a_flag_cuts_is_said_aloud(start: Start) -> None:
    screen = start("demo", "--without", "auth")

    screen.see("Start from")
    screen.press("Enter")

    screen.see("Features", "items needs auth: switched off")


def test_typing_filters_a_list(start: Start, here: Path) -> None:
    screen = start("demo", "--preset", "minimal")

    screen.see("Features", "docker")
    screen.press("OAU")
    shown = screen.see("filter: OAU")
    assert "docker" not in shown
    screen.point_at("[ ] oauth")
    screen.press("Space")
    screen.see("[x] oauth")
    screen.press("x")
    screen.see("Nothing matches")
    screen.press("Enter")
    screen.see("Nothing matches 'OAUx'.")
    screen.press("Backspace")
    screen.point_at("[x] oauth")
    screen.press("Esc")
    screen.see("docker")
    screen.press("Enter")
    screen.see("Database")
    screen.press("my", "Tab")
    screen.see("Summary")
    screen.press("Enter")

    assert screen.end()[0] == 0
    found = answers(here / "demo")
    assert (found["oauth"], found["database"]) == (True, "mysql")


def test_esc_goes_back_to_every_earlier_question(start: Start, here: Path) -> None:
    screen = start("demo")

    enter(screen, *QUESTIONS[:-1])
    for title in reversed(QUESTIONS[:-1]):
        screen.press("Esc")
        screen.see(f"\n{title}")
    screen.press("Esc")
    screen.see("There is nothing before this.")
    screen.press("Up")
    screen.point_at("minimal")
    screen.press("Enter")
    assert "[x]" not in screen.see("Features")
    screen.press("Tab")
    screen.see("Summary")
    screen.press("Enter")

    assert screen.end()[0] == 0
    assert answers(here / "demo")["jobs"] == "none"


def test_esc_goes_back_to_where_tab_left(start: Start) -> None:
    screen = start("demo")

    enter(screen, "Start from", "Features")
    screen.see("Database")
    screen.press("Tab")
    screen.see("Summary")
    screen.press("Esc")

    screen.see("Database")


def test_going_back_keeps_what_was_answered(start: Start) -> None:
    screen = start("demo", "--preset", "minimal", "--set", "project_title=T")

    screen.see("Features")
    screen.press("Space", "Enter")
    screen.see("Database")
    screen.press("End", "Enter")
    enter(screen, "The jobs", "The ci")
    screen.see("Description")
    screen.press("Half a sent", "Esc", "Esc", "Esc")
    screen.see("Database")
    screen.point_at("mysql")
    screen.press("Esc")
    screen.see("> [x] auth")
    enter(screen, "Features", "Database", "The jobs", "The ci")
    screen.see("Description", "Half a sent")


def test_wrong_text_is_explained_in_place(start: Start) -> None:
    screen = start("demo", "--preset", "minimal", "--set", "author_name=A")

    enter(screen, "Features", "Database", "The jobs", "The ci")
    screen.see("Project title")
    screen.press("Backspace", "Enter")
    screen.see("This must not be empty.")
    screen.paste("x" * 501)
    screen.press("Enter")
    screen.see("This is 501 characters long; 500 are allowed.")
    screen.press("Ctrl-U", "Fine", "Enter")
    enter(screen, "Description")
    screen.see("Author email")
    screen.press("nobody", "Tab")
    screen.see("This is not an e-mail address (like ada@example.org).")
    screen.press("@example.org", "Tab")
    screen.see("Summary", "nobody@example.org")


def test_typing_replaces_what_is_offered_and_arrows_edit_it(start: Start) -> None:
    screen = start("demo", "--preset", "minimal", "--set", "project_title=T")

    enter(screen, "Features", "Database", "The jobs", "The ci")
    screen.see("Description", "A service", "Typing replaces this; Left edits it.")
    screen.press("Left", "Right", "!", "Enter")
    screen.see("Author name")
    screen.press("Bob", "Tab")

    screen.see("Summary", "A service!")
    assert "author_name    Bob" in screen.text


@pytest.mark.parametrize("size", SIZES)
def test_wide_characters_and_pasted_lines_are_one_answer(
    start: Start, here: Path, size: tuple[int, int]
) -> None:
    screen = start("demo", "--preset", "minimal", "--set", "project_title=T", size=size)
    text = "日本語 👩‍👩‍👧 🚀 für Größe"

    enter(screen, "Features", "Database", "The jobs", "The ci")
    screen.see("Description")
    screen.paste(f"{text}\r\nsecond\tline, as it is on small screens\n")
    screen.see("日本語 👩👩👧 🚀 für Größe")  # as wide as every terminal shows it
    assert "\nDescription" in screen.text  # the pasted Enter takes nothing
    screen.press("Left", "Left", "界", "Tab")
    screen.see("Summary")
    screen.press("descr")
    screen.point_at("description    日本語 👩👩👧")
    screen.press("Esc", "Home", "Enter")

    assert screen.end()[0] == 0
    assert (
        answers(here / "demo")["description"] == f"{text} second line, as it is on small scree界ns"
    )


def test_pasted_text_filters_a_list(start: Start) -> None:
    screen = start("demo", "--preset", "minimal")

    screen.see("Features")
    screen.paste("oauth\n")

    screen.see("filter: oauth")
    screen.point_at("[ ] oauth")


@pytest.mark.parametrize("size", SIZES)
def test_summary_leads_to_every_line(start: Start, here: Path, size: tuple[int, int]) -> None:
    screen = start(size=size)

    screen.see("Name or path")
    screen.press("Tab")
    screen.see("Summary")
    changes = (
        ("folder", "Name or path", ("demo",), "newapi create demo"),
        ("preset", "Start from", ("Home",), "answers are changed"),
        ("sharing", "Features", ("Space",), "sharing is now yes"),
        ("database", "Database", ("End",), "database is now mysql"),
        ("author_name", "Author name", ("Ὀδυσσεύς",), "author_name is now Ὀδυσσεύς"),
    )
    for line, title, keys, said in changes:
        screen.press(line)
        screen.point_at(line)
        screen.press("Enter")
        screen.see(f"\n{title}", "Enter done")
        screen.press(*keys, "Enter")
        screen.see("\nSummary", said)
        screen.point_at("Create the project")
    screen.press("jobs")
    screen.point_at("jobs")
    screen.press("Enter")
    screen.see("The jobs")
    screen.press("End", "Esc")
    screen.see("\nSummary")
    screen.press("Home", "Enter")

    assert screen.end()[0] == 0
    found = answers(here / "demo")
    assert (found["auth"], found["sharing"], found["docker"]) == (True, True, False)
    assert (found["database"], found["jobs"]) == ("mysql", "none")
    assert found["author_name"] == "Ὀδυσσεύς"


def test_summary_says_which_flag_has_decided_a_line(start: Start) -> None:
    screen = start("demo", "--preset", "minimal", "--set", "database=mysql")

    screen.see("Features")
    screen.press("Enter")
    screen.see("The jobs")
    screen.press("Tab")
    screen.see("Summary")
    screen.press("database")
    screen.point_at("database")
    screen.press("Enter")

    screen.see("--set database=mysql has decided this.")


@pytest.mark.parametrize("size", SIZES)
def test_tree_of_files_is_shown_on_request(start: Start, here: Path, size: tuple[int, int]) -> None:
    before = trees.read(here.parent / "home")
    screen = start("demo", "--preset", "full", size=size)

    screen.see("Features")
    screen.press("Tab")
    screen.see("Summary")
    screen.press("Down", "Enter")
    screen.see("demo: 12 files", "app/\n    main.py", "Esc back")
    screen.press("End")
    screen.point_at("sharing.txt          8 B")
    screen.press("Esc")
    screen.see("Summary")
    screen.point_at("Show the files")
    screen.press("Down", "Enter")

    assert screen.end()[0] == 130
    assert names(here) == []
    assert trees.read(here.parent / "home") == before


@pytest.mark.slow
def test_replay_makes_the_same_project(start: Start, here: Path, process: Run) -> None:
    screen = start("demo")

    screen.see("Start from")
    screen.press("Home", "Enter")
    screen.see("Features")
    screen.press("sharing", "Space", "Enter")
    screen.see("Database")
    screen.press("Down", "Enter")
    enter(screen, "The jobs", "The ci", "Project title")
    screen.see("Description")
    screen.press("It's 日本", "Enter")
    screen.see("Author name")
    screen.press("Bob", "Tab")
    screen.see("Summary")
    screen.press("Enter")
    code, rest = screen.end()

    assert code == 0
    command = shlex.split(rest.strip().splitlines()[-1])
    assert command[:5] == ["newapi", "create", "demo", "--preset", "minimal"]
    first = answers(here / "demo")
    (here / "demo").rename(here / "first")
    assert process(*command[1:]).code == 0
    assert answers(here / "demo") == first
    assert (first["sharing"], first["database"], first["author_name"]) == (True, "postgres", "Bob")


@pytest.mark.slow
def test_screens_survive_every_size(start: Start, here: Path) -> None:
    screen = start("demo", "--preset", "minimal")

    screen.see("Features", "About sharing")
    for size in (SMALL, (8, 2), (1, 1), (200, 60)):
        screen.resize(*size)
        screen.press("Down", "Up")
    screen.resize(25, 5)
    for label in ("[ ] oauth", "[ ] items", "[ ] sharing", "[ ] docker", "[ ] auth"):
        screen.press("Down")
        screen.point_at(label)
    screen.resize(*SMALL)
    screen.see("Features", "> [ ] auth", "Tab summary")
    assert screen.text.count("Features") == 1
    enter(screen, "Features", "Database", "The jobs", "The ci", "Project title")
    screen.see("Description")
    screen.press("Typed in two parts")
    screen.see("Typed in two parts")
    screen.resize(*LARGE)
    screen.press(" of a screen", "Tab")
    screen.see("Summary", "Typed in two parts of a screen", "Ctrl-C stop")
    assert screen.text.count("Summary") == 1
    screen.press("Enter")

    assert screen.end()[0] == 0
    assert answers(here / "demo")["description"] == "Typed in two parts of a screen"


@pytest.mark.parametrize("title", slow_after(3, ["Name or path", *QUESTIONS]))
def test_interruption_leaves_nothing(start: Start, here: Path, home: Path, title: str) -> None:
    before = trees.read(home)
    screen = start()

    for other in ("Name or path", *QUESTIONS):
        screen.see(f"\n{other}")
        if other == title:
            break
        screen.press("Enter")
    screen.press("Ctrl-C")
    code, rest = screen.end()

    assert code == 130
    assert rest.strip() == "Stopped. Nothing was changed."
    assert names(here) == []
    assert trees.read(home) == before


@pytest.mark.parametrize("number", slow_after(1, [signal.SIGTERM, signal.SIGHUP, signal.SIGINT]))
def test_signals_restore_the_terminal(start: Start, here: Path, number: int) -> None:
    screen = start("demo")

    screen.see("Start from", "Enter next")
    screen.child.kill(number)
    code, rest = screen.end()

    assert code == 130
    assert "\x1b[?1049l" in screen.output
    assert rest.strip() == "Stopped. Nothing was changed."
    assert names(here) == []


@pytest.mark.parametrize(("plain", "text"), [("0", "Start from"), ("1", "project_title")])
def test_terminal_that_closes_leaves_nothing(
    here: Path, template: Path, plain: str, text: str
) -> None:
    command = [*COMMAND, "create", "demo", "--template", str(template)]

    code, errors = close_at(command, here, {"NEWAPI_PLAIN": plain}, text)

    assert code == 2
    assert "error: The input ended before the questions did." in errors
    assert "Traceback" not in errors
    assert names(here) == []


@pytest.mark.parametrize(
    ("env", "size"),
    [
        ({"NEWAPI_PLAIN": "1"}, LARGE),
        ({"TERM": "dumb"}, LARGE),
        pytest.param({"TERM": "unknown"}, LARGE, marks=pytest.mark.slow),
        pytest.param({}, (39, 24), marks=pytest.mark.slow),
        ({}, (80, 9)),
    ],
)
def test_questions_are_plain_where_screens_would_not_do(
    start: Start, env: dict[str, str], size: tuple[int, int]
) -> None:
    screen = start("demo", "--preset", "minimal", env=env, size=size)

    screen.see("project_title [demo]")
    assert "\x1b[?1049h" not in screen.output


def test_colours_are_left_out_on_request(start: Start) -> None:
    screen = start("demo", env={"NO_COLOR": "1"})

    screen.see("Start from", "> standard")

    assert "\x1b[36" not in screen.output
    assert "\x1b[0;36" not in screen.output


def create_with(screen: Screen, *keys: str) -> str:
    """Take a preset with these keys, create the project, and return what is printed."""
    screen.see("Start from", "Enter next")
    screen.press(*keys, "Tab")
    screen.see("Summary")
    screen.press("Enter")
    code, rest = screen.end()
    assert code == 0
    return rest


@pytest.mark.slow
def test_what_was_chosen_last_time_is_offered(
    start: Start, here: Path, process: Run, template: Path
) -> None:
    file = kept_preferences.path()
    flags = ("--with", "oauth,gitlab", "--set", "author_name=Bob", "--set", "description=Secret")
    create_with(start("one", *flags), "Home")
    kept = file.read_text()
    assert "Secret" not in kept
    assert "one" not in kept.replace("none", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    screen = start("two")
    screen.see("As last time: minimal with auth=yes, oauth=yes, ci=gitlab")
    screen.point_at("last")
    rest = create_with(screen)

    assert "--preset minimal --with auth,oauth,gitlab --set author_name=Bob" in rest
    found = answers(here / "two")
    assert (found["oauth"], found["author_name"]) == (True, "Bob")
    assert found["description"] == "A service"

    other = create_with(start("three"), "standard")
    assert "--preset standard --set author_name=Bob" in other
    assert answers(here / "three")["oauth"] is False

    words = ("--template", str(template), "--no-lock", "--preset", "minimal")
    assert process("create", "four", *words).code == 0
    assert process("create", "five", *words, "-y").code == 0
    for name in ("four", "five"):
        assert answers(here / name)["author_name"] == "Ada"


def test_what_was_chosen_last_time_is_taken_where_nothing_else_is(
    start: Start, here: Path, preferences: Path
) -> None:
    preferences.write_text('{"preset": "minimal", "answers": {"oauth": true}}', encoding="utf-8")
    screen = start()

    screen.see("Name or path")
    screen.press("demo", "Tab")
    screen.see("Summary")
    screen.press("Enter")

    assert "--preset minimal --with auth,oauth" in screen.end()[1]
    assert answers(here / "demo")["oauth"] is True


def test_flags_stand_against_what_was_chosen_last_time(
    start: Start, here: Path, preferences: Path
) -> None:
    preferences.write_text(
        '{"preset": "minimal", "answers": {"oauth": true, "jobs": "celery"}}', encoding="utf-8"
    )

    screen = start("demo", "--without", "auth")
    screen.point_at("last")
    create_with(screen)

    found = answers(here / "demo")
    assert (found["auth"], found["oauth"], found["jobs"]) == (False, False, "celery")


@pytest.mark.parametrize(("plain", "text"), [("0", "Start from"), ("1", "project_title")])
def test_broken_preferences_are_ignored_with_one_line(
    start: Start, preferences: Path, plain: str, text: str
) -> None:
    preferences.write_text("{", encoding="utf-8")
    screen = start("demo", env={"NEWAPI_PLAIN": plain})

    screen.see(text)
    warning = f"warning: {preferences} is broken and not used; --forget deletes it."
    assert screen.printed.count(f"{warning}\r\n") == 1
    screen.press("Ctrl-C")

    assert screen.end()[0] == 130


def test_forget_deletes_the_preferences_and_goes_on(
    start: Start, preferences: Path, create: Run
) -> None:
    preferences.write_text('{"preset": "full", "answers": {}}', encoding="utf-8")
    screen = start("demo", "--forget")

    screen.see("Start from")
    screen.point_at("standard")
    assert not preferences.exists()
    screen.press("Ctrl-C")
    assert screen.end()[0] == 130

    preferences.write_text("broken", encoding="utf-8")
    assert create("demo", "--forget", "--dry-run").code == 0
    assert preferences.exists()
    assert create("demo", "--forget").code == 0
    assert not preferences.exists()
    assert create("other", "--forget").code == 0


@pytest.mark.slow
def test_preferences_are_kept_only_of_what_was_made(start: Start, preferences: Path) -> None:
    create_with(start("demo", "--dry-run"))
    assert not preferences.exists()

    create_with(start("demo"))
    assert preferences.exists()


def test_file_in_place_of_the_folder_is_a_warning(start: Start) -> None:
    in_the_way = kept_preferences.path().parent
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("")

    rest = create_with(start("demo"))

    assert "warning: The choices are not kept for next time" in rest


def test_preferences_are_in_the_config_folder_of_the_user(start: Start, tmp_path: Path) -> None:
    create_with(start("demo", env={"XDG_CONFIG_HOME": str(tmp_path / "config")}))

    assert (tmp_path / "config/newapi/preferences.json").is_file()


def test_nothing_of_the_screens_is_imported_without_a_terminal(template: Path, here: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "newapi", "create", "demo", "--no-lock"]

    done = subprocess.run(
        [*command, "--template", str(template), "--dry-run"],
        cwd=here,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "newapi.questions.screens" not in done.stderr
    assert "newapi.questions.preferences" not in done.stderr
