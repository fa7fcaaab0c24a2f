"""Record real runs of newapi as pictures: `uv run python docs/images/record.py [NAME...]`."""

import io
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pexpect
import pyte
from rich.console import Console
from rich.style import Style
from rich.text import Text

from newapi.releases import store

COLUMNS, ROWS = 92, 26
NEWAPI = (sys.executable, "-m", "newapi")
# As it is installed from the package index: without the unreleased template of this checkout.
INSTALLED = """
from newapi.cli.main import main
from newapi.template import sources

sources.checkout = lambda: None
raise SystemExit(main())
"""
RELEASED = (sys.executable, "-c", INSTALLED)
NO_COLOUR_CODES = re.compile(r"\x1b\[[?0-9;]*[A-Za-ln-z]")
LEFT_SCREEN = "\x1b[?1049l"
QUESTION = re.compile(r"\[y/N\]|\x1b\[36m \[[^\]\r\n]*\]\x1b\[0m ")
COLOURS = {"brown": "yellow"}  # pyte calls ANSI's yellow so
ERASED = re.compile(r"[^\n]*\n(?:\x1b\[\?25[hl])*\r\x1b\[1A\x1b\[2K")
WEB_FONTS = re.compile(r" *@font-face \{.*?\}\n", re.DOTALL)
EDITS = {
    "README.md": ("## Run", "Ada is the one to ask about it.\n\n## Run"),
    "app/config.py": ("    environment:", '    currency: str = "EUR"\n    environment:'),
}
PAGE = """\
from app.api.health import SERVICES


def names() -> list[str]:
    return sorted(SERVICES)
"""
MODELS = """\
resources:
  person:
    access: public
    fields:
      name: str(1..100, sort, search)
  ticket:
    access: owned
    fields:
      title: str(1..200, search)
      state: enum(open|closed, default=open, filter)
      due: date(filter, sort)?
      assignee: ref(person)?
"""


class Step(NamedTuple):
    """Wait for a text on the screen, then press keys; the screen before them may be shown."""

    text: str
    keys: str
    is_shown: bool = False


@dataclass(frozen=True)
class Scene:
    """A command, the folder that it runs in, and the keys that are pressed at its screens."""

    words: tuple[str, ...]
    prepare: Callable[[Path], Path] = lambda folder: folder
    steps: tuple[Step, ...] = ()
    exit_code: int = 0
    program: Sequence[str] = NEWAPI


CREATE = (
    Step("Start from", "\r", is_shown=True),
    Step("Features", "email"),
    Step("> [ ] email", " "),
    Step("> [x] email", "\x1b"),
    Step("[x] items", "\t", is_shown=True),
    Step("Summary", "\r", is_shown=True),
)


def old_project(folder: Path) -> Path:
    """Make a project that is two releases old, and commit edits."""
    project = created(folder, "--ref", store.versions()[-3])
    edit(project)
    return committed(project, "Sell in euros")


def older_project(folder: Path) -> Path:
    """Make a project of v0.3.0 with a module that uses what a later release removes."""
    project = created(folder, "--ref", "v0.3.0")
    (project / "app/status_page.py").write_text(PAGE)
    return committed(project, "List the services")


def drifted_project(folder: Path) -> Path:
    """Make a project that is two releases old, edit files and delete one."""
    project = created(folder, "--ref", store.versions()[-3], "--with", "docker")
    edit(project)
    (project / ".dockerignore").unlink()
    return committed(project, "Sell in euros")


def copied_project(folder: Path) -> Path:
    """Make a project that has lost its answers."""
    project = created(folder, "--ref", store.versions()[-1], "--with", "auth,docker")
    edit(project)
    (project / ".copier-answers.yml").unlink()
    return committed(project, "Sell in euros")


def modelled_project(folder: Path) -> Path:
    """Make a project of this checkout with a models file."""
    project = created(folder, "--with", "auth")
    (project / "models.yml").write_text(MODELS)
    return committed(project, "Describe the tickets")


def edit(project: Path) -> None:
    """Change files of the template as an owner does."""
    for name, (old, new) in EDITS.items():
        path = project / name
        path.write_text(path.read_text().replace(old, new, 1))


def committed(project: Path, message: str) -> Path:
    """Commit everything in a project."""
    run("git", "add", "--all", cwd=project)
    run("git", "commit", "--quiet", "--message", message, cwd=project)
    return project


def new_project(folder: Path) -> Path:
    """Make a project of this checkout."""
    return created(folder, "--with", "auth")


def created(folder: Path, *words: str) -> Path:
    """Create a small project."""
    flags = ["--preset", "minimal", "--defaults", "--no-lock"]
    run(*NEWAPI, "create", "shop", *flags, *words, cwd=folder)
    return folder / "shop"


def run(*command: str, cwd: Path) -> None:
    """Run what is not in the picture."""
    subprocess.run(command, cwd=cwd, check=True, capture_output=True, env=environment(cwd))


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of somebody who has nothing but a name."""
    home = folder if (folder / ".gitconfig").exists() else folder.parent
    return {
        **os.environ,
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "TERM": "xterm-256color",
        "XDG_CONFIG_HOME": str(home),
        "COLUMNS": str(COLUMNS),
    }


def scenes() -> dict[str, Scene]:
    """Return every picture by its name."""
    fields = ("name:str(1..100)", "price:decimal(gt=0,places=2)", "sku:str(unique)?")
    return {
        "create": Scene(("create", "shop"), steps=CREATE),
        "update": Scene(("update",), old_project, program=RELEASED),
        "generate": Scene(("generate", "resource", "product", *fields), new_project),
        "status": Scene(("status",), drifted_project, program=RELEASED),
        "findings": Scene(("update",), older_project, exit_code=3, program=RELEASED),
        "models": Scene(("generate", "--dry-run"), modelled_project),
        "adopt": Scene(("adopt",), copied_project),
    }


def record(scene: Scene, folder: Path) -> Iterator[Text]:
    """Yield the screens that are shown, then the printed output."""
    (folder / ".gitconfig").write_text("[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n")
    place = scene.prepare(folder)
    terminal = pexpect.spawn(
        scene.program[0],
        [*scene.program[1:], *scene.words],
        cwd=str(place),
        env=environment(place),
        dimensions=(ROWS if scene.steps else 200, COLUMNS),
        encoding="utf-8",
        timeout=120,
    )
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.Stream(screen)
    for step in scene.steps:
        limit = time.monotonic() + 30
        while step.text not in "\n".join(screen.display):
            if time.monotonic() > limit:
                sys.exit("\n".join([f"Not on the screen: {step.text}", *screen.display]))
            stream.feed(terminal.read_nonblocking(10_000))
        if step.is_shown:
            yield drawn(screen)
        terminal.send(step.keys)
    shown = io.StringIO()
    terminal.logfile_read = shown
    while terminal.expect([QUESTION, pexpect.EOF]) == 0:
        terminal.sendline("")
    terminal.close()
    if terminal.exitstatus != scene.exit_code:
        sys.exit(f"The run ended with {terminal.exitstatus}:\n{shown.getvalue()}")
    output = shown.getvalue().rpartition(LEFT_SCREEN)[2].replace("\r\n", "\n")
    text = NO_COLOUR_CODES.sub("", ERASED.sub("", output))
    lines = [line.rpartition("\r")[2] for line in text.strip("\n").split("\n")]
    yield Text.from_ansi("\n".join(lines))


def drawn(screen: pyte.Screen) -> Text:
    """Return a screen with its colours, without most of its empty lines."""
    text = Text()
    was_empty = False
    for row, line in enumerate(screen.display):
        if was_empty and not line.strip():
            continue
        was_empty = not line.strip()
        for column in range(len(line.rstrip())):
            cell = screen.buffer[row][column]
            style = Style(color=COLOURS.get(cell.fg, cell.fg), bold=cell.bold)
            text.append(cell.data, style)
        text.append("\n")
    return text


def is_known(command: str) -> bool:
    """Whether newapi has a command."""
    done = subprocess.run([*NEWAPI, command, "--help"], capture_output=True, check=False)
    return done.returncode == 0


def main() -> None:
    """Write the pictures that are named, or all."""
    for name, scene in scenes().items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        if not is_known(scene.words[0]):
            sys.stderr.write(f"{name}: newapi has no such command yet\n")
            continue
        with TemporaryDirectory() as folder:
            frames = list(record(scene, Path(folder)))
        command = shlex.join(["newapi", *scene.words])
        console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
        console.print(f"$ {command}", highlight=False)
        for number, frame in enumerate(frames):
            if number:
                console.rule(style="dim")
            console.print(frame)
        picture = console.export_svg(title=" ".join(command.split()[:3]))
        target = Path(__file__).with_name(f"{name}.svg")
        target.write_text(WEB_FONTS.sub("", picture), encoding="utf-8")


if __name__ == "__main__":
    main()
